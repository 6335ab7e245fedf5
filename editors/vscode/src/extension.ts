/**
 * Starts `fastformula serve` and connects it to VS Code.
 *
 * Knows nothing of the language: whatever is said about a formula, the server says.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type InitializeParams,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import { pages } from './page';
import { runningCommands, showsOutcomes } from './running';
import { findServer, INSTALL_COMMAND, type Machine, ServerNotFound } from './server';
import { type ModelStatus, shown, STATUS, STOPPED } from './status';
import { followCases, testExplorer } from './testing';
import { showsAnswers, writingCommands } from './writing';

const FORMULAS = [
  { language: 'fastformula', scheme: 'file' },
  { language: 'fastformula', scheme: 'untitled' },
];
/** A cold disk makes the first start of a Python program slow. */
const START_LIMIT_MS = 30_000;
const RESTARTS = 3;
const RESTART_WINDOW_MS = 3 * 60 * 1000;
/** A path that is being typed into the settings changes with each key. */
const SETTINGS_SETTLE_MS = 800;

const SETTINGS = {
  command: 'workbench.action.openSettings',
  arguments: ['fastformula.completion'],
};

const machine: Machine = {
  platform: process.platform,
  env: process.env,
  home: homedir(),
  async isProgram(file) {
    try {
      await access(file, constants.X_OK);
      return (await stat(file)).isFile();
    } catch {
      return false;
    }
  },
  succeeds: (command, args) =>
    new Promise((resolve) => {
      execFile(command, [...args], { timeout: 10_000 }, (error) => resolve(error === null));
    }),
};

const START_FAILED =
  'The FastFormula language server stopped before it answered. Its output says why.';

/** Says in the output channel, and never in a pop-up, what went wrong. */
class QuietClient extends LanguageClient {
  protected override fillInitializeParams(params: InitializeParams): void {
    super.fillInitializeParams(params);
    params.capabilities.experimental = { [STATUS]: true, fastformula: { tests: true } };
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

let output: vscode.LogOutputChannel;
let status: vscode.LanguageStatusItem;
let model: vscode.LanguageStatusItem;
let client: LanguageClient | undefined;
let pending: Promise<void> = Promise.resolve();
let asking = false;
/** Gives up waiting for a server that is starting. */
let interrupt = (): void => undefined;

class Interrupted extends Error {}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel('FastFormula', { log: true });
  status = vscode.languages.createLanguageStatusItem('fastformula.server', FORMULAS);
  status.name = 'FastFormula server';
  status.command = { title: 'Show output', command: 'fastformula.showOutput' };
  model = vscode.languages.createLanguageStatusItem('fastformula.model', FORMULAS);
  model.name = 'FastFormula completion';
  model.command = { title: 'Open settings', ...SETTINGS };
  showModel({ kind: 'off', message: STOPPED });
  let settled: NodeJS.Timeout | undefined;
  let moved = false;
  context.subscriptions.push(
    output,
    status,
    model,
    vscode.commands.registerCommand('fastformula.restartServer', restart),
    vscode.commands.registerCommand('fastformula.showOutput', () => output.show()),
    pages(),
    writingCommands(() => client),
    runningCommands(() => client),
    testExplorer(() => client),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration('fastformula')) return;
      moved ||= change.affectsConfiguration('fastformula.server');
      clearTimeout(settled);
      settled = setTimeout(() => {
        void (moved ? restart() : sendSettings());
        moved = false;
      }, SETTINGS_SETTLE_MS);
    }),
    { dispose: () => clearTimeout(settled) },
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await pending;
  await stop();
}

/** Restarts queue up, so that two of them never own two servers. */
function restart(): Promise<void> {
  interrupt();
  pending = pending.then(stop).then(start);
  return pending;
}

