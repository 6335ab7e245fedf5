/**
 * Runs a formula with one of its cases, and shows what it returns and logs.
 */
import * as vscode from 'vscode';
import { ExecuteCommandRequest, type LanguageClient } from 'vscode-languageclient/node';
import { type CaseFile, fileLabel, type Outcome, outcomeLines, TESTS } from './cases';
import { fillPage, openPage } from './page';
import { unlessStopped } from './writing';

const RUN_FORMULA = 'fastformula.runFormula';
const PAGE = 'Run.txt';

/** What is run: a case of a case file, or a formula without a case. */
interface Task extends vscode.QuickPickItem {
  readonly uri: string;
  readonly name?: string;
}

/** The commands for the formula in the editor; `client` is the one that runs, if any does. */
export function runningCommands(client: () => LanguageClient | undefined): vscode.Disposable {
  return vscode.commands.registerTextEditorCommand('fastformula.run', ({ document }) =>
    unlessStopped(client(), async (running) => {
      const task = await choose(running, document);
      const outcome = task && (await run(running, task));
      if (!outcome) return;
      fillPage(PAGE, [task.label, '', ...outcomeLines(outcome), ''].join('\n'));
      await openPage(PAGE);
    }),
  );
}

/** The only case of a formula, or the one that its author picks. */
async function choose(
  client: LanguageClient,
  { uri }: vscode.TextDocument,
): Promise<Task | undefined> {
  const textDocument = { uri: uri.toString() };
  const { files } = await client.sendRequest<{ files: CaseFile[] }>(TESTS, { textDocument });
  const unreadable = files.find((file) => file.error)?.error;
  if (unreadable) {
    void vscode.window.showErrorMessage(unreadable);
    return undefined;
  }
  const tasks: Task[] = files.flatMap((file) =>
    file.cases.map(({ name }) => ({
      label: name,
      description: fileLabel(file.uri),
      uri: file.uri,
      name,
    })),
  );
  if (tasks.length === 0) return { label: fileLabel(textDocument.uri), ...textDocument };
  if (tasks.length === 1) return tasks[0];
  return vscode.window.showQuickPick(tasks, { title: 'Run the formula with which case?' });
}

/** What came of it; undefined when it was cancelled. */
async function run(client: LanguageClient, { uri, name }: Task): Promise<Outcome | undefined> {
  const params = { command: RUN_FORMULA, arguments: [{ textDocument: { uri }, name }] };
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: 'FastFormula: running',
      cancellable: true,
    },
    async (_progress, token) => {
      try {
        return await client.sendRequest(ExecuteCommandRequest.type, params, token);
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      }
    },
  );
}
