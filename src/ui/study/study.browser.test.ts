import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { cleanup, render } from 'vitest-browser-svelte';
import '../tokens.css';
import '../base.css';
import { openLab, type LocalLab } from '../../client/index.ts';
import Sprite from '../glyphs/Sprite.svelte';
import { Preferences } from '../state/prefs.svelte.ts';
import Quiz from '../quiz/Quiz.svelte';
import Study from './Study.svelte';
import { forgetStudy, openStudy } from './study.svelte.ts';

let lab: LocalLab;
let said: string[] = [];

async function open(
  at: string,
  what: typeof Study | typeof Quiz = Study,
  width = 1440,
  height = 900,
): Promise<void> {
  await page.viewport(width, height);
  location.hash = at;
  render(Sprite);
  render(what, {
    lab: { api: lab, say: (text: string) => said.push(text), fault: undefined, prefs: new Preferences() },
  });
}
/** As a tab that is killed: the screens are gone without a word, and the store is opened anew. */
async function killed(): Promise<void> {
  await cleanup();
  forgetStudy();
}

async function tabTo(name: RegExp): Promise<Element> {
  for (let i = 0; i < 80; i++) {
    await userEvent.keyboard('{Tab}');
    const here = document.activeElement;
    const label =
      here?.getAttribute('aria-label') ?? here?.closest('label')?.textContent ?? here?.textContent ?? '';
    if (here && name.test(label.trim())) return here;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}
const findings = async (): Promise<readonly string[]> => {
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
};

beforeEach(async () => {
  lab = await openLab({ store: 'memory' });
  said = [];
  const study = await openStudy();
  await study.clear();
});
afterEach(async () => {
  document.documentElement.removeAttribute('data-theme');
  await killed();
  await lab.main.close();
});

async function call(operation: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Operation' }).selectOptions(operation);
  await page.getByRole('button', { name: operation, exact: true }).click();
}

describe('a lab', () => {
  it('is solved, broken by the next call, repaired by taking it back, and still there after a kill', async () => {
    await open('#/study/labs/stop-the-deletion');
    await expect.element(page.getByText('not met').first()).toBeVisible();
    await call('CancelKeyDeletion');
    await expect.poll(() => said.at(-1)).toContain('not met');
    await call('EnableKey');
    await expect.element(page.getByRole('heading', { name: 'Solved.' })).toBeVisible();
    await call('DisableKey');
    await expect.element(page.getByText('broken by the last call').first()).toBeVisible();
    await page.getByRole('button', { name: 'Take back' }).click();
    await expect.element(page.getByRole('heading', { name: 'Solved.' })).toBeVisible();
    await killed();
    await open('#/study/labs/stop-the-deletion');
    await expect.element(page.getByRole('heading', { name: 'Solved.' })).toBeVisible();
    expect((await openStudy()).report.labsSolved).toEqual(['labs/stop-the-deletion']);
  });
});

it('what was done in a lab is watched on the stage, and the lab waits as it was', async () => {
  await open('#/study/labs/stop-the-deletion');
  await call('EnableKey');
  await call('CancelKeyDeletion');
  await page.getByRole('button', { name: 'Watch on the stage what you did' }).click();
  await expect.element(page.getByRole('region', { name: 'The scene' })).toBeVisible();
  // It plays at once; held, and back to its beginning.
  await userEvent.keyboard(' ');
  await userEvent.keyboard('{Home}');
  const sentence = () => document.querySelector('.saybox .say')?.textContent;
  await expect.poll(sentence).toMatch(/calls EnableKey\..*KMSInvalidStateException comes back/);
  await userEvent.keyboard('{End}');
  await expect
    .poll(sentence)
    .toMatch(/calls CancelKeyDeletion\..*The key goes from PendingDeletion to Disabled/);
  expect(await findings()).toEqual([]);
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('button', { name: 'Watch on the stage what you did' })).toHaveFocus();
});

