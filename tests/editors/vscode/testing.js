// The tests of the Test Explorer and of running a formula.
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { run, sent, texts, until } = require('./helpers');

const FORMULA = `INPUTS ARE hours, rate
extra = 0
IF hours > 60 THEN
  extra = hours - 60
pay = (hours + extra / 2) * rate
RETURN pay
`;
const CASES = `[inputs]
RATE = 10

[[case]]
name = "a short week"
inputs = { HOURS = 38 }
returns = { PAY = 380 }

[[case]]
name = "a long week"
inputs = { HOURS = 42 }
returns = { PAY = 430 }
`;

async function write(name, text) {
  const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, name);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  return uri;
}

async function show(name) {
  const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, name);
  return vscode.window.showTextDocument(uri);
}

/** What is shown of a run, once it has `wanted` in it. */
async function outcome(wanted) {
  const found = await until(
    () =>
      vscode.workspace.textDocuments.find(
        ({ uri, getText }) => uri.toString() === 'fastformula-answer:Run.txt' && wanted.test(getText()),
      ),
    `outcome with ${wanted}`,
  );
  return found.getText();
}

/** What stands in the window at `selector` once it has `wanted` in it. */
async function shown(selector, wanted) {
  return until(async () => {
    const found = await texts(selector);
    return found.some((text) => wanted.test(text)) && found;
  }, `${wanted} in ${selector}`);
}

module.exports = {
  'the cases of a formula are found and stand in the Test Explorer': async () => {
    const formula = await write('pay.ff', FORMULA);
    await write('pay.fftest.toml', CASES);
    await vscode.window.showTextDocument(formula);
    const [{ params }] = await until(async () => {
      const asked = await sent('initialize');
      return asked.length && asked;
    }, 'server');
    assert.deepEqual(params.capabilities.experimental.fastformula, { tests: true });
    await run('workbench.view.testing.focus');
    await shown('.test-explorer .monaco-list-row', /^pay/);
  },

  'one case passes, and one fails where the formula went wrong': async () => {
    await run('testing.runAll');
    const [, failed, passed] = await shown('.test-output-peek-tree .monaco-list-row', /^a short/);
    assert.match(failed, /^a long week.*PAY: expected 430, but is 420/);
    assert.match(passed, /^a short weekpay$/);
    const said = (await shown('.xterm-rows > div', /FAILED/)).join('\n');
    assert.match(said, /passed pay: a short week/);
    assert.match(said, /PAY:5: pay = \(hours \+ extra \/ 2\) \* rate\s+with hours = 42/);
    const [place] = await texts('.test-error-content-widget');
    assert.match(place, /420 != 430/);
  },

  'coverage stands in the gutter, with the branch that no case takes': async () => {
    await run('testing.coverageAll');
    await shown('.test-coverage-list-item', /^pay\.ff/);
    const missed = await texts('.coverage-deco-gutter.coverage-deco-miss');
    assert.deepEqual(missed, ['3', '4']);
    await run('testing.coverage.close');
  },

  'a case file is tested as it is typed, and is no formula': async () => {
    const editor = await show('pay.fftest.toml');
    const { document } = editor;
    const at = document.positionAt(CASES.indexOf('430'));
    const range = new vscode.Range(at, at.translate(0, 3));
    await editor.edit((edit) => edit.replace(range, '420'));
    await run('testing.runCurrentFile');
    await shown('.xterm-rows > div', /passed pay: a long week/);
    const uri = document.uri.toString();
    for (const method of ['diagnostic', 'foldingRange', 'semanticTokens/full']) {
      const asked = await sent(`textDocument/${method}`);
      assert.ok(asked.every(({ params }) => params.textDocument.uri !== uri), method);
    }
    await run('workbench.action.files.revert');
  },

  'cases are run again at each save, for who wants that': async () => {
    const editor = await show('pay.fftest.toml');
    void run('testing.startContinuousRun');
    await shown('.quick-input-list .monaco-list-row', /Run/);
    await run('workbench.action.quickOpenSelectNext');
    await run('workbench.action.quickPickManyToggle');
    await run('quickInput.accept');
    const before = (await sent('fastformula/runTests')).length;
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '\n'));
    await editor.document.save();
    await until(async () => (await sent('fastformula/runTests')).length > before, 'another run');
    await run('testing.stopContinuousRun');
  },

  'a formula is run with the case that its author picks': async () => {
    await show('pay.ff');
    void run('fastformula.run');
    await shown('.quick-input-list .monaco-list-row', /^a long week/);
    await run('workbench.action.quickOpenSelectNext');
    await run('workbench.action.acceptSelectedQuickOpenItem');
    assert.equal(await outcome(/PAY/), 'pay: a long week\n\nPAY = 420\n');
    await run('workbench.action.closeAllGroups');
  },

  'the button above a formula runs it, and says what it lacks': async () => {
    await write('lone.ff', 'INPUTS ARE hours\npay = hours * 2\nRETURN pay\n');
    const { document } = await show('lone.ff');
    const [{ command }] = await until(async () => {
      const found = await run('vscode.executeCodeLensProvider', document.uri);
      return found?.length && found;
    }, 'button');
    assert.equal(command.title, 'Run');
    await run(command.command, ...command.arguments);
    assert.match(await outcome(/HOURS/), /^lone.ff\n\nLONE:2: .*hours.*\n.*inputs.HOURS = …\n$/);
    await run('workbench.action.closeAllGroups');
  },

  'a case file is begun for a formula that has none, and shown': async () => {
    await show('lone.ff');
    void run('fastformula.newCase');
    const { document } = await until(() => {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.fileName.endsWith('lone.fftest.toml') && editor;
    }, 'case file');
    assert.match(document.getText(), /^HOURS = 0 /m);
    await document.save();
    await run('workbench.view.testing.focus');
    await shown('.test-explorer .monaco-list-row', /^lone/);
    await run('workbench.action.closeAllEditors');
  },
};
