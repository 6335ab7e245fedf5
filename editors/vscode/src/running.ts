/**
 * Runs a formula with one of its cases and shows what it returns and logs, and has new
 * cases made.
 */
import * as vscode from 'vscode';
import type { LanguageClient, Middleware } from 'vscode-languageclient/node';
import { type CaseFile, fileLabel, type Outcome, outcomeLines, TESTS } from './cases';
import { fillPage, openPage } from './page';
import { unlessStopped } from './writing';

const RUN = 'fastformula.runFormula';
const NEW_CASE = 'fastformula.newTestCase';
/** What is said while the server's commands are at work. */
const TITLES: Readonly<Record<string, string>> = {
  [RUN]: 'FastFormula: running',
  [NEW_CASE]: 'FastFormula: making a case',
};
const PAGE = 'Run.txt';

/** Why nothing came of a command. */
interface Failure {
  readonly failure: string;
}

/** What is run: a case of a case file, or a formula without a case. */
interface Task {
  readonly textDocument: { readonly uri: string };
  readonly name?: string;
}

/** The commands for the formula in the editor; `client` is the one that runs, if any does. */
export function runningCommands(client: () => LanguageClient | undefined): vscode.Disposable {
  const command = (
    name: string,
    work: (running: LanguageClient, document: vscode.TextDocument) => Promise<unknown>,
  ): vscode.Disposable =>
    vscode.commands.registerTextEditorCommand(name, ({ document }) =>
      unlessStopped(client(), (running) => work(running, document)),
    );
  return vscode.Disposable.from(
    command('fastformula.run', async (running, document) => {
      const task = await choose(running, document);
      if (task) await vscode.commands.executeCommand(RUN, task);
    }),
    command('fastformula.newCase', async (_running, { uri }) =>
      vscode.commands.executeCommand(NEW_CASE, { textDocument: { uri: uri.toString() } }),
    ),
  );
}

/** Shows what came of the server's commands, from wherever they were run. */
export const showsOutcomes: NonNullable<Middleware['executeCommand']> = async (
  command,
  args,
  next,
) => {
  const title = TITLES[command];
  if (title === undefined) return next(command, args);
  const answer: Outcome | Failure | null = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title },
    async () => next(command, args),
  );
  if (answer && 'failure' in answer) void vscode.window.showErrorMessage(answer.failure);
  else if (answer && command === RUN) await show(args[0], answer);
  return answer;
};

async function show({ textDocument, name }: Task, outcome: Outcome): Promise<void> {
  const label = fileLabel(textDocument.uri);
  const title = name === undefined ? label : `${label}: ${name}`;
  fillPage(PAGE, [title, '', ...outcomeLines(outcome), ''].join('\n'));
  await openPage(PAGE);
}

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