it('an option of a generated question is watched, and a link leads to it', async () => {
  await open('#/study/made/7');
  await page.getByRole('radio').first().click();
  await page.getByRole('radio', { name: 'Unsure' }).click();
  await page.getByRole('button', { name: 'Answer', exact: true }).click();
  await page.getByRole('button', { name: /^Watch it/ }).click();
  await expect.element(page.getByRole('region', { name: 'The scene' })).toBeVisible();
  await page.getByRole('button', { name: 'Share this moment' }).click();
  const link = page.getByRole('group', { name: 'The link' }).element().textContent ?? '';
  expect(JSON.parse(atob(link.split('?m=')[1] ?? ''))).toMatchObject({ v: 1, made: 7, option: 'run' });
});

it('on a phone the hints of a lab stand below the task and the call, not upon them', async () => {
  await open('#/study/labs/stop-the-deletion', Study, 360, 740);
  const hint = page.getByRole('button', { name: 'Hint 1 of 3' });
  await expect.element(page.getByRole('combobox', { name: 'Operation' })).toBeVisible();
  const did = document.querySelector('.did')?.getBoundingClientRect();
  expect(hint.element().getBoundingClientRect().top).toBeGreaterThanOrEqual(did?.bottom ?? Infinity);
});

/** One item of each kind: what is done before "Answer". */
const kinds: readonly (readonly [string, string, () => Promise<void>])[] = [
  [
    'single',
    'access/root-names-the-account',
    () => page.getByRole('radio', { name: /on the keys of this account/ }).click(),
  ],
  [
    'multiple',
    'access/administrator-and-user',
    async () => {
      await page.getByRole('checkbox', { name: /metadata/ }).click();
      await page.getByRole('checkbox', { name: /Change the key policy/ }).click();
    },
  ],
  ['findFault', 'states/disabled-by-accident', () => page.getByRole('radio', { name: /EnableKey/ }).click()],
  ['predict', 'access/grants-do-not-expire', () => page.getByRole('radio', { name: /It succeeds/ }).click()],
  ['stated', 'custody/price-of-replicas', () => page.getByRole('radio', { name: /: 4/ }).click()],
  [
    'matching',
    'states/deletion-window',
    async () => {
      const pairs: readonly (readonly [RegExp, string])[] = [
        [/in 6 days/, 'ValidationException'],
        [/in 7 days(?!, then)/, 'It succeeds'],
        [/then again in 30/, 'KMSInvalidStateException'],
        [/alias\/old/, 'InvalidArnException'],
      ];
      for (const [call, outcome] of pairs)
        await page.getByRole('combobox', { name: call }).selectOptions(outcome);
    },
  ],
  [
    'ordering',
    'envelope/right-order',
    async () => {
      const order = [
        /Ask KMS for a data key/,
        /Encrypt the file locally/,
        /open the wrapped key/,
        /Decrypt the file locally/,
      ];
      for (const [to, text] of order.entries())
        for (;;) {
          const items = [...document.querySelectorAll('li.opt')];
          const at = items.findIndex((li) => text.test(li.textContent ?? ''));
          if (at <= to) break;
          await page.getByRole('button', { name: `Move step ${at + 1} up` }).click();
        }
    },
  ],
];

describe('one item of each kind', () => {
  it.each(kinds)('%s: answered rightly, recorded, explained', async (_kind, name, choose) => {
    await open(`#/quiz/${name}`, Quiz);
    await expect.element(page.getByRole('button', { name: 'Answer', exact: true })).toBeVisible();
    await choose();
    await page.getByRole('radio', { name: 'Sure', exact: true }).click();
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await expect.element(page.getByRole('heading', { name: /^Right/ })).toBeVisible();
    expect(await findings()).toEqual([]);
    const study = await openStudy();
    await expect.poll(() => study.events.length).toBe(1);
    expect(study.events).toMatchObject([{ kind: 'answered', item: name, outcome: 'right', sure: true }]);
  });
});

