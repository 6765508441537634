import { expect, test } from 'vitest';
import { openLab } from './harness.ts';
import { createKey } from './steps.ts';

/** CodeMirror writes styles: here it must do so in a way that the policy of the built page allows. */

declare global {
  var refusedByPolicy: string[] | undefined;
}

test('the editor of policies works under the page’s own policy: styled, completing, linting, mended by keyboard', async () => {
  const lab = await openLab({
    before: () => {
      const refused: string[] = [];
      globalThis.refusedByPolicy = refused;
      addEventListener('securitypolicyviolation', (event) =>
        refused.push(`${event.violatedDirective} ${event.blockedURI}`),
      );
    },
  });
  try {
    const { page } = lab;
    await createKey(page, 'payroll');
    await page.getByRole('tab', { name: 'Policy' }).click();
    const text = page.getByRole('textbox', { name: 'Policy as JSON' });
    await text.waitFor();
    // Its own style sheet is in force: the theme's tokens reach into the shadow root.
    const style = await text.evaluate((element) => {
      const editor = element.closest('.cm-editor');
      return editor && getComputedStyle(editor).borderTopStyle;
    });
    expect(style).toBe('solid');

    const written = await text.evaluate((element) =>
      [...element.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'),
    );
    await text.fill(written.replace('"kms:*"', '"kms:"'));
    await text.getByText('"kms:"', { exact: true }).click();
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: 'kms:* ' }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('F8');
    await page.getByRole('radio', { name: 'Side by side' }).check({ force: true });
    await page.getByRole('combobox', { name: 'Action 1' }).fill('kms:*');
    await page.keyboard.press('Enter');
    await page.getByText('As KMS has it.').waitFor();

    expect(await page.evaluate(() => globalThis.refusedByPolicy)).toEqual([]);
    expect(await lab.axe()).toEqual([]);
    expect(lab.strangers()).toEqual([]);
    expect(lab.errors).toEqual([]);
  } finally {
    await lab.close();
  }
});
