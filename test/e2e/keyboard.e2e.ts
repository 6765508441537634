import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, type LabInBrowser } from './harness.ts';
import { arrowTo, atBeat, beats, decryptBeats, encryptBeats, sceneSays, tabTo } from './steps.ts';

/* The envelope from a fresh profile by keyboard alone: no pointer in this file. */

let lab: LabInBrowser;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

const press = (...keys: readonly string[]) =>
  keys.reduce((before, key) => before.then(() => lab.page.keyboard.press(key)), Promise.resolve());

test('a key, the stage, the scene: played, stepped back, forward, to its end', async () => {
  const { page } = lab;
  await page.getByRole('region', { name: 'Keys' }).waitFor();
  await tabTo(page, /^Create$/);
  await press('Enter');
  await page.getByRole('dialog', { name: 'Create a KMS key' }).waitFor();
  await page.keyboard.type('payroll');
  await press('Enter');
  await page.getByRole('heading', { name: 'alias/payroll' }).waitFor();

  await tabTo(page, /^Stage$/);
  await press('Enter');
  await page.getByRole('tab', { name: 'Prepare' }).waitFor();
  // "At once" is the last speed of the list: the beats follow each other without their motion.
  await tabTo(page, /^Speed$/);
  await press('End');
  await tabTo(page, /^Text$/);
  await press('Control+a');
  await page.keyboard.type('Written by keyboard alone.');
  await tabTo(page, /^Watch it$/);
  await press('Enter');
  await sceneSays(page, /Read back/);
  await atBeat(page, 'Check');

  await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft');
  await atBeat(page, 'Encrypt the file');
  await sceneSays(page, /encrypts note\.txt here/);
  await press('ArrowRight');
  await atBeat(page, 'Erase the data key');
  await press('ArrowRight', 'ArrowRight');
  await atBeat(page, 'Check');
  await sceneSays(page, /Read back: [\d,]+ bytes/);
  expect(lab.errors).toEqual([]);
});

test('the key is disabled half-way: Decrypt stops at the key state with the sentence of AWS, and goes on when enabled', async () => {
  const { page } = lab;
  await tabTo(page, /^Scene$/);
  await press('ArrowDown');
  await page.getByRole('heading', { name: 'Envelope decryption' }).waitFor();
  // In the choice the arrows choose; from any button on they belong to the player.
  await tabTo(page, /^Next beat$/);
  await beats(page, decryptBeats.slice(0, 1));
  await tabTo(page, /^Prepare$/);
  await press('ArrowRight', 'ArrowRight');
  await expect
    .poll(() => page.getByRole('tab', { name: 'Break it' }).getAttribute('aria-selected'))
    .toBe('true');
  await tabTo(page, /^DisableKey$/);
  await press('Enter');
  await page.getByText('DisableKey by user/Admin: the key is Disabled').waitFor();

  await beats(page, decryptBeats.slice(1, 3));
  const verdict = page.getByRole('region', { name: 'DisabledException' });
  await expect
    .poll(() => verdict.innerText())
    .toMatch(/arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36} is disabled\./);
  expect(await verdict.innerText()).toContain('Refused at the key state.');
  expect(await page.getByRole('button', { name: 'Next beat' }).getAttribute('aria-disabled')).toBe('true');

  await tabTo(page, /^EnableKey by /);
  await press('Enter');
  await page.getByText('EnableKey by user/Admin: the key is Enabled').waitFor();
  await tabTo(page, /^Ask again$/);
  await press('Enter');
  await beats(page, decryptBeats.slice(2));
  await sceneSays(page, /are back/);
  expect(lab.errors).toEqual([]);
});

test('by beats alone, from the first to the last, and back to before the first', async () => {
  const { page } = lab;
  await tabTo(page, /^Scene$/);
  await press('ArrowUp');
  await page.getByRole('heading', { name: 'Envelope encryption' }).waitFor();
  await tabTo(page, /^Next beat$/);
  await beats(page, encryptBeats);
  for (let i = 0; i < encryptBeats.length; i++) await press('ArrowLeft');
  await expect.poll(() => page.locator('li[aria-current="step"]').count()).toBe(0);
  // Motion off is a choice of the page as well: the same beats as two cards.
  await tabTo(page, /^Theme and motion$/);
  await press('Enter');
  await tabTo(page, /^System$/);
  await tabTo(page, /^System$/);
  await arrowTo(page, /^On$/);
  await press('Escape');
  await press('ArrowRight');
  await page.getByRole('img', { name: /^Before:/ }).waitFor();
  expect(lab.errors).toEqual([]);
});
