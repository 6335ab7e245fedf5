// Runs inside the extension host, by VS Code's contract for extensionTestsPath.
const assert = require('node:assert/strict');
const { writeFile } = require('node:fs/promises');
const vscode = require('vscode');
const {
  run,
  until,
  messages,
  sent,
  open,
  texts,
  shownMessages,
  diagnostics,
} = require('./helpers');

const ANSWER = 'hours * rate';
const HEAD = 'DEFAULT FOR hours IS 0\nDEFAULT FOR rate IS 0\n';

const tests = {
  'a formula starts the extension, which starts the server': async () => {
    const { document } = await open('');
    assert.equal(document.languageId, 'fastformula');
    const extension = vscode.extensions.getExtension('fastformula.fastformula');
    await until(() => extension.isActive, 'activation');
    await until(async () => (await sent('initialized')).length, 'initialized server');
    const [first] = await sent('initialize');
    assert.equal(first.params.initializationOptions.completion.backend, 'fake');
    assert.equal(first.params.initializationOptions.server, undefined);
    assert.equal(first.params.capabilities.experimental['fastformula/status'], true);
  },

  'a file named .ff or .fff is a formula': async () => {
    for (const name of ['a.ff', 'b.FFF']) {
      const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, name);
      await vscode.workspace.fs.writeFile(uri, Buffer.from('RETURN\n'));
      const document = await vscode.workspace.openTextDocument(uri);
      assert.equal(document.languageId, 'fastformula', name);
    }
  },

  'an error is underlined where it is, behind 💰, and goes when mended': async () => {
    const { document, editor } = await open('/* 💰 */ pay := 1\nRETURN pay\n');
    const [error] = await until(
      () => diagnostics(document).length && diagnostics(document),
      'diagnostics',
    );
    assert.equal(document.getText(error.range), ':=');
    assert.match(String(error.code.value ?? error.code), /^syntax/);
    await editor.edit((edit) => edit.replace(error.range, '='));
    await until(() => diagnostics(document).length === 0, 'end of the diagnostics');
  },

  'a quick fix mends the formula': async () => {
    const { document } = await open('pay := 1\nRETURN pay\n');
    await until(() => diagnostics(document).length, 'diagnostics');
    const [{ range }] = diagnostics(document);
    const [action] = await run('vscode.executeCodeActionProvider', document.uri, range);
    await vscode.workspace.applyEdit(action.edit);
    assert.equal(document.getText(), 'pay = 1\nRETURN pay\n');
    await until(() => diagnostics(document).length === 0, 'end of the diagnostics');
  },

  'a formula has an outline and folds': async () => {
    const block = 'IF hours > 40 THEN (\n  pay = hours * rate\n)\n';
    const { document } = await open(`${HEAD}${block}RETURN pay\n`);
    const outline = await until(async () => {
      const found = await run('vscode.executeDocumentSymbolProvider', document.uri);
      return found?.length && found;
    }, 'outline');
    const names = JSON.stringify(outline.map((symbol) => symbol.name));
    assert.match(names, /hours/);
    const folds = await run('vscode.executeFoldingRangeProvider', document.uri);
    assert.ok(folds.some((fold) => fold.start === 2), JSON.stringify(folds));
  },

  'functions complete and explain themselves': async () => {
    const { document, at } = await open(`${HEAD}pay = GREAT|\nRETURN pay\n`);
    const list = await until(async () => {
      const found = await run('vscode.executeCompletionItemProvider', document.uri, at);
      return found.items.some((item) => label(item) === 'GREATEST') && found;
    }, 'GREATEST among the completions');
    assert.ok(list);
    const called = await open(`${HEAD}pay = GREA|TEST(hours, rate)\nRETURN pay\n`);
    const [hover] = await until(async () => {
      const found = await run('vscode.executeHoverProvider', called.document.uri, called.at);
      return found.length && found;
    }, 'hover');
    assert.match(hover.contents.map((part) => part.value).join('\n'), /GREATEST\(/);
  },

  'ghost text asked for by hand can be taken, and is asked for as kind 1': async () => {
    const { document } = await open(`${HEAD}pay = |\nRETURN pay\n`);
    const before = (await sent('textDocument/inlineCompletion')).length;
    await until(async () => {
      await run('editor.action.inlineSuggest.trigger');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await run('editor.action.inlineSuggest.commit');
      return document.lineAt(2).text === `pay = ${ANSWER}`;
    }, 'accepted ghost text');
    const asked = (await sent('textDocument/inlineCompletion')).slice(before);
    assert.ok(asked.some((message) => message.params.context.triggerKind === 1));
    const [{ params }] = await until(async () => {
      const told = await sent('workspace/executeCommand');
      return told.length && told;
    }, 'word of the acceptance');
    assert.equal(params.command, 'fastformula.accepted');
  },

  'typing asks as kind 2, and never as 0': async () => {
    await open(`${HEAD}pay =|\nRETURN pay\n`);
    const before = (await sent('textDocument/inlineCompletion')).length;
    await run('type', { text: ' ' });
    const asked = await until(async () => {
      const all = (await sent('textDocument/inlineCompletion')).slice(before);
      return all.length && all;
    }, 'request while typing');
    for (const { params } of asked) assert.equal(params.context.triggerKind, 2);
    const kinds = (await sent('textDocument/inlineCompletion')).map(
      (message) => message.params.context.triggerKind,
    );
    assert.ok(kinds.every((kind) => kind === 1 || kind === 2), String(kinds));
  },

  'what a model writes is looked through before it is made': async () => {
    const before = `${HEAD}\nRETURN hours\n`;
    const { document } = await open(before);
    const place = {
      textDocument: { uri: document.uri.toString() },
      position: { line: 2, character: 0 },
    };
    const done = run('fastformula.writeWithModel', { ...place, instruction: 'Pay' });
    const rows = await texts('.bulk-edit-panel .monaco-list-row');
    assert.ok(rows.some((row) => row.includes(ANSWER)), rows.join('\n'));
    assert.equal(document.getText(), before);
    // What needs to be confirmed is not ticked.
    await run('refactorPreview.focus');
    await run('list.focusFirst');
    await run('refactorPreview.toggleCheckedState');
    await run('refactorPreview.apply');
    assert.equal((await done).applied, true);
    assert.equal(document.getText(), before.replace('\n\n', `\n${ANSWER}\n`));
    const [said] = await shownMessages();
    assert.match(said, /still has mistakes. Line 3: /);
    await run('notifications.clearAll');
  },

  'an explanation is shown beside, where it cannot be edited': async () => {
    const { document } = await open(`${HEAD}RETURN hours\n`);
    const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
    const formula = { textDocument: { uri: document.uri.toString() } };
    await run('fastformula.explainWithModel', { ...formula, range });
    await until(
      () =>
        vscode.window.visibleTextEditors.some(
          (editor) =>
            editor.document.uri.scheme === 'fastformula-answer' &&
            editor.document.getText() === ANSWER,
        ),
      'explanation',
    );
    await run('workbench.action.closeAllGroups');
  },

  ...require('./testing'),

  'Enter in a fresh block indents, and the bracket closes': async () => {
    const { document } = await open('IF hours > 40 THEN |\n');
    await run('type', { text: '(' });
    await run('type', { text: '\n' });
    await run('type', { text: 'pay = 1' });
    assert.equal(
      document.getText().replace(/\t/g, '    ').trimEnd(),
      'IF hours > 40 THEN (\n    pay = 1\n)',
    );
  },

  'a comment is made and unmade by one key': async () => {
    const { document } = await open('pay = 1 /* all */|\n');
    await run('editor.action.commentLine');
    assert.equal(document.lineAt(0).text, '# pay = 1 /* all */');
    await run('editor.action.commentLine');
    assert.equal(document.lineAt(0).text, 'pay = 1 /* all */');
  },

  'a changed setting reaches the server as it runs': async () => {
    const starts = (await sent('initialize')).length;
    const settings = vscode.workspace.getConfiguration('fastformula.completion');
    await settings.update('enabled', false, vscode.ConfigurationTarget.Workspace);
    await open(`${HEAD}pay =|\nRETURN pay\n`);
    const [change] = await until(async () => {
      const all = await sent('workspace/didChangeConfiguration');
      return all.length && all;
    }, 'changed setting');
    assert.equal(change.params.settings.completion.enabled, false);
    assert.equal(change.params.settings.server, undefined);
    assert.equal((await sent('initialize')).length, starts);
    await settings.update('enabled', undefined, vscode.ConfigurationTarget.Workspace);
  },

  'a server that dies is started again': async () => {
    await until(
      async () => (await sent('initialized')).length === (await sent('initialize')).length,
      'settled server',
    );
    const before = (await sent('initialized')).length;
    const { pid } = (await messages()).filter((message) => message.pid).at(-1);
    process.kill(pid, 'SIGKILL');
    await until(async () => (await sent('initialized')).length > before, 'restart');
    const { document } = await open('pay := 1\n');
    await until(() => diagnostics(document).length, 'diagnostics of the new server');
  },

  'the restart command starts another server': async () => {
    const before = (await sent('initialized')).length;
    await run('fastformula.restartServer');
    await until(async () => (await sent('initialized')).length > before, 'restart');
  },

  'a missing server is said once, with what to do': async () => {
    const server = vscode.workspace.getConfiguration('fastformula.server');
    for (const path of ['/nowhere/fast', '/nowhere/fastformula']) {
      await server.update('path', path, vscode.ConfigurationTarget.Workspace);
      await run('fastformula.restartServer');
      await open('RETURN\n');
    }
    const shown = await shownMessages();
    assert.equal(shown.length, 1, shown.join('\n'));
    assert.match(shown[0], /server\.path says “\/nowhere\/fast”/);
    assert.match(shown[0], /Open settings/);
    await server.update('path', undefined, vscode.ConfigurationTarget.Workspace);
    const before = (await sent('initialized')).length;
    await until(async () => (await sent('initialized')).length > before, 'start again');
  },

  'a server that never answers is given up for another': async () => {
    const silent = `${vscode.workspace.workspaceFolders[0].uri.fsPath}/silent`;
    await writeFile(silent, '#!/bin/sh\nexec cat >/dev/null\n', { mode: 0o755 });
    const server = vscode.workspace.getConfiguration('fastformula.server');
    await server.update('path', silent, vscode.ConfigurationTarget.Workspace);
    void run('fastformula.restartServer');
    const before = (await sent('initialized')).length;
    await server.update('path', undefined, vscode.ConfigurationTarget.Workspace);
    await run('fastformula.restartServer');
    await until(async () => (await sent('initialized')).length > before, 'start again');
  },

  'a program that is no server is said too': async () => {
    await run('notifications.clearAll');
    const server = vscode.workspace.getConfiguration('fastformula.server');
    await server.update('path', '/bin/false', vscode.ConfigurationTarget.Workspace);
    await run('fastformula.restartServer');
    const shown = await shownMessages();
    assert.equal(shown.length, 1, shown.join('\n'));
    assert.match(shown[0], /stopped before it answered/);
  },
};

function label(item) {
  return typeof item.label === 'string' ? item.label : item.label.label;
}

exports.run = async function () {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    const start = Date.now();
    try {
      await test();
      console.log(`ok - ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`not ok - ${name}: ${error.stack}`);
    }
  }
  if (failed) throw new Error(`${failed} of ${Object.keys(tests).length} tests failed`);
};
