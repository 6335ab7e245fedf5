// What the tests in the extension host do with VS Code, and see of it.
const { readFile } = require('node:fs/promises');
const vscode = require('vscode');

const run = (command, ...args) => vscode.commands.executeCommand(command, ...args);

async function until(ask, what, milliseconds = 20_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`no ${what} in ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What VS Code has sent to the server, with the pid of each server started. */
async function messages() {
  const file = process.env.FASTFORMULA_MESSAGES;
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}

async function sent(method) {
  return (await messages()).filter((message) => message.method === method);
}

/** A formula in an editor of its own, with the cursor at `|`. */
async function open(marked) {
  await run('workbench.action.closeAllEditors');
  const offset = marked.indexOf('|');
  const content = marked.replace('|', '');
  const document = await vscode.workspace.openTextDocument({
    language: 'fastformula',
    content,
  });
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  // Where an editor beside has just been closed, the keys would still go to the old one.
  await run('workbench.action.focusFirstEditorGroup');
  await until(() => vscode.window.activeTextEditor?.document === document, 'focus');
  const at = document.positionAt(Math.max(offset, 0));
  editor.selection = new vscode.Selection(at, at);
  return { document, editor, at };
}

/** What stands in the window at `selector`, as soon as there is anything. */
async function texts(selector) {
  return until(async () => {
    const file = `${process.env.FASTFORMULA_MESSAGES}.${Date.now()}`;
    console.log(`texts of ${selector} into ${file}`);
    const found = await until(
      () => readFile(file, 'utf8').then(JSON.parse).catch(() => false),
      'answer of the window',
    );
    return found.length && found;
  }, selector);
}

/** The messages VS Code shows, as soon as there are any; a test run hides pop-ups. */
async function shownMessages() {
  await run('notifications.showList');
  return texts('.notifications-center .notification-list-item');
}

const diagnostics = (document) => vscode.languages.getDiagnostics(document.uri);

module.exports = {
  run,
  until,
  messages,
  sent,
  open,
  texts,
  shownMessages,
  diagnostics,
};