async function stop(): Promise<void> {
  const stopped = client;
  client = undefined;
  showModel({ kind: 'off', message: STOPPED });
  // A server that failed to start cannot be stopped, which the client reports by throwing.
  await stopped?.dispose().catch((error: unknown) => output.debug(String(error)));
}

async function start(): Promise<void> {
  status.busy = true;
  status.text = 'FastFormula: starting';
  status.severity = vscode.LanguageStatusSeverity.Information;
  try {
    const server = await findServer(
      {
        path: vscode.workspace.getConfiguration('fastformula').get('server.path', ''),
        folders: vscode.workspace.isTrusted
          ? (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath)
          : [],
      },
      machine,
    );
    output.info(`starting ${[server.command, ...server.args].join(' ')}`);
    const started = new QuietClient(
      'fastformula',
      'FastFormula',
      { command: server.command, args: [...server.args] },
      clientOptions(),
    );
    client = started;
    started.onNotification(STATUS, showModel);
    followCases(started);
    await within(START_LIMIT_MS, started.start());
    const version = started.initializeResult?.serverInfo?.version;
    status.text = `FastFormula ${version ?? ''}`.trim();
    status.detail = server.command;
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      output.error(String(error));
      report(error instanceof ServerNotFound ? error.message : START_FAILED);
    }
    await stop();
  } finally {
    status.busy = false;
  }
}

/** `work`, or an error after `limit` milliseconds or when interrupted. */
async function within(limit: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${limit / 1000} s`)), limit);
    interrupt = () => reject(new Interrupted());
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function clientOptions(): LanguageClientOptions {
  const ends: number[] = [];
  return {
    documentSelector: FORMULAS,
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: serverSettings,
    initializationFailedHandler: () => false,
    middleware: {
      workspace: { configuration: (params) => params.items.map(serverSettings) },
      executeCommand: (command, args, next) =>
        showsOutcomes(command, args, (...given) => showsAnswers(() => client)(...given, next)),
    },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed() {
        // A server that cannot start would only fail to start again.
        if (!client?.isRunning()) {
          report(START_FAILED);
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        const now = Date.now();
        ends.push(now);
        const recent = ends.filter((end) => now - end < RESTART_WINDOW_MS);
        if (recent.length <= RESTARTS) return { action: CloseAction.Restart, handled: true };
        report('The FastFormula language server stopped again and again, and now rests.');
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
}

/** The settings the server knows; `server` and `trace` are the client's own. */
function serverSettings(): Record<string, unknown> {
  const all = vscode.workspace.getConfiguration().get<Record<string, unknown>>('fastformula', {});
  return Object.fromEntries(
    Object.entries(all).filter(([section]) => section !== 'server' && section !== 'trace'),
  );
}

async function sendSettings(): Promise<void> {
  if (!client?.isRunning()) return;
  await client.sendNotification(DidChangeConfigurationNotification.type, {
    settings: serverSettings(),
  });
}

function showModel(now: ModelStatus): void {
  const { text, detail, busy, severity } = shown(now);
  model.text = text;
  model.detail = detail;
  model.busy = busy;
  model.severity =
    severity === 'warning'
      ? vscode.LanguageStatusSeverity.Warning
      : vscode.LanguageStatusSeverity.Information;
}

/** Says `why` in the status item, and in a pop-up unless one is still open. */
function report(why: string): void {
  status.text = 'FastFormula: not running';
  status.detail = why;
  status.severity = vscode.LanguageStatusSeverity.Error;
  if (asking) return;
  asking = true;
  const answers = {
    'Copy install command': () => vscode.env.clipboard.writeText(INSTALL_COMMAND),
    'Open settings': () =>
      vscode.commands.executeCommand('workbench.action.openSettings', 'fastformula.server'),
    'Show output': () => output.show(),
  };
  void vscode.window
    .showErrorMessage(why, ...(Object.keys(answers) as (keyof typeof answers)[]))
    .then((answer) => {
      asking = false;
      return answer && answers[answer]();
    });
}
