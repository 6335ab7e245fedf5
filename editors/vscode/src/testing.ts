/**
 * Shows the case files of formulas in the Test Explorer, and has the server run them.
 */
import * as vscode from 'vscode';
import {
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type LanguageClient,
  ProgressType,
  type StaticFeature,
  TextDocumentSyncKind,
} from 'vscode-languageclient/node';
import {
  asked,
  CASE_FILES,
  type CaseFile,
  type Covered,
  fileLabel,
  type Result,
  type Results,
  RUN_TESTS,
  statements,
  TESTS,
  TESTS_CHANGED,
  told,
} from './cases';
import { STOPPED } from './status';

const SELECTOR = [{ scheme: 'file', pattern: CASE_FILES }];
const PARTS = new ProgressType<Results>();

let controller: vscode.TestController;
/** How often the server was asked which tests there are; the last answer counts. */
let questions = 0;
let tokens = 0;
const details = new WeakMap<vscode.FileCoverage, vscode.FileCoverageDetail[]>();

/** The tests in the Test Explorer; `client` is the one that runs, if any does. */
export function testExplorer(client: () => LanguageClient | undefined): vscode.Disposable {
  controller = vscode.tests.createTestController('fastformula', 'FastFormula');
  controller.refreshHandler = () => discover(client());
  const profile = (label: string, kind: vscode.TestRunProfileKind): vscode.TestRunProfile =>
    controller.createRunProfile(
      label,
      kind,
      async (request, token) => {
        if (!request.continuous) return run(client(), request);
        const saved = vscode.workspace.onDidSaveTextDocument((document) => {
          if (isTested(document)) void run(client(), request);
        });
        token.onCancellationRequested(() => saved.dispose());
      },
      true,
      undefined,
      true,
    );
  profile('Run', vscode.TestRunProfileKind.Run);
  const coverage = profile('Coverage', vscode.TestRunProfileKind.Coverage);
  coverage.loadDetailedCoverage = async (_run, file) => details.get(file) ?? [];
  return controller;
}

/** Lets the server read case files as they are typed, and heeds its word of changes. */
export function followCases(client: LanguageClient): void {
  client.registerFeature(new CaseFiles(client));
  client.onNotification(TESTS_CHANGED, () => void discover(client));
}

/**
 * Sends the texts of case files to the server, for which nothing else is asked: they are
 * no formulas.
 */
class CaseFiles implements StaticFeature {
  constructor(private readonly client: LanguageClient) {}

  fillClientCapabilities(): void {}

  initialize(): void {
    const registerOptions = { documentSelector: SELECTOR };
    const syncKind = TextDocumentSyncKind.Incremental;
    const data = { id: 'fastformula-cases', registerOptions };
    const { client } = this;
    client.getFeature(DidOpenTextDocumentNotification.method).register(data);
    client
      .getFeature(DidChangeTextDocumentNotification.method)
      .register({ ...data, registerOptions: { ...registerOptions, syncKind } });
    client.getFeature(DidCloseTextDocumentNotification.method).register(data);
    // Not only once the Test Explorer is open: there are buttons in formulas and case files.
    void discover(client);
  }

  getState(): ReturnType<StaticFeature['getState']> {
    return { kind: 'static' };
  }

  clear(): void {}
}

function isTested(document: vscode.TextDocument): boolean {
  return vscode.languages.match([...SELECTOR, { language: 'fastformula' }], document) > 0;
}

async function discover(client: LanguageClient | undefined): Promise<void> {
  if (!client?.isRunning()) return;
  questions += 1;
  const question = questions;
  try {
    const { files } = await client.sendRequest<{ files: CaseFile[] }>(TESTS, {});
    if (question !== questions) return;
    controller.items.replace(files.map((file) => fileItem(client, file)));
  } catch (error) {
    client.error('The server does not say which tests there are.', error);
  }
}

/** Stands at the formula too, whose first line gets a button that runs all its cases. */
function fileItem(client: LanguageClient, file: CaseFile): vscode.TestItem {
  const { asUri, asRange } = client.protocol2CodeConverter;
  const uri = asUri(file.uri);
  const place = file.formula && !file.error ? asUri(file.formula) : uri;
  const item = controller.createTestItem(uri.toString(), fileLabel(file.uri), place);
  item.range = new vscode.Range(0, 0, 0, 0);
  item.description = vscode.workspace.asRelativePath(uri);
  if (file.error) item.error = file.error;
  item.children.replace(
    file.cases.map(({ name, range }, at) => {
      const each = controller.createTestItem(name, name, uri);
      each.range = asRange(range);
      // In the order of the file.
      each.sortText = String(at).padStart(6, '0');
      return each;
    }),
  );
  return item;
}

