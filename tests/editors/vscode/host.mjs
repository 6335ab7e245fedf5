// node host.mjs ADDRESS WORKSPACE EXTENSION TESTS
// Runs TESTS in the extension host of the VS Code at ADDRESS; exits as they do.
import { writeFile } from 'node:fs/promises';
import { openPage, workbench } from './browser.mjs';

const [address, folder, extension, tests] = process.argv.slice(2);
const LIMIT_MS = 120_000;

const texts = (selector) => page.locator(selector).allInnerTexts();
const { browser, page } = await openPage({ width: 1200, height: 800 });
const ended = new Promise((resolve) => {
  page.exposeFunction('codeAutomationExit', resolve);
  setTimeout(() => resolve(124), LIMIT_MS);
});
await page.exposeFunction('codeAutomationLog', async (_type, args) => {
  const line = args.join(' ');
  // The tests cannot see the window; they ask for what stands in it.
  const [, selector, file] = /^texts of (.+) into (.+)$/.exec(line) ?? [];
  if (selector) await writeFile(file, JSON.stringify(await texts(selector)));
  if (process.env.VERBOSE || /^(ok|not ok) /.test(line)) console.log(line);
});
const remote = (path) => `vscode-remote://${address}${path}`;
await page.goto(
  workbench(address, folder, [
    ['extensionDevelopmentPath', remote(extension)],
    ['extensionTestsPath', remote(tests)],
    ['skipWelcome', 'true'],
  ]),
);
const status = await ended;
if (status === 124) console.log(`not ok - no end after ${LIMIT_MS / 1000} s`);
await browser.close();
process.exit(status);
