import { createActor, waitFor } from 'xstate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type LocalLab } from '../client/index.ts';
import lab1 from '../../scenarios/labs/stop-the-deletion.json' with { type: 'json' };
import facts from '../../scenarios/myths.json' with { type: 'json' };
import texts from '../../scenarios/myths.en.json' with { type: 'json' };
import { examMachine, itemsFor, newExam, profiles, readExam, type ExamState } from './exam.ts';
import { asMoveInput, LabSession, type LabMove } from './labSession.ts';
import { readMyths } from './myths.ts';
import {
  eventsOf,
  merged,
  progressFile,
  readProgress,
  type Answered,
  type StudySettings,
} from './progress.ts';
import { reportOf, wilson } from './report.ts';
import { askAbout, dueNow, remember } from './review.ts';
import { plainCall, readScenario, type LabScenario } from './scenario.ts';
import { labNames, questionNames, scenarioNames } from './library.ts';
import { makeSheets } from './sheets.ts';

const day = 86_400_000;
const t0 = Date.parse('2026-11-24T09:00:00Z');
const none: StudySettings = { examDate: undefined, exam: undefined, bar: undefined };
let n = 0;
const answered = (more: Partial<Answered>): Answered => ({
  kind: 'answered',
  id: `e${(n += 1)}`,
  at: t0 + n,
  item: 'access/a',
  version: 1,
  seed: n,
  idea: 'grants',
  group: 'A',
  traps: [8],
  outcome: 'right',
  sure: true,
  mode: 'practice',
  sitting: undefined,
  topics: undefined,
  ...more,
});

describe('the library', () => {
  it('offers every item that lies in scenarios/', () => {
    expect([...questionNames, ...labNames].sort()).toEqual([...scenarioNames].sort());
  });
});

describe('the report', () => {
  it("gives Wilson's interval", () => {
    // Newcombe 1998, table I: 81 of 263 at 95 % is 0.2553 to 0.3662.
    const { low, high } = wilson(81, 263, 1.959964);
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.2553', '0.3662']);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it('says nothing below fifteen variations, and never counts one twice', () => {
    const fourteen = Array.from({ length: 14 }, () => answered({}));
    const again = fourteen.map((e) => ({ ...e, id: `${e.id} again`, at: e.at + day }));
    expect(reportOf([...fourteen, ...again], none, t0).ideas).toMatchObject([
      { n: 14, standing: 'notEnough' },
    ]);
    expect(reportOf([...fourteen, answered({})], none, t0).ideas).toMatchObject([
      { n: 15, standing: 'meets' },
    ]);
    const wrong = Array.from({ length: 15 }, () => answered({ outcome: 'wrong' }));
    expect(reportOf(wrong, none, t0).groups).toMatchObject([{ standing: 'needsWork', right: 0 }]);
    const mixed = Array.from({ length: 20 }, (_, i) =>
      answered({ outcome: i % 3 === 0 ? 'wrong' : 'right' }),
    );
    expect(reportOf(mixed, none, t0).groups).toMatchObject([{ standing: 'near' }]);
  });

  it('lists what was believed firmly and wrongly, and traps fallen for more than once', () => {
    const events = [
      answered({ outcome: 'wrong', sure: true, traps: [8], seed: 3 }),
      answered({ outcome: 'wrong', sure: false, traps: [8] }),
      answered({ outcome: 'wrong', sure: false, traps: [1] }),
      answered({ outcome: 'unchecked', sure: true, traps: [2] }),
    ];
    const report = reportOf(events, none, t0);
    expect(report.traps).toMatchObject([{ trap: 8, wrong: 2, of: 2 }]);
    expect(report.sureButWrong).toMatchObject([{ trap: 8, wrong: 1, seed: 3 }]);
    expect(report.answered).toBe(3);
  });
});

describe('review', () => {
  it('a wrong answer comes back soon, a sure one later, and ever later', () => {
    const due = (more: Partial<Answered>): number =>
      (remember([answered({ at: t0, ...more })]).get('idea:grants')?.due ?? 0) - t0;
    expect(due({ outcome: 'wrong' })).toBeLessThanOrEqual(day);
    expect(due({ sure: false })).toBeLessThan(due({ sure: true }));
    const twice = [answered({ at: t0 }), answered({ at: t0 + 4 * day })];
    expect((remember(twice).get('idea:grants')?.due ?? 0) - t0 - 4 * day).toBeGreaterThan(
      due({ sure: true }),
    );
  });

  it('a review day: nothing today, something when the clock has moved, in a dress never seen', () => {
    const events = [answered({ at: t0, outcome: 'wrong', seed: 0 })];
    expect(dueNow(events, t0)).toEqual([]);
    const due = dueNow(events, t0 + 2 * day).map(({ id }) => id);
    expect(due).toEqual(['idea:grants', 'trap:8']);
    const items = [{ name: 'access/a', idea: 'grants', traps: [8] }];
    const asked = askAbout('idea:grants', items, events);
    expect(asked?.seed).not.toBe(0);
    expect(askAbout('idea:grants', items, events)).toEqual(asked);
    expect(askAbout('trap:9', items, events)).toBeUndefined();
  });

  it('in the last days what is least likely to be known on the day comes first', () => {
    const events = [
      answered({ at: t0, idea: 'old', traps: [], outcome: 'wrong' }),
      answered({ at: t0 + day, idea: 'new', traps: [], outcome: 'wrong' }),
      answered({ at: t0 + day, idea: 'firm', traps: [] }),
    ];
    const due = dueNow(events, t0 + 12 * day, '2026-12-08').map(({ id }) => id);
    expect(due[0]).toBe('idea:old');
    expect(due.at(-1)).toBe('idea:firm');
  });
});