describe('an exam', () => {
  it('by keyboard: begun, answered, killed, and it goes on with the answer and the clock', async () => {
    await open('#/study/exam');
    await expect.element(page.getByRole('button', { name: /Begin.*Drill/ })).toBeVisible();
    await tabTo(/^Begin.*Drill/);
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('heading', { name: 'Question 1 of 20' })).toBeVisible();
    await expect.element(page.getByRole('group', { name: /How sure/ })).toBeVisible();
    // Whatever the kind of the first question: something is chosen by keyboard.
    for (const select of document.querySelectorAll('select')) {
      select.focus();
      await userEvent.keyboard('{ArrowDown}');
    }
    const boxes = document.querySelectorAll<HTMLInputElement>('input[name=option]');
    const many =
      boxes[0]?.type === 'checkbox'
        ? Number(/Select (\d)/.exec(document.body.textContent ?? '')?.[1] ?? 1)
        : 1;
    for (const box of [...boxes].slice(0, many)) {
      box.focus();
      await userEvent.keyboard(' ');
    }
    await tabTo(/^Sure$/);
    await userEvent.keyboard(' ');
    await tabTo(/^Save and next$/);
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('heading', { name: 'Question 2 of 20' })).toBeVisible();
    const before = await (await openStudy()).store.kept('exam');
    await killed();

    await open('#/study/exam');
    await expect.element(page.getByRole('heading', { name: 'Question 2 of 20' })).toBeVisible();
    await expect.element(page.getByText(/the clock did not/)).toBeVisible();
    expect(await (await openStudy()).store.kept('exam')).toEqual(before);
    expect(Object.keys(Object(Reflect.get(Object(before), 'answers')))).toEqual(['0']);
    expect(await findings()).toEqual([]);
    // Once over it cannot be taken up again: with questions open it asks twice.
    await page.getByRole('button', { name: 'Finish' }).click();
    await expect.element(page.getByText('19 questions have no answer yet.')).toBeVisible();
    await page.getByRole('button', { name: 'Finish all the same' }).click();
    await expect.element(page.getByRole('heading', { name: /of 20 right/ })).toBeVisible();
    expect((await openStudy()).report.exams).toHaveLength(1);
  });
});

it('an exam that was finished and killed before it was judged is judged when it is opened, each answer once', async () => {
  const at = Date.now();
  const finished = {
    id: 'sitting',
    profile: 'drill',
    items: [{ name: 'access/grants-do-not-expire', seed: 0 }],
    started: at,
    ends: at + 60_000,
    at: 0,
    answers: { 0: { answer: { is: 'choice', ids: ['served'] }, sure: true } },
    flags: [],
    finished: at,
  };
  for (const _ of ['killed', 'and once more']) {
    await (await openStudy()).store.keep('exam', finished);
    await open('#/study/exam');
    await expect.element(page.getByRole('heading', { name: /of 1 right/ })).toBeVisible();
    expect((await openStudy()).events.map(({ kind }) => kind).sort()).toEqual(['answered', 'exam']);
    expect(await (await openStudy()).store.kept('exam')).toBeUndefined();
    await killed();
  }
});

it('an exam that is over shows every answer, and only then may its options be watched', async () => {
  const at = Date.now();
  const items = ['access/grants-do-not-expire', 'access/deny-wins'].map((name) => ({ name, seed: 0 }));
  const exam = { id: 'over', profile: 'drill', items, started: at, ends: at + 60_000, at: 0, flags: [] };
  const answers = { 0: { answer: { is: 'choice', ids: ['served'] }, sure: true } };
  await (await openStudy()).store.keep('exam', { ...exam, answers });
  await open('#/study/exam');
  await expect.element(page.getByRole('heading', { name: 'Question 1 of 2' })).toBeVisible();
  expect(document.body.textContent).not.toMatch(/Watch it|Trace/);
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByRole('button', { name: 'Finish all the same' }).click();
  await page.getByRole('button', { name: 'Look at every answer' }).click();
  await expect.element(page.getByRole('heading', { name: 'Your answers' })).toHaveFocus();
  await expect.element(page.getByRole('link', { name: /not answered/ })).toBeVisible();
  expect(await findings()).toEqual([]);
  await page.getByRole('button', { name: /^1\. / }).click();
  await expect.element(page.getByRole('heading', { name: /^(Right|Wrong)/ })).toBeVisible();
  expect(document.body.textContent).not.toContain('Answer again');
  await page
    .getByRole('button', { name: /^Watch it/ })
    .first()
    .click();
  await expect.element(page.getByRole('region', { name: 'The scene' })).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await page.getByRole('button', { name: 'All answers' }).first().click();
  await expect.element(page.getByRole('button', { name: /^1\. / })).toHaveFocus();
  await page.getByRole('button', { name: 'Back to the result' }).click();
  await expect.element(page.getByRole('heading', { name: /of 2 right/ })).toBeVisible();
});

