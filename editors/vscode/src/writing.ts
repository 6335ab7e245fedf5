/**
 * Has the server's model write, explain and mend, and shows what it says.
 *
 * What is written comes as an edit that VS Code lets its author look through first.
 */
import * as vscode from 'vscode';
import {
  ExecuteCommandRequest,
  type LanguageClient,
  type Middleware,
  ProgressType,
  WorkDoneProgress,
} from 'vscode-languageclient/node';
import { fillPage, openPage } from './page';
import { STOPPED } from './status';

const WRITE = 'fastformula.writeWithModel';
const EXPLAIN = 'fastformula.explainWithModel';
/** What is said while the server's commands are at work. */
const TITLES: Readonly<Record<string, string>> = {
  [WRITE]: 'FastFormula: writing',
  [EXPLAIN]: 'FastFormula: explaining',
  'fastformula.fixWithModel': 'FastFormula: mending',
};
const PAGE = 'Explanation.md';
const PARTS = new ProgressType<{ markdown: string }>();

/** The answer of a command; `failure` says why nothing came of it. */
interface Answer {
  readonly failure?: string;
  readonly problems?: readonly string[];
  readonly applied?: boolean;
  readonly markdown?: string;
}

let tokens = 0;

/** The commands that ask the author; `client` is the one that runs, if any does. */
export function writingCommands(client: () => LanguageClient | undefined): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerTextEditorCommand('fastformula.write', (editor) =>
      unlessStopped(client(), () => write(editor)),
    ),
    vscode.commands.registerTextEditorCommand('fastformula.explain', (editor) =>
      unlessStopped(client(), () => explain(editor)),
    ),
  );
}

/** Runs the server's commands, from whichever menu they come, and shows their answers. */
export function showsAnswers(
  client: () => LanguageClient | undefined,
): NonNullable<Middleware['executeCommand']> {
  return async (command, args, next) => {
    const title = TITLES[command];
    const running = client();
    if (title === undefined || running === undefined) return next(command, args);
    const run = (given: unknown[]) => request(running, title, command, given);
    const answer = command === EXPLAIN ? await stream(running, args, run) : await run(args);
    if (answer?.failure) void vscode.window.showInformationMessage(answer.failure);
    if (answer?.applied && answer.problems?.length) {
      void vscode.window.showWarningMessage(
        `What was written still has mistakes. ${answer.problems[0]}`,
      );
    }
    return answer;
  };
}

/** The answer to a command, and a notification to cancel it by; null if that was done. */
async function request(
  client: LanguageClient,
  title: string,
  command: string,
  args: unknown[],
): Promise<Answer | null> {
  tokens += 1;
  const workDoneToken = `fastformula-task-${tokens}`;
  const cancel = new vscode.CancellationTokenSource();
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  void vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, cancelled) => {
      cancelled.onCancellationRequested(() => cancel.cancel());
      const reports = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
        // The work is over before the author has looked through what was written.
        if (value.kind === 'end') finish();
        else if (value.message) progress.report({ message: value.message });
      });
      await finished;
      reports.dispose();
    },
  );
  const params = { command, arguments: args, workDoneToken };
  try {
    return await client.sendRequest(ExecuteCommandRequest.type, params, cancel.token);
  } catch (error) {
    if (cancel.token.isCancellationRequested) return null;
    throw error;
  } finally {
    finish();
    cancel.dispose();
  }
}

/** Does `work` with the server, or says that there is none. */
export async function unlessStopped(
  client: LanguageClient | undefined,
  work: (client: LanguageClient) => Promise<unknown>,
): Promise<void> {
  if (client?.isRunning()) await work(client);
  else void vscode.window.showInformationMessage(STOPPED);
}

async function write(editor: vscode.TextEditor): Promise<void> {
  const instruction = await vscode.window.showInputBox({
    title: 'FastFormula: Write from Your Words',
    prompt: 'What is to be written at the cursor?',
    placeHolder: 'Pay hours above 40 at time and a half',
    ignoreFocusOut: true,
  });
  if (!instruction?.trim()) return;
  await vscode.commands.executeCommand(WRITE, {
    textDocument: { uri: editor.document.uri.toString() },
    position: editor.selection.active,
    instruction,
  });
}

async function explain(editor: vscode.TextEditor): Promise<void> {
  const { start, end } = editor.selection;
  await vscode.commands.executeCommand(EXPLAIN, {
    textDocument: { uri: editor.document.uri.toString() },
    range: { start, end },
  });
}

/** Runs a command with a token for the text so far, and shows that while it grows. */
async function stream(
  client: LanguageClient,
  args: unknown[],
  run: (args: unknown[]) => Promise<Answer | null>,
): Promise<Answer | null> {
  tokens += 1;
  const partialToken = `fastformula-explanation-${tokens}`;
  let first = true;
  const show = (markdown: string): void => {
    fillPage(PAGE, markdown);
    if (first) void openPage(PAGE);
    first = false;
  };
  const parts = client.onProgress(PARTS, partialToken, ({ markdown }) => show(markdown));
  try {
    const answer = await run([{ ...(args[0] as object), partialToken }]);
    if (answer?.markdown) show(answer.markdown);
    return answer;
  } finally {
    parts.dispose();
  }
}