describe('progress', () => {
  const events = [answered({}), answered({ outcome: 'wrong' })];
  it('exported, cleared, imported: the same report', () => {
    const text = JSON.stringify(progressFile(events, none, t0));
    const read = readProgress(JSON.parse(text));
    const back = read.ok ? merged([], read.value.events) : [];
    expect(reportOf(back, none, t0)).toEqual(reportOf(events, none, t0));
    expect(eventsOf(JSON.parse(JSON.stringify(events)))).toEqual(events);
  });
  it('merging is the same in both directions, and twice is once', () => {
    const other = [answered({ idea: 'other' })];
    expect(merged(events, other)).toEqual(merged(other, events));
    expect(merged(merged(events, other), other)).toEqual(merged(events, other));
  });
  it.each([
    ['another file', { hello: 1 }],
    ['a hostile event', { ...progressFile([], none, t0), events: [{ kind: 'answered', id: '<b>' }] }],
    ['another format', { ...progressFile([], none, t0), format: 2 }],
  ])('refuses %s', (_, value) => {
    expect(readProgress(value).ok).toBe(false);
  });
});

describe('an exam sitting', () => {
  const drill = profiles[0];
  if (!drill) throw new TypeError('no profile');
  const bank = Array.from({ length: 30 }, (_, i) => ({ name: `access/q${i}`, kind: 'single' as const }));
  const start = (): ExamState => newExam('x', drill, itemsFor(drill, bank, 5), t0);
  const given = { answer: { is: 'choice', ids: ['a'] }, sure: true } as const;

  it('has the same items for the same seed, each once as long as there are enough', () => {
    expect(itemsFor(drill, bank, 5)).toEqual(itemsFor(drill, bank, 5));
    expect(new Set(itemsFor(drill, bank, 5).map(({ name }) => name)).size).toBe(20);
    const few = itemsFor(drill, bank.slice(0, 6), 5);
    expect(new Set(few.map(({ name, seed }) => `${name} ${seed}`)).size).toBe(20);
  });

  it('shows the next question only when the answer is on disk', async () => {
    const disk: ExamState[] = [];
    let release = (): void => undefined;
    const save = (state: ExamState): Promise<void> =>
      new Promise((resolve) => {
        release = () => {
          disk.push(state);
          resolve();
        };
      });
    const actor = createActor(examMachine, { input: { state: start(), save } }).start();
    actor.send({ type: 'ANSWER', given, now: t0 + 1 });
    expect(actor.getSnapshot().value).toBe('saving');
    release();
    await waitFor(actor, (s) => s.matches('sitting'));
    actor.send({ type: 'GO', to: 1, now: t0 + 2 });
    expect(actor.getSnapshot().context.shown).toBe(0);
    release();
    await waitFor(actor, (s) => s.matches('sitting'));
    expect(actor.getSnapshot().context.shown).toBe(1);

    // Killed here. What is on disk is where it goes on, by the same clock.
    const back = readExam(structuredClone(disk.at(-1)));
    if (!back) throw new TypeError('nothing on disk');
    expect(back.answers).toEqual({ 0: given });
    expect(back.ends).toBe(t0 + 40 * 60_000);
    const again = createActor(examMachine, { input: { state: back, save } }).start();
    expect(again.getSnapshot().context.shown).toBe(1);
  });

  it('when time is over an answer finds it closed', async () => {
    const actor = createActor(examMachine, {
      input: { state: start(), save: () => Promise.resolve() },
    }).start();
    actor.send({ type: 'ANSWER', given, now: t0 + 41 * 60_000 });
    await waitFor(actor, (s) => s.status === 'done');
    const { state } = actor.getSnapshot().context;
    expect(state.answers).toEqual({});
    expect(state.finished).toBe(state.ends);
  });

  it('a disk that fails is said, and nothing moves on', async () => {
    const actor = createActor(examMachine, {
      input: { state: start(), save: () => Promise.reject(new Error('disk full')) },
    }).start();
    actor.send({ type: 'GO', to: 3, now: t0 });
    await waitFor(actor, (s) => s.matches('sitting'));
    expect(actor.getSnapshot().context).toMatchObject({ fault: 'disk full', shown: 0 });
  });

  it('after a disk that failed an answer is to the question that is shown, and the exam is not over', async () => {
    let full = true;
    const save = (): Promise<void> => (full ? Promise.reject(new Error('disk full')) : Promise.resolve());
    const actor = createActor(examMachine, { input: { state: start(), save } }).start();
    const settled = () => waitFor(actor, (s) => !s.matches('saving'));
    actor.send({ type: 'GO', to: 3, now: t0 });
    await settled();
    actor.send({ type: 'FINISH', now: t0 });
    await settled();
    full = false;
    actor.send({ type: 'ANSWER', given, now: t0 });
    await settled();
    expect(actor.getSnapshot().value).toBe('sitting');
    expect(actor.getSnapshot().context.state.answers).toEqual({ 0: given });
  });

  it('nothing that is not an exam is taken for one', () => {
    for (const value of [undefined, null, 3, {}, { id: 'x', profile: 'drill', items: [] }])
      expect(readExam(value)).toBeUndefined();
  });
});

