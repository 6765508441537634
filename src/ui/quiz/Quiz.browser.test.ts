import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../tokens.css';
import '../base.css';
import { openLab, type LocalLab } from '../../client/index.ts';
import Sprite from '../glyphs/Sprite.svelte';
import { Preferences } from '../state/prefs.svelte.ts';
import { outcomes } from './outcomes.svelte.ts';
import Quiz from './Quiz.svelte';

const question = '#/quiz/access/iam-allow-without-delegation';
let lab: LocalLab;
let said: string[] = [];

async function open(at: string, width = 1440, height = 900): Promise<void> {
  await page.viewport(width, height);
  location.hash = at;
  lab = await openLab({ store: 'memory' });
  said = [];
  render(Sprite);
  render(Quiz, {
    lab: { api: lab, say: (text: string) => said.push(text), fault: undefined, prefs: new Preferences() },
  });
}

/** Tab until something with this name has the focus: what a keyboard can reach, it reaches so. */
async function tabTo(name: RegExp): Promise<Element> {
  for (let i = 0; i < 60; i++) {
    await userEvent.keyboard('{Tab}');
    const here = document.activeElement;
    const label =
      here?.getAttribute('aria-label') ?? here?.closest('label')?.textContent ?? here?.textContent ?? '';
    if (here && name.test(label.trim())) return here;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

/** Chooses among the radios of the focused group with the arrow keys. */
async function arrowTo(name: RegExp): Promise<void> {
  for (let i = 0; i < 8; i++) {
    if (name.test(document.activeElement?.closest('label')?.textContent ?? '')) break;
    await userEvent.keyboard('{ArrowDown}');
  }
  expect(document.activeElement?.closest('label')?.textContent).toMatch(name);
  await userEvent.keyboard(' ');
}

const findings = async (): Promise<readonly string[]> => {
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
};

beforeEach(() => outcomes.clear());
afterEach(async () => {
  document.documentElement.removeAttribute('data-theme');
  await lab.main.close();
});

describe('a question by keyboard alone', () => {
  it('is answered wrongly, explained by the engine, and the wrong option is watched failing', async () => {
    await open(question);
    await expect.element(page.getByRole('button', { name: 'Answer', exact: true })).toBeVisible();
    await tabTo(/[A-D]:/);
    await arrowTo(/second identity policy/);
    await tabTo(/^(Sure|Unsure)$/);
    await arrowTo(/^\s*Sure/);
    await tabTo(/^Answer$/);
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('heading', { name: /^Wrong, and you were sure/ })).toHaveFocus();
    expect(said.at(-1)).toMatch(/^Wrong, and you were sure: not [A-D] but [A-D]\.$/);

    // Every option has the engine's verdict, the right one its mark.
    const rows = [...document.querySelectorAll('li.opt')].map((li) => li.textContent ?? '');
    expect(rows).toHaveLength(4);
    expect(rows.filter((row) => row.includes('AccessDeniedException'))).toHaveLength(2);
    expect(rows.filter((row) => row.includes('breaks what is required'))).toHaveLength(1);
    expect(rows.filter((row) => /right\b/.test(row) && row.includes('user/analyst'))).toHaveLength(1);

    const letter = /not ([A-D])/.exec(said.at(-1) ?? '')?.[1] ?? '';
    await tabTo(new RegExp(`^Trace, option ${letter}$`));
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('heading', { name: `Option ${letter}, the run` })).toHaveFocus();
    const run = document.querySelector('section.run')?.textContent ?? '';
    expect(run).toContain('"kms:*"');
    expect(run).toContain('refused here');
    // The statements that did not match, with what was asked beside what is written, and KMS's own sentence.
    expect(run).toContain('PayrollAppEncrypts');
    expect(run).toContain('arn:aws:iam::111122223333:user/payroll-app');
    expect(run).toMatch(
      /User: arn:aws:iam::111122223333:user\/analyst is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36} because no resource-based policy allows the kms:Decrypt action/,
    );

    await userEvent.keyboard('{Escape}');
    expect(document.activeElement?.getAttribute('aria-label')).toBe(`Trace, option ${letter}`);
    expect(outcomes.get('access/iam-allow-without-delegation')).toBe('wrong');
  });

  it('asks for the choice and for the confidence before it runs anything', async () => {
    await open(question);
    await tabTo(/^Answer$/);
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText('Choose an option first.')).toBeVisible();
    await page.getByRole('radio', { name: /add a statement/ }).click();
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await expect.element(page.getByText(/Say first whether you are sure/)).toBeVisible();
    expect(document.querySelector('li.opt')).toBeNull();
  });

  it('a right answer is right because the engine says so', async () => {
    await open(question);
    await page.getByRole('radio', { name: /add a statement/ }).click();
    await page.getByRole('radio', { name: 'Unsure' }).click();
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await expect
      .element(page.getByRole('heading', { name: /^Right: [A-D], though you were unsure/ }))
      .toBeVisible();
    expect(outcomes.get('access/iam-allow-without-delegation')).toBe('right');
  });

  it('the option that lets in others shows the call that got through', async () => {
    await open(question);
    await page.getByRole('radio', { name: /default statement/ }).click();
    await page.getByRole('radio', { name: 'Unsure' }).click();
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'add the default statement' });
    await row.getByRole('button', { name: /^Trace/ }).click();
    await expect.element(page.getByText('served, should be refused')).toBeVisible();
  });
});

describe('when our side fails', () => {
  it('the answer is neither right nor wrong', async () => {
    await open(question);
    Object.assign(lab, { sandbox: () => Promise.reject(new Error('no memory left')) });
    await page.getByRole('radio', { name: /default statement/ }).click();
    await page.getByRole('radio', { name: 'Unsure' }).click();
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await expect.element(page.getByRole('heading', { name: /could not be checked/ })).toBeVisible();
    expect(document.body.textContent).toContain('no memory left');
    expect(outcomes.get('access/iam-allow-without-delegation')).toBe('unchecked');
  });

  it('an address without a question says so', async () => {
    await open('#/quiz/access/no-such');
    await expect.element(page.getByText('There is no question at this address.')).toBeVisible();
  });
});

describe('at every width and in both themes', () => {
  it.each([
    ['light', 1440, 900],
    ['dark', 1440, 900],
    ['light', 360, 740],
    ['dark', 320, 640],
  ] as const)(
    '%s at %i px: axe finds nothing, nothing runs out of the page',
    async (theme, width, height) => {
      document.documentElement.dataset['theme'] = theme;
      await open('#/quiz', width, height);
      await expect.element(page.getByRole('link', { name: /Allowed in IAM/ })).toBeVisible();
      expect(await findings()).toEqual([]);
      location.hash = question;
      await expect.element(page.getByRole('button', { name: 'Answer', exact: true })).toBeVisible();
      expect(await findings()).toEqual([]);
      await page.getByRole('radio', { name: /default statement/ }).click();
      await page.getByRole('radio', { name: 'Unsure' }).click();
      await page.getByRole('button', { name: 'Answer', exact: true }).click();
      await page
        .getByRole('button', { name: /^Trace/ })
        .first()
        .click();
      await expect.element(page.getByRole('heading', { name: /the run$/ })).toBeVisible();
      expect(await findings()).toEqual([]);
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    },
  );
});
