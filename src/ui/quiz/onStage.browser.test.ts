import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../tokens.css';
import '../base.css';
import { openLab, type LocalLab } from '../../client/index.ts';
import { atRest } from '../../../test/support/atRest.ts';
import Sprite from '../glyphs/Sprite.svelte';
import Stage from '../stage/Stage.svelte';
import { LabState } from '../state/lab.svelte.ts';
import { outcomes } from './outcomes.svelte.ts';
import Quiz from './Quiz.svelte';

vi.setConfig({ testTimeout: 60_000 });

const denied = 'access/iam-allow-without-delegation';
let lab: LocalLab;
let state: LabState;
let said: string[] = [];

async function open(what: typeof Quiz | typeof Stage, at: string, width = 1440, height = 900): Promise<void> {
  await page.viewport(width, height);
  location.hash = at;
  lab = await openLab({ store: 'memory' });
  state = new LabState(lab);
  const say = state.say.bind(state);
  state.say = (text: string) => {
    said.push(text);
    say(text);
  };
  render(Sprite);
  render(what, { lab: state });
}
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const scene = () => page.getByRole('region', { name: 'The scene' });
const sentence = () => document.querySelector('.saybox .say')?.textContent ?? '';
const press = (key: string) => userEvent.keyboard(`{${key}}`);