describe('a lab', () => {
  const reading = readScenario(lab1, 'lab');
  if (!reading.ok || reading.value.kind !== 'lab') throw new TypeError('no lab');
  const scenario: LabScenario = reading.value;
  const call = (operation: string): LabMove => ({
    ...plainCall,
    operation,
    as: scenario.stem.principal,
    input: { KeyId: '${keyArn}' },
  });
  let lab: LocalLab;
  beforeAll(async () => {
    lab = await openLab({ store: 'memory' });
  });
  afterAll(() => lab.main.close());

  it('is solved, broken by the next move, and repaired by taking it back', async () => {
    const session = await LabSession.open(lab, scenario);
    const states = (): readonly string[] => session.goals.map(({ state }) => state);
    expect(states()).toEqual(['notMet', 'notMet']);
    await session.move(call('CancelKeyDeletion'));
    expect(session.solved).toBe(false);
    await session.move(call('EnableKey'));
    expect(session.solved).toBe(true);
    await session.move(call('DisableKey'));
    expect(states()).toEqual(['broken', 'broken']);
    await session.undo();
    expect(session.solved).toBe(true);
    const again = await LabSession.open(lab, scenario, session.moves);
    expect(again.solved).toBe(true);
    await Promise.all([session.close(), again.close()]);
  });

  it('says when our own way no longer leads on, and no more when the move is taken back', async () => {
    const session = await LabSession.open(lab, scenario);
    expect(session.reachable).toBe(true);
    const gone = { do: 'advance', days: 40, hours: undefined, seconds: undefined } as const;
    await session.move(gone);
    expect(session.reachable).toBe(false);
    await session.undo();
    expect(session.reachable).toBe(true);
    await session.close();
  });

  it('keeps what a form was filled with by the names that the world has for it', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const names = new Map<string, unknown>([
      ['keyArn', 'arn:aws:kms:us-east-1:111122223333:key/1'],
      ['blob', bytes],
    ]);
    const given = {
      KeyId: 'arn:aws:kms:us-east-1:111122223333:key/1',
      CiphertextBlob: bytes.slice(),
      Plaintext: Uint8Array.of(255),
      ValidTo: new Date(t0),
      Operations: ['Decrypt'],
    };
    expect(asMoveInput(given, names)).toEqual({
      KeyId: '${keyArn}',
      CiphertextBlob: '${blob}',
      Plaintext: { $base64: '/w==' },
      ValidTo: { $date: '2026-11-24T09:00:00.000Z' },
      Operations: ['Decrypt'],
    });
  });
});

describe('myths and sheets', () => {
  it('all 72 claims have a verdict, a source and words', () => {
    const { myths, problems } = readMyths(facts, texts);
    expect(problems).toEqual([]);
    expect(myths).toHaveLength(72);
    expect(myths.filter(({ shows, notShown }) => (shows ?? notShown) === undefined)).toEqual([]);
    const { 1: _, ...fewer } = texts.myths;
    expect(readMyths(facts, { ...texts, myths: fewer }).problems).toMatchObject([{ code: 'wordsMissing' }]);
  });
  it('the sheets say what the engine decides by', () => {
    const sheets = makeSheets();
    const row = (id: string, name: string) =>
      sheets.find((s) => s.id === id)?.rows.find(([first]) => first === name);
    expect(row('states', 'Encrypt')?.slice(0, 3)).toEqual(['Encrypt', 'yes', 'Disabled']);
    expect(row('states', 'Encrypt')?.[3]).toContain('KMSInvalidState');
    expect(row('accounts', 'Decrypt')?.[1]).toBe('yes');
    expect(row('accounts', 'ScheduleKeyDeletion')?.[1]).toBe('no');
    // quotas.json: symmetric requests share one bucket, the largest Regions have ten times the smallest.
    expect(row('rates', 'Cryptographic operations (symmetric) request rate')?.slice(1, 4)).toEqual([
      '100,000',
      '20,000',
      '10,000',
    ]);
    expect(row('rates', 'CreateKey')?.slice(1)).toEqual(['5', '5', '5', '–']);
    expect(row('limits', 'Grants on a key')?.[1]).toBe('50,000');
    expect(sheets.every(({ rows, head }) => rows.every((r) => r.length === head.length))).toBe(true);
  });
});
