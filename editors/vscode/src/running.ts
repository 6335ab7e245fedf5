/**
 * Runs a formula with one of its cases, and shows what it returns and logs.
 */
import * as vscode from 'vscode';
import type { LanguageClient, Middleware } from 'vscode-languageclient/node';
import { type CaseFile, fileLabel, type Outcome, outcomeLines, TESTS } from './cases';
import { fillPage, openPage } from './page';
import { unlessStopped } from './writing';

const RUN = 'fastformula.runFormula';
const PAGE = 'Run.txt';

/** Why nothing came of it. */
interface Failure {
  readonly failure: string;
}

/** What is run: a case of a case file, or a formula without a case. */
interface Task {
  readonly textDocument: { readonly uri: string };
  readonly name?: string;
}

/** The command for the formula in the editor; `client` is the one that runs, if any does. */
export function runningCommand(client: () => LanguageClient | undefined): vscode.Disposable {
  return vscode.commands.registerTextEditorCommand('fastformula.run', ({ document }) =>
    unlessStopped(client(), async (running) => {
      const task = await choose(running, document);
      if (task) await vscode.commands.executeCommand(RUN, task);
    }),
  );
}

/** Shows what came of a formula, from wherever it was run. */
export const showsOutcomes: NonNullable<Middleware['executeCommand']> = async (
  command,
  args,
  next,
) => {
  if (command !== RUN) return next(command, args);
  const { textDocument, name }: Task = args[0];
  const label = fileLabel(textDocument.uri);
  const answer: Outcome | Failure | null = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `FastFormula: running ${label}` },
    async () => next(command, args),
  );
  if (answer && 'failure' in answer) {
    void vscode.window.showErrorMessage(answer.failure);
  } else if (answer) {
    const title = name === undefined ? label : `${label}: ${name}`;
    fillPage(PAGE, [title, '', ...outcomeLines(answer), ''].join('\n'));
    await openPage(PAGE);
  }
  return answer;
};

/** The only case of a formula, or the one that its author picks. */
async function choose(
  client: LanguageClient,
  { uri }: vscode.TextDocument,
): Promise<Task | undefined> {
  const textDocument = { uri: uri.toString() };
  const { files } = await client.sendRequest<{ files: CaseFile[] }>(TESTS, { textDocument });
  const tasks = files.flatMap((file) =>
    file.cases.map(({ name }) => ({
      label: name,
      description: fileLabel(file.uri),
      task: { textDocument: { uri: file.uri }, name },
    })),
  );
  if (tasks.length < 2) return tasks[0]?.task ?? { textDocument };
  const title = 'Run the formula with which case?';
  return (await vscode.window.showQuickPick(tasks, { title }))?.task;
}