describe('review and progress', () => {
  const wrong = async (daysAgo: number): Promise<void> => {
    const study = await openStudy();
    const item = study.bank.find(({ name }) => name === 'access/grants-do-not-expire');
    await study.add([
      {
        kind: 'answered',
        id: crypto.randomUUID(),
        at: study.now() - daysAgo * 86_400_000,
        item: 'access/grants-do-not-expire',
        version: 1,
        seed: 0,
        idea: item?.idea ?? '',
        group: 'A',
        traps: [8],
        topics: ['SCS-C03/4.2'],
        outcome: 'wrong',
        sure: true,
        mode: 'practice',
        sitting: undefined,
      },
    ]);
  };

  it('a review day: what was wrong three days ago is asked again in another dress', async () => {
    await wrong(3);
    await open('#/study');
    await page.getByRole('link', { name: 'Start' }).click();
    await expect.element(page.getByRole('button', { name: 'Answer', exact: true })).toBeVisible();
    await expect.element(page.getByRole('heading', { name: 'The grant of last year' })).toBeVisible();
    // Not as it was written: another account.
    expect(document.querySelector('dl.world')?.textContent).toMatch(
      /-(?:alder|birch|cedar|dogwood|elm|fir|gum|hazel|ivy|juniper|kapok|larch)|Account/,
    );
    await page.getByRole('radio', { name: /It succeeds/ }).click();
    await page.getByRole('radio', { name: 'Sure', exact: true }).click();
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await expect.element(page.getByRole('heading', { name: /^Right/ })).toBeVisible();
    await page.getByRole('button', { name: 'Next question' }).click();
    await expect.element(page.getByText('Nothing more is due today.')).toBeVisible();
  });

  it('exported, cleared, imported: the same report; a wrong file changes nothing', async () => {
    await wrong(1);
    await open('#/study');
    await expect.element(page.getByText('1 of 1 times').first()).toBeVisible();
    const study = await openStudy();
    const report = JSON.stringify(study.report.ideas.map(({ id, n, right }) => [id, n, right]));
    const file = await study.exported().text();
    await page.getByRole('button', { name: 'Clear…' }).click();
    await page.getByRole('button', { name: 'Yes, forget everything' }).click();
    await expect.element(page.getByText('Nothing you were sure of was wrong so far.')).toBeVisible();
    expect(await study.merge('{"format":9}')).toBeUndefined();
    expect(study.events).toEqual([]);
    expect(await study.merge(file)).toBe(1);
    expect(await study.merge(file)).toBe(0);
    expect(JSON.stringify(study.report.ideas.map(({ id, n, right }) => [id, n, right]))).toBe(report);
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
      for (const [at, name] of [
        ['#/study', 'Concepts'],
        ['#/study/labs', 'Labs'],
        ['#/study/labs/first-key', 'Your first key'],
        ['#/study/exam', 'Exam'],
        ['#/study/made/3', 'does it succeed'],
        ['#/study/myths', 'Myths'],
        ['#/study/sheets', 'Operations by key state'],
      ] as const) {
        await open(at, Study, width, height);
        await expect.element(page.getByRole('heading', { level: 1, name: new RegExp(name) })).toBeVisible();
        expect(await findings(), at).toEqual([]);
        expect(document.documentElement.scrollWidth, at).toBeLessThanOrEqual(width);
        await cleanup();
      }
    },
  );
});
