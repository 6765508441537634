import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, type LabInBrowser } from './harness.ts';
import { arrowTo, tabTo } from './steps.ts';

/* A question in the built page, by keyboard alone: a wrong answer, its run, the engine's own sentence, the right one. */

let lab: LabInBrowser;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

async function answer(option: RegExp, sureness: RegExp): Promise<void> {
  const { page } = lab;
  await tabTo(page, /[A-D]:/);
  await arrowTo(page, option);
  await tabTo(page, /^(Sure|Unsure)$/);
  await arrowTo(page, sureness);
  await tabTo(page, /^Answer$/);
  await page.keyboard.press('Enter');
}
const heading = (name: RegExp) => lab.page.getByRole('heading', { name });
const hasFocus = (name: RegExp) =>
  expect.poll(() => heading(name).evaluate((element) => element === document.activeElement)).toBe(true);

test('a wrong answer is run and explained by the engine, and can be watched; then the right one', async () => {
  const { page } = lab;
  await page.getByRole('region', { name: 'Keys' }).waitFor();
  await tabTo(page, /^Quiz$/);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: /Allowed in IAM/ }).waitFor();
  await tabTo(page, /Allowed in IAM, refused by the key/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Answer', exact: true }).waitFor();

  await answer(/second identity policy/, /^Sure$/);
  await hasFocus(/^Wrong, and you were sure: not [A-D] but [A-D]\.$/);
  const options = await page.locator('main').getByRole('listitem').allInnerTexts();
  expect(options.filter((text) => text.includes('AccessDeniedException')).length).toBeGreaterThanOrEqual(2);
  expect(options.some((text) => text.includes('breaks what is required'))).toBe(true);

  const letter = /not ([A-D])/.exec(await heading(/^Wrong/).innerText())?.[1] ?? '';
  await tabTo(page, new RegExp(`^Trace, option ${letter}$`));
  await page.keyboard.press('Enter');
  await hasFocus(new RegExp(`^Option ${letter}, the run$`));
  const run = page.getByRole('region', { name: `Option ${letter}, the run` });
  await expect
    .poll(() => run.innerText())
    .toMatch(
      /User: arn:aws:iam::111122223333:user\/analyst is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36} because no resource-based policy allows the kms:Decrypt action/,
    );
  expect(await run.innerText()).toContain('refused here');
  await page.keyboard.press('Escape');
  await expect.poll(() => run.count()).toBe(0);

  await tabTo(page, /^Answer again$/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Answer', exact: true }).waitFor();
  await answer(/add a statement/, /^Unsure$/);
  await hasFocus(/^Right: [A-D], though you were unsure/);
  expect(lab.errors).toEqual([]);
  expect(lab.strangers()).toEqual([]);
});

test('the file of 50 MB: every option is run, and only the envelope brings it back', async () => {
  const { page } = lab;
  await lab.goto('#/quiz');
  await tabTo(page, /50 MB/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Answer', exact: true }).waitFor();
  await tabTo(page, /[A-D]:/);
  await page.keyboard.press('Space');
  await tabTo(page, /^(Sure|Unsure)$/);
  await arrowTo(page, /^Unsure$/);
  await tabTo(page, /^Answer$/);
  await page.keyboard.press('Enter');
  await heading(/^(Right|Wrong): /).waitFor({ timeout: 90_000 });
  expect(await page.getByText('right', { exact: true }).count()).toBe(1);
  expect(lab.errors).toEqual([]);
});
