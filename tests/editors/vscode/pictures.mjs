// node pictures.mjs ADDRESS WORKSPACE FOLDER
// Takes the pictures of the README into FOLDER, from the VS Code at ADDRESS.
import { openPage, workbench } from './browser.mjs';

const [address, workspace, folder] = process.argv.slice(2);

/** With what is wrong underlined, and nothing beside it. */
async function alone(page, command) {
  await page.locator('.squiggly-error').first().waitFor();
  await command('View: Toggle Primary Side Bar Visibility');
}

/** A picture of `file` after `prepare`, in a window that nothing was done in. */
async function picture(name, file, height, prepare) {
  const { browser, page } = await openPage({ width: 1000, height });
  const command = async (title) => {
    await page.keyboard.press('F1');
    await page.keyboard.type(title);
    await page.locator('.quick-input-list .focused', { hasText: title }).waitFor();
    await page.keyboard.press('Enter');
  };
  const uri = `vscode-remote://${address}${workspace}/${file}`;
  await page.goto(workbench(address, workspace, [['openFile', uri]]));
  await page.locator('.monaco-editor .view-line').first().waitFor();
  await prepare(page, command);
  // Where the mouse is, something may light up; not so beside the tabs.
  await page.mouse.move(600, 20);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `${folder}/${name}` });
  console.log(`took ${name}`);
  await browser.close();
}

await picture('vscode-diagnostics.png', 'overtime_draft.ff', 700, async (page, command) => {
  await alone(page, command);
  await command('Problems: Focus on Problems View');
  await page.locator('.markers-panel .monaco-list-row').first().waitFor();
});

await picture('vscode-ghost-text.png', 'vacation_accrual.ff', 760, async (page, command) => {
  await alone(page, command);
  await page.locator('.monaco-editor .view-line', { hasText: /^l_log\s=$/ }).click();
  await page.keyboard.press('End');
  await page.keyboard.type(' ');
  await page.locator('.ghost-text-decoration').first().waitFor();
});

await picture('vscode-testing.png', 'weekly_pay.ff', 560, async (page, command) => {
  await page.locator('.testing-run-glyph').waitFor();
  await command('View: Show Testing');
  await page.locator('.test-explorer .monaco-list-row', { hasText: 'weekly_pay' }).click();
  await page.keyboard.press('ArrowRight');
  await command('Test: Run All Tests');
  await page.locator('.test-error-content-widget').waitFor();
});
