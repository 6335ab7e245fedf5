/**
 * Documents beside the formula that show what the server said, and cannot be edited.
 */
import * as vscode from 'vscode';

/** Not the server's own: `fastformula:` has its pages about rules. */
const SCHEME = 'fastformula-answer';
const texts = new Map<string, string>();
const changed = new vscode.EventEmitter<vscode.Uri>();

/** Lets VS Code ask for the text of pages. */
export function pages(): vscode.Disposable {
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: ({ path }) => texts.get(path) ?? '',
    }),
  );
}

/** Puts `text` on the page of that name, open or not. */
export function fillPage(path: string, text: string): void {
  texts.set(path, text);
  changed.fire(vscode.Uri.from({ scheme: SCHEME, path }));
}

/** As its source, not rendered: a picture in it would be fetched from anywhere. */
export async function openPage(path: string): Promise<void> {
  const page = vscode.Uri.from({ scheme: SCHEME, path });
  const document = await vscode.workspace.openTextDocument(page);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: true,
  });
}