async function run(
  client: LanguageClient | undefined,
  request: vscode.TestRunRequest,
): Promise<void> {
  if (!client?.isRunning()) {
    void vscode.window.showInformationMessage(STOPPED);
    controller.createTestRun(request).end();
    return;
  }
  const testRun = controller.createTestRun(request);
  // By their names: while they run, the items may be replaced by others of these names.
  const waiting = new Map<string, { uri: string; name: string }>();
  for (const item of chosen(request)) {
    if (item.parent) {
      testRun.started(item);
      waiting.set(key(item.parent.id, item.id), { uri: item.parent.id, name: item.id });
    } else if (item.error) testRun.errored(item, new vscode.TestMessage(item.error));
  }
  const report = ({ results }: Results): void => {
    for (const result of results) {
      // The server may write the same address with other escapes.
      const uri = client.protocol2CodeConverter.asUri(result.uri).toString();
      const item = waiting.delete(key(uri, result.name)) && found(uri, result.name);
      if (item) show(client, testRun, item, result);
    }
  };
  tokens += 1;
  const partialResultToken = `fastformula-tests-${tokens}`;
  const parts = client.onProgress(PARTS, partialResultToken, report);
  const coverage = request.profile?.kind === vscode.TestRunProfileKind.Coverage;
  const params = { tests: asked(waiting.values()), coverage, partialResultToken };
  try {
    const answer = await client.sendRequest<Results>(RUN_TESTS, params, testRun.token);
    report(answer);
    for (const file of answer.coverage ?? []) testRun.addCoverage(covered(client, file));
  } catch (error) {
    if (!testRun.token.isCancellationRequested) {
      const message = new vscode.TestMessage(String(error));
      for (const { uri, name } of waiting.values()) {
        const item = found(uri, name);
        if (item) testRun.errored(item, message);
      }
    }
  } finally {
    parts.dispose();
    testRun.end();
  }
}

function key(uri: string, name: string): string {
  return `${uri}#${name}`;
}

function found(uri: string, name: string): vscode.TestItem | undefined {
  return controller.items.get(uri)?.children.get(name);
}

/** The cases that are to be run, and the files that are wanted but have none. */
function chosen({ include, exclude }: vscode.TestRunRequest): vscode.TestItem[] {
  const leaves = (item: vscode.TestItem): vscode.TestItem[] => {
    if (exclude?.includes(item)) return [];
    const children = [...item.children].map(([, each]) => each);
    return children.length ? children.flatMap(leaves) : [item];
  };
  return (include ?? [...controller.items].map(([, item]) => item)).flatMap(leaves);
}

function show(
  client: LanguageClient,
  testRun: vscode.TestRun,
  item: vscode.TestItem,
  result: Result,
): void {
  const milliseconds = result.seconds * 1000;
  testRun.appendOutput(told(result), undefined, item);
  if (result.passed) {
    testRun.passed(item, milliseconds);
    return;
  }
  const { asUri, asRange } = client.protocol2CodeConverter;
  const { location } = result;
  const messages = result.differences.map(({ text, expected, actual }) => {
    const message =
      expected && actual
        ? vscode.TestMessage.diff(text, expected, actual)
        : new vscode.TestMessage(text);
    if (location) {
      message.location = new vscode.Location(asUri(location.uri), asRange(location.range));
    }
    return message;
  });
  testRun.failed(item, messages, milliseconds);
}

function covered(client: LanguageClient, file: Covered): vscode.FileCoverage {
  const { asUri, asRange } = client.protocol2CodeConverter;
  const lines = statements(file).map(
    ({ range, count, ways }) =>
      new vscode.StatementCoverage(
        count,
        asRange(range),
        ways.map((way) => new vscode.BranchCoverage(way.count, asRange(range), way.label)),
      ),
  );
  const coverage = vscode.FileCoverage.fromDetails(asUri(file.uri), lines);
  details.set(coverage, lines);
  return coverage;
}
