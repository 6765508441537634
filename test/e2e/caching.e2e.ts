import { expect, test } from 'vitest';
import { openLab } from './harness.ts';

/** The AWS Encryption SDK in the built page: Node's ways of thinking, bundled, under a policy that allows nothing. */

declare global {
  var refusedByPolicy: string[] | undefined;
}

test('the real Encryption SDK runs in the built page with the network gone, and its chunk was not loaded before', async () => {
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
    await page.getByRole('region', { name: 'Keys' }).waitFor();
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await lab.until('navigator.serviceWorker.controller');
    const byPage = lab.asks.filter((ask) => ask.serviceWorker() === null).map((ask) => ask.url());
    expect(byPage.filter((url) => /program-/.test(url))).toEqual([]);
    await lab.stopServing();
    await page.getByRole('link', { name: 'Data key caching' }).click();
    await page.getByRole('spinbutton', { name: 'Messages', exact: true }).fill('12');
    await page.getByRole('spinbutton', { name: 'Max messages' }).fill('3');
    await page.keyboard.press('Enter');
    const row = page.getByRole('row', { name: /^GenerateDataKey/ }).first();
    await row.waitFor({ timeout: 60_000 });
    expect((await row.innerText()).split(/\s+/)).toEqual(['GenerateDataKey', '12', '4']);
    expect(await page.getByRole('row', { name: /^Opened again/ }).innerText()).toMatch(
      /12 of 12\s+12 of 12$/,
    );
    await page.getByText('InvalidCiphertextException').waitFor();
    await page.getByText('made the same calls: 4 GenerateDataKey, 4 Decrypt').waitFor();

    expect(await page.evaluate(() => globalThis.refusedByPolicy)).toEqual([]);
    expect(lab.strangers()).toEqual([]);
    expect(lab.errors).toEqual([]);
  } finally {
    await lab.close();
  }
});
