import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLab, type LabInBrowser, type Look } from './harness.ts';
import {
  atBeat,
  beats,
  button,
  createKey,
  encryptBeats,
  encryptInLab,
  goToStage,
  leaveForm,
} from './steps.ts';

/*
 * Every room as it opens and in the states that a person brings it to, in every look: nothing for axe to find, nothing in
 * the console, nothing cut off at the side.
 */
const rooms = ['lab', 'stage', 'quiz'];
const looks: readonly (Look & { readonly name: string; readonly width: number })[] = [
  { name: 'wide and light', width: 1440, height: 900, theme: 'light' },
  { name: 'wide and dark', width: 1440, height: 900, theme: 'dark' },
  { name: 'narrow and light', width: 360, height: 780, theme: 'light' },
  { name: 'narrow and dark, without motion', width: 360, height: 780, theme: 'dark', reducedMotion: true },
  { name: 'narrowest and light', width: 320, height: 640, theme: 'light' },
];

let lab: LabInBrowser;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

/** What stands beyond the edge of the page where nobody can scroll to it. Runs in the page. */
function cutOff(): readonly string[] {
  const edge = document.documentElement.clientWidth + 1;
  const isReached = (element: Element): boolean => {
    for (let up = element.parentElement; up; up = up.parentElement)
      if (up.scrollWidth > up.clientWidth && /auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  return [...document.querySelectorAll('main *, header *, nav *, dialog[open] *')]
    .filter((element) => {
      const { right, left, width, height } = element.getBoundingClientRect();
      return width > 1 && height > 1 && (right > edge || left < -1) && !element.closest('.sr, .skip');
    })
    .filter((element) => !isReached(element) && element.checkVisibility({ visibilityProperty: true }))
    .map(
      (element) =>
        `${element.tagName}.${element.getAttribute('class') ?? ''}: ${element.textContent?.slice(0, 40)}`,
    );
}

/** The page as it stands, in one look. */
async function judge(name: string, look: (typeof looks)[number]): Promise<void> {
  await lab.screenshot(name, look);
  // Contrast is measured at rest.
  await lab.until('document.getAnimations().every(({ playState }) => playState !== "running")');
  expect.soft(await lab.axe(), name).toEqual([]);
  const wide = Number(await lab.page.evaluate('document.documentElement.scrollWidth'));
  expect.soft(wide, `${name}: width`).toBeLessThanOrEqual(look.width);
  expect.soft(await lab.page.evaluate(cutOff), `${name}: cut off`).toEqual([]);
  expect.soft(lab.errors.splice(0), name).toEqual([]);
  expect.soft(lab.strangers()).toEqual([]);
}

describe.each(rooms)('%s as it opens', (room) => {
  test.each(looks)('$name', async (look) => {
    await lab.look(look);
    await lab.goto(`#/${room}`);
    await lab.page.reload({ waitUntil: 'networkidle' });
    await expect.poll(() => lab.page.getByRole('main').innerText()).not.toBe('');
    await judge(`room-${room}`, look);
  });
});

const [wide] = looks;
if (wide === undefined) throw new Error('no looks');

/** Brings the page to a state at full width, where the states of a page differ least in how one gets there. */
async function at(hash: string): Promise<void> {
  await lab.look(wide ?? {});
  await lab.goto(hash);
  await lab.page.reload({ waitUntil: 'networkidle' });
}
/** Of a phone's tabs, the one that shows what the state is about. */
async function openTab(name: string): Promise<void> {
  const tab = lab.page.getByRole('tab', { name, exact: true });
  if ((await tab.count()) > 0) await tab.click();
}

describe('the states that one comes to', () => {
  beforeAll(async () => {
    await at('#/lab');
    await createKey(lab.page, 'payroll');
  });

  test('a key, and the dialog that makes one', async () => {
    await at('#/lab');
    for (const look of looks) {
      await lab.look(look);
      await openTab('Key');
      await judge('state-key', look);
    }
    await lab.look(wide);
    await button(lab.page, 'Create').click();
    await lab.page.getByRole('dialog', { name: 'Create a KMS key' }).waitFor();
    for (const look of looks) await judge('state-create', look);
    await lab.page.keyboard.press('Escape');
  });

  test('an answer of Encrypt, its blob dissected', async () => {
    await at('#/lab');
    await encryptInLab(lab.page, 'Wages');
    for (const look of looks) {
      await lab.look(look);
      await openTab('Key');
      await judge('state-answer', look);
    }
  });

  test('the trace of a refused call', async () => {
    await at('#/lab');
    const { page } = lab;
    await button(page, /^Act as/).click();
    await page
      .getByRole('option', { name: /user\/Alice/ })
      .first()
      .click();
    await button(page, 'DisableKey').click();
    await page
      .getByText(/not authorized to perform: kms:DisableKey/)
      .first()
      .waitFor();
    for (const look of looks) {
      await lab.look(look);
      await openTab('Trace');
      await page
        .getByText(/not authorized to perform: kms:DisableKey/)
        .first()
        .waitFor();
      await judge('state-refused', look);
    }
    await lab.look(wide);
    await button(page, /^Act as/).click();
    await page
      .getByRole('option', { name: /user\/Admin/ })
      .first()
      .click();
  });

  test('the stage at three beats', async () => {
    await at('#/lab');
    await goToStage(lab.page);
    let from = 0;
    for (const to of [2, 5, 8]) {
      await lab.look(wide);
      await leaveForm(lab.page);
      await beats(lab.page, encryptBeats.slice(from, to));
      from = to;
      for (const look of looks) {
        await lab.look(look);
        await atBeat(lab.page, encryptBeats[to - 1] ?? '');
        await judge(`state-stage-${to}`, look);
      }
    }
  });

  test('a question that is answered, one option watched', async () => {
    await at('#/quiz/access/iam-allow-without-delegation');
    const { page } = lab;
    await page.getByRole('radio', { name: /second identity policy/ }).check();
    await page.getByRole('radio', { name: 'Sure', exact: true }).check();
    await button(page, 'Answer').click();
    await page.getByRole('heading', { name: /^Wrong, and you were sure/ }).waitFor();
    for (const look of looks) await judge('state-answered', look);
    await lab.look(wide);
    await button(page, /^Trace/)
      .first()
      .click();
    await page.getByRole('heading', { name: /the run$/ }).waitFor();
    for (const look of looks) await judge('state-watched', look);
  });
});

test('the measure can fail: what runs beyond the edge is found', async () => {
  await at('#/lab');
  await lab.page.evaluate(() => {
    const wide = document.createElement('p');
    wide.textContent = 'runs out';
    wide.style.cssText = 'position: absolute; inline-size: 3000px';
    document.querySelector('main')?.append(wide);
  });
  expect(await lab.page.evaluate(cutOff)).toEqual(['P.: runs out']);
});