/** Answers with whatever comes first: any answer may be watched. */
async function answer(option?: RegExp): Promise<void> {
  await expect.element(button('Answer')).toBeVisible();
  if (option) await page.getByRole('radio', { name: option }).click();
  else {
    for (const select of document.querySelectorAll<HTMLSelectElement>('.opt select'))
      await userEvent.selectOptions(select, select.options[1]?.value ?? '');
    const many = Number(
      /Select (\d)/.exec(document.querySelector('legend.select')?.textContent ?? '')?.[1] ?? 1,
    );
    const inputs = [...document.querySelectorAll<HTMLInputElement>('.opt input')].slice(0, many);
    for (const input of inputs) await userEvent.click(input);
  }
  await page.getByRole('radio', { name: 'Unsure' }).click();
  await button('Answer').click();
  await expect.poll(() => document.querySelector('h2.outcome'), { timeout: 30_000 }).not.toBeNull();
}
async function tabTo(name: RegExp): Promise<HTMLElement> {
  for (let i = 0; i < 80; i += 1) {
    await press('Tab');
    const here = document.activeElement;
    if (
      here instanceof HTMLElement &&
      name.test((here.getAttribute('aria-label') ?? here.textContent ?? '').trim())
    )
      return here;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}
/** Watched, and at rest at its last beat. */
async function watchToEnd(which: RegExp): Promise<void> {
  await button(which).first().click();
  await expect.element(scene(), { timeout: 15_000 }).toBeVisible();
  if (document.querySelector('[aria-label="Pause"]')) await button('Pause').click();
  await press('End');
}
const findings = async (): Promise<readonly string[]> => {
  await atRest();
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
};

beforeEach(() => {
  outcomes.clear();
  localStorage.clear();
  said = [];
});
afterEach(async () => {
  document.documentElement.removeAttribute('data-theme');
  delete document.documentElement.dataset['motion'];
  state.close();
  await lab.main.close();
});

describe('an option on the stage', () => {
  it('is watched by keyboard alone, and the question waits as it was', async () => {
    await open(Quiz, `#/quiz/${denied}`, 1440, 560);
    await answer(/second identity/);
    const row = [...document.querySelectorAll('li.opt')].find((li) =>
      li.textContent?.includes('second identity'),
    );
    const letter = row?.querySelector('.lt')?.textContent ?? '';
    await tabTo(new RegExp(`^Watch it, option ${letter}$`));
    const scrolled = document.querySelector('.quiz .scroll')?.scrollTop ?? 0;
    await press('Enter');
    await expect.element(page.getByRole('heading', { name: `Option ${letter}`, exact: true })).toHaveFocus();
    // It plays; Space stops it there, and nothing else is pressed by it.
    await expect.element(button('Pause')).toBeVisible();
    await userEvent.keyboard(' ');
    await expect.element(button('Play')).toBeVisible();
    expect(document.querySelector('.quiz')?.checkVisibility()).toBe(false);

    await press('Home');
    expect(sentence()).toMatch(/^Attach an identity policy/);
    await press('PageDown');
    await expect
      .poll(sentence)
      .toMatch(/user\/analyst calls Decrypt\. Nothing in the key policy allows Decrypt/);
    expect(said.at(-1)).toContain('It ends in AccessDeniedException.');
    await press('End');
    await expect.element(page.getByRole('region', { name: 'AccessDeniedException' })).toBeVisible();
    await expect.element(page.getByText('It ends in AccessDeniedException.')).toBeVisible();

    // Into the call and out again: its stages are the same from either side.
    const strip = () =>
      page.getByRole('group', { name: 'Inside the call' }).element().querySelector('[aria-current]')
        ?.textContent;
    await userEvent.keyboard(',');
    expect(strip()).toMatch(/policies/);
    await userEvent.keyboard(',');
    expect(strip()).toMatch(/find the key/);
    await userEvent.keyboard('.');
    expect(strip()).toMatch(/policies/);

    await press('Escape');
    await expect.element(button(`Watch it, option ${letter}`)).toHaveFocus();
    expect(document.querySelector('.quiz .scroll')?.scrollTop).toBe(scrolled);
    expect(document.querySelector('h2.outcome')?.textContent).toMatch(/^\s*Wrong: not/);
    expect(document.querySelector('section[aria-label="The scene"]')).toBeNull();
  });

  it('the way back of the browser leads to the question, not out of it', async () => {
    await open(Quiz, `#/quiz/${denied}`);
    await answer();
    await watchToEnd(/^Watch it, option A$/);
    history.back();
    await expect.element(button('Watch it, option A')).toHaveFocus();
    expect(location.hash).toBe(`#/quiz/${denied}`);
    expect(document.querySelectorAll('li.opt')).toHaveLength(4);
  });

  it('shows what would have let the refused call pass', async () => {
    await open(Quiz, `#/quiz/${denied}`);
    await answer(/second identity/);
    const row = page.getByRole('listitem').filter({ hasText: 'second identity policy' });
    await row.getByRole('button', { name: /^Watch it/ }).click();
    await expect.element(scene(), { timeout: 15_000 }).toBeVisible();
    await button('Pause').click();
    await press('End');
    await button('What would let it pass?').click();
    await expect
      .element(page.getByRole('heading', { name: 'Smallest changes that would let it pass' }), {
        timeout: 20_000,
      })
      .toBeVisible();
  });

  it('has a text twin: every step with what its gates said', async () => {
    await open(Quiz, `#/quiz/services/topic-to-queue`);
    await answer();
    await watchToEnd(/^Watch it, option/);
    await button('As list').click();
    const rows = document.querySelectorAll('section[aria-label="The scene"] li');
    const beats = document.querySelectorAll('footer[aria-label="Beats"] li');
    expect(beats.length).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThanOrEqual(beats.length);
    expect(scene().element().textContent).toMatch(/policy: (open|closed)/);
  });

  it('asks first where that is wanted, and tells nothing before', async () => {
    await open(Quiz, `#/quiz/${denied}`);
    await answer(/second identity/);
    const row = page.getByRole('listitem').filter({ hasText: 'second identity policy' });
    await row.getByRole('button', { name: /^Watch it/ }).click();
    await expect.element(scene(), { timeout: 15_000 }).toBeVisible();
    await button('Pause').click();
    await press('Home');
    await page.getByRole('checkbox', { name: 'Predict first' }).click();
    await press('PageDown');
    await expect.element(page.getByRole('group', { name: 'What will KMS say to Decrypt?' })).toBeVisible();
    expect(document.body.textContent).not.toContain('AccessDeniedException comes back');
    await button('It works').click();
    await expect.element(page.getByText('You said: It works.')).toBeVisible();
    expect(sentence()).toContain('AccessDeniedException comes back');
  });

  it('without motion: the beat before and the beat after, as cards', async () => {
    document.documentElement.dataset['motion'] = 'reduced';
    localStorage.setItem('kms-lab.motion', 'on');
    await open(Quiz, `#/quiz/${denied}`);
    state.prefs.motion = 'on';
    await answer(/second identity/);
    await button(/^Watch it/)
      .first()
      .click();
    await expect.element(scene(), { timeout: 15_000 }).toBeVisible();
    await press('Home');
    await expect.element(page.getByText('Before', { exact: true }).first()).toBeVisible();
    expect(document.querySelectorAll('section[aria-label="The scene"] svg.scene-svg')).toHaveLength(2);
  });

  it.each([
    ['single', denied],
    ['multiple', 'access/administrator-and-user'],
    ['ordering', 'envelope/right-order'],
    ['matching', 'access/grant-constraints'],
    ['predict', 'access/grants-do-not-expire'],
    ['find the fault', 'accounts/handover-fault'],
  ])('of %s', async (_, item) => {
    await open(Quiz, `#/quiz/${item}`);
    await answer();
    await watchToEnd(/^Watch it/);
    await expect.element(page.getByRole('region', { name: 'What came of it' })).toBeVisible();
    expect(sentence().length).toBeGreaterThan(10);
    await button('Back to the question').first().click();
    await expect.poll(() => document.activeElement?.getAttribute('aria-label')).toMatch(/^Watch it/);
  });
});

describe('a moment of a run', () => {
  it('is a link that runs the option again and shows the same beat', async () => {
    await open(Quiz, `#/quiz/${denied}`);
    await answer(/second identity/);
    const row = page.getByRole('listitem').filter({ hasText: 'second identity policy' });
    await row.getByRole('button', { name: /^Watch it/ }).click();
    await expect.element(scene(), { timeout: 15_000 }).toBeVisible();
    await button('Pause').click();
    await press('End');
    const before = sentence();
    await button('Share this moment').click();
    const link = page.getByRole('group', { name: 'The link' }).element().textContent ?? '';
    expect(link).toContain('#/stage/run?m=');
    document.body.replaceChildren();
    await lab.main.close();

    await open(Stage, link.slice(link.indexOf('#')));
    await expect
      .element(page.getByRole('link', { name: 'To the question' }), { timeout: 30_000 })
      .toHaveAttribute('href', `#/quiz/${denied}`);
    expect(sentence()).toBe(before);
  });

  it('of an option that is none is refused with its place, and says where to go', async () => {
    const moment = btoa(JSON.stringify({ v: 1, at: 0, item: denied, seed: 0, option: 'no-such' }));
    await open(Stage, `#/stage/run?m=${moment}`);
    await expect
      .poll(() => state.fault, { timeout: 20_000 })
      .toMatch(/\$\.option: expected an option of the item/);
    await expect.element(page.getByRole('link', { name: 'Envelope encryption' })).toBeVisible();
  });
});

describe('a single call of the lab', () => {
  it('is shown as it was, and one may leave it again', async () => {
    await open(Stage, '#/stage/run');
    await expect.element(page.getByText(/There is no run to show here/)).toBeVisible();
    document.body.replaceChildren();
    await state.start();
    await state.call('CreateKey', {});
    await page.viewport(1440, 900);
    render(Sprite);
    render(Stage, { lab: state });
    await expect.element(page.getByRole('heading', { name: 'CreateKey, as it was' }).last()).toHaveFocus();
    await userEvent.keyboard('{End}');
    await expect
      .poll(sentence)
      .toMatch(/^user\/Admin calls CreateKey\. The identity policy allows the call: 1 gate opens/);
    expect(await findings()).toEqual([]);
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
      await open(Quiz, `#/quiz/${denied}`, width, height);
      await answer(/second identity/);
      const row = page.getByRole('listitem').filter({ hasText: 'second identity policy' });
      await row.getByRole('button', { name: /^Watch it/ }).click();
      await expect.element(scene(), { timeout: 15_000 }).toBeVisible();
      await button('Pause').click();
      await press('End');
      expect(await findings()).toEqual([]);
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    },
  );
});
