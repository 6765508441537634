import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, type LabInBrowser } from './harness.ts';
import { button, createKey } from './steps.ts';

/*
 * An unexpected fault in each part of the page: it shows what happened, offers export and a report without secrets, and
 * everything else goes on. The faults are put into what the parts rely on, from outside: nothing of the program knows of
 * this test.
 */

const secret = 'swordfish-in-the-message';
let lab: LabInBrowser;
let page: Page;
beforeAll(async () => {
  lab = await openLab({
    // What a part draws with fails as soon as `globalThis.break` names a text that it draws or an operation that it does.
    before: () => {
      const breaks = (text: unknown): boolean => {
        const { toBreak } = globalThis as { toBreak?: string };
        return toBreak !== undefined && String(text).includes(toBreak);
      };
      const fail = (): never => {
        Object.assign(globalThis, { toBreak: undefined, broke: true });
        throw new Error('swordfish-in-the-message');
      };
      const descriptor = Object.getOwnPropertyDescriptor(Node.prototype, 'nodeValue');
      if (!descriptor?.set || !descriptor.get) throw new Error('no nodeValue');
      const { get, set } = descriptor;
      Object.defineProperty(Node.prototype, 'nodeValue', {
        configurable: true,
        get(this: Node): unknown {
          return get.call(this);
        },
        set(this: Node, value: string) {
          if (breaks(value)) fail();
          set.call(this, value);
        },
      });
      const content = Object.getOwnPropertyDescriptor(Node.prototype, 'textContent');
      if (!content?.set || !content.get) throw new Error('no textContent');
      const { get: read, set: write } = content;
      Object.defineProperty(Node.prototype, 'textContent', {
        configurable: true,
        get(this: Node): unknown {
          return read.call(this);
        },
        set(this: Node, value: string) {
          if (breaks(value)) fail();
          write.call(this, value);
        },
      });
      const { setAttribute } = Element.prototype;
      Element.prototype.setAttribute = function (name: string, value: string): void {
        if (breaks(value)) fail();
        setAttribute.call(this, name, value);
      };
    },
  });
  page = lab.page;
  await createKey(page, 'stays');
});
afterAll(() => lab.close());

async function breakAt(text: string): Promise<void> {
  await page.evaluate((toBreak) => Object.assign(globalThis, { toBreak, broke: false }) && undefined, text);
}
const broke = () => expect.poll(() => page.evaluate('globalThis.broke')).toBe(true);

async function reportIsShown(where: RegExp): Promise<void> {
  const report = page.getByLabel('Report text', { exact: true });
  await report.waitFor();
  const text = await report.innerText();
  expect(text).toMatch(where);
  expect(text).toMatch(/KMS Lab/);
  expect(text).not.toContain(secret);
  await page.getByRole('button', { name: 'Export this world…' }).waitFor();
}

async function pageGoesOn(): Promise<void> {
  await lab.goto('#/lab');
  await page.getByText('alias/stays').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).waitFor();
  await page.keyboard.press('Escape');
}

const rooms: readonly (readonly [string, string, string])[] = [
  ['Stage', '#/stage/throttle', 'Throttl'],
  ['Quiz', '#/quiz', 'Question'],
  ['Study', '#/study/myths', 'Myths'],
  ['Lab', '#/lab', 'Create'],
];
test.each(rooms)('in the room %s', async (room, hash, text) => {
  await lab.goto(hash === '#/lab' ? '#/quiz' : '#/lab');
  await page.getByRole('main').waitFor();
  await page.waitForTimeout(300);
  await breakAt(text);
  await lab.goto(hash);
  await broke();
  await page
    .getByRole('heading', { name: /went wrong/ })
    .or(page.getByText('Something went wrong in KMS Lab'))
    .first()
    .waitFor();
  await reportIsShown(new RegExp(`Where: ${room}`));
  await button(page, 'Show it again').click();
  await expect.poll(() => page.getByLabel('Report text', { exact: true }).count()).toBe(0);
  await pageGoesOn();
});

const dialogs: readonly (readonly [string, string])[] = [
  ['what is kept', 'What is kept where'],
  ['all worlds', 'Each world is an AWS of its own'],
  ['keyboard shortcuts', 'Everywhere'],
  ['history of', 'History'],
];
test.each(dialogs)('in the dialog "%s"', async (query, text) => {
  await lab.goto('#/lab');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).fill(query);
  await page.waitForTimeout(200);
  await breakAt(text);
  await page.keyboard.press('Enter');
  await broke();
  await page.getByText('Something went wrong; the page goes on.').waitFor();
  await button(page, 'Details').click();
  await reportIsShown(/Where: /);
  await page.keyboard.press('Escape');
  await button(page, 'Dismiss').click();
  // The same dialog opens as if nothing had been.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).fill(query);
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  await page.getByText(text).first().waitFor();
  await page.keyboard.press('Escape');
  await pageGoesOn();
});

test('in the worker: an error that nobody caught, and a promise that nobody awaited', async () => {
  const [worker] = page.workers();
  if (!worker) throw new Error('the page has no worker');
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('swordfish-in-the-message');
    });
    void Promise.reject(new Error('swordfish-in-the-message'));
  });
  await page.getByText('Something went wrong; the page goes on.').waitFor();
  await button(page, 'Details').click();
  await reportIsShown(/Where: /);
  await page.keyboard.press('Escape');
  await button(page, 'Dismiss').click();
  await pageGoesOn();
  await createKey(page, 'after-the-fault');
});

test('in a handler, and in a promise that nobody awaited', async () => {
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('swordfish-in-the-message');
    });
  });
  await page.getByText('Something went wrong; the page goes on.').waitFor();
  await button(page, 'Dismiss').click();
  await page.evaluate(() => {
    setTimeout(() => void Promise.reject(new Error('swordfish-in-the-message')));
  });
  await page.getByText('Something went wrong; the page goes on.').waitFor();
  await button(page, 'Details').click();
  await reportIsShown(/Where: /);
  await page.keyboard.press('Escape');
  await button(page, 'Dismiss').click();
  await pageGoesOn();
});
