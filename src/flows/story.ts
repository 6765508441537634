import { assign, createMachine, fromPromise, type AnyEventObject, type PromiseActorLogic } from 'xstate';
import type { CallRequest, WorldApi } from '../client/index.ts';
import { messageOf } from './actors.ts';
import { trailNotes, type KeyArn, type Refused, type Trace, type TrailNote } from './run.ts';

/*
 * A story is a list of acts played in order on a world of its own: real calls, steps of virtual time, and things that the
 * learner does to bytes. The machine's states are the acts, so the stage shows the machine that runs. A record never holds
 * plaintext: what an act must remember for a later one stays in the memo, which no record and no link sees.
 */

export type StoryName = 'wrapping' | 'keyLife';

/** The key as its records were right after an act. */
export interface KeyFacts {
  readonly arn: string;
  readonly aliases: readonly string[];
  readonly KeyState: string;
  readonly DeletionDate: number | undefined;
  readonly materials: readonly {
    readonly materialId: string;
    readonly version: number;
    readonly state: string;
  }[];
  readonly rotation:
    | { readonly enabled: boolean; readonly next: number | undefined; readonly periodInDays: number }
    | undefined;
}

/** What a learner may set between two acts; counts for the acts to come. */
export interface StoryChoices {
  readonly encryptionContext: Readonly<Record<string, string>>;
  /** What the next Decrypt says. */
  readonly decryptContext: Readonly<Record<string, string>>;
  /** Which byte of the blob is flipped. */
  readonly flipAt: number;
  readonly waitingDays: number;
}

export type StoryDeed =
  | { readonly kind: 'disableKey' | 'enableKey' }
  | { readonly kind: 'choose'; readonly choices: Partial<StoryChoices> };

export interface StoryMemo {
  readonly keyArn: KeyArn;
  readonly choices: StoryChoices;
  /** Ciphertext blobs by name: they may be kept. */
  readonly blobs: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

export interface StoryRecord {
  readonly id: string;
  readonly outcome: 'working' | 'done' | 'stopped' | 'faulted';
  /** As it was sent; blobs in it are ciphertext. */
  readonly request: CallRequest | undefined;
  readonly trace: Trace | undefined;
  readonly refusal: Refused | undefined;
  readonly trail: readonly TrailNote[];
  /** Undefined when the key is gone. */
  readonly key: KeyFacts | undefined;
  /** Virtual time after the act. */
  readonly at: number;
  /** Names of the events that fell due on the way. */
  readonly happened: readonly { readonly eventName: string; readonly eventTime: string }[];
  readonly blobs: StoryMemo['blobs'];
  readonly choices: StoryChoices;
  /** Journal entry after which the world is as it was then. */
  readonly seq: number;
}
export interface StoryDeedRecord {
  readonly deed: StoryDeed;
  /** How many acts had been played. */
  readonly after: number;
  readonly trace: Trace | undefined;
  readonly refusal: Refused | undefined;
}

export interface StoryRun {
  readonly story: StoryName;
  /** How things stood before the first act. */
  readonly opening: Pick<StoryRecord, 'key' | 'at' | 'blobs' | 'choices'> | undefined;
  readonly records: readonly StoryRecord[];
  readonly deeds: readonly StoryDeedRecord[];
  readonly fault: string | undefined;
}

type Advance = Parameters<WorldApi['advance']>[0];
export type Act = { readonly id: string } & (
  | {
      readonly kind: 'call';
      request(memo: StoryMemo): Omit<CallRequest, 'principal' | 'region'>;
      /** Takes from an answer what later acts need; overwrites what must not be kept. */
      /** What the code beside the picture keeps of the answer: names by member. */
      readonly keeps?: Readonly<Record<string, string>> | undefined;
      took?(memo: StoryMemo, output: Readonly<Record<string, unknown>>): Partial<StoryMemo>;
    }
  | { readonly kind: 'advance'; by(memo: StoryMemo): Advance; readonly said?: string | undefined }
  | { readonly kind: 'bytes'; change(memo: StoryMemo): Partial<StoryMemo> }
);
export interface Story {
  readonly name: StoryName;
  readonly acts: readonly Act[];
  readonly choices: StoryChoices;
  readonly principal: CallRequest['principal'];
  readonly region: CallRequest['region'];
  /** Calls before the curtain: makes the key. */
  prepare(world: WorldApi): Promise<KeyArn>;
}

export interface StoryContext {
  readonly story: Story;
  readonly open: () => Promise<WorldApi>;
  readonly world: WorldApi | undefined;
  readonly memo: StoryMemo | undefined;
  readonly run: StoryRun;
  readonly deed: StoryDeed | undefined;
}
export type StoryEvent =
  | { readonly type: 'NEXT' }
  | { readonly type: 'BREAK'; readonly deed: StoryDeed }
  | { readonly type: 'LEAVE' };

interface Prepared {
  readonly world: WorldApi;
  readonly memo: StoryMemo;
  readonly opening: NonNullable<StoryRun['opening']>;
}

async function keyFacts(world: WorldApi, arn: KeyArn): Promise<KeyFacts | undefined> {
  const detail = await world.key(arn);
  return (
    detail && {
      arn: detail.rec.arn,
      aliases: detail.aliases,
      KeyState: detail.rec.KeyState,
      DeletionDate: detail.rec.DeletionDate,
      materials: detail.materials.map(({ materialId, version, state }) => ({ materialId, version, state })),
      rotation: detail.rotation && {
        enabled: detail.rotation.enabled,
        next: detail.rotation.next,
        periodInDays: detail.rotation.periodInDays,
      },
    }
  );
}

async function prepare({ story, open }: Pick<StoryContext, 'story' | 'open'>): Promise<Prepared> {
  const world = await open();
  const keyArn = await story.prepare(world);
  const memo = { keyArn, choices: story.choices, blobs: {} };
  const [key, { at }] = await Promise.all([keyFacts(world, keyArn), world.now()]);
  return { world, memo, opening: { key, at, blobs: {}, choices: story.choices } };
}

interface Played {
  readonly record: StoryRecord;
  readonly memo: StoryMemo;
}

/** One act, with what the records and the trail say right after it. */
async function play({ story, world, memo }: StoryContext, act: Act): Promise<Played> {
  if (!world || !memo) throw new Error('"play" expected a prepared world, got none');
  let after = memo;
  let request: CallRequest | undefined;
  let found: Pick<StoryRecord, 'trace' | 'refusal' | 'happened'> = {
    trace: undefined,
    refusal: undefined,
    happened: [],
  };
  if (act.kind === 'call') {
    request = { ...act.request(memo), principal: story.principal, region: story.region };
    const { result, trace } = await world.call(request);
    found = { trace, refusal: result.ok ? undefined : result.refusal, happened: [] };
    if (result.ok && act.took) after = { ...memo, ...act.took(memo, result.output) };
  } else if (act.kind === 'advance') {
    const { happened } = await world.advance(act.by(memo));
    found = {
      ...found,
      happened: happened.map(({ eventName, eventTime }) => ({ eventName, eventTime })),
    };
  } else after = { ...memo, ...act.change(memo) };
  const [key, { at }, lines, { head }] = await Promise.all([
    keyFacts(world, memo.keyArn),
    world.now(),
    world.trail({ n: 20 }),
    world.history.state(),
  ]);
  return {
    memo: after,
    record: {
      id: act.id,
      outcome: found.refusal ? 'stopped' : 'done',
      request,
      ...found,
      trail: act.kind === 'call' ? trailNotes(lines, head) : [],
      key,
      at,
      blobs: after.blobs,
      choices: after.choices,
      seq: head,
    },
  };
}

async function toggle({
  story,
  world,
  memo,
  deed,
}: StoryContext): Promise<StoryDeedRecord['trace' | 'refusal'][]> {
  if (!world || !memo || !deed) throw new Error('"toggle" expected a prepared world, got none');
  const { result, trace } = await world.call({
    operation: deed.kind === 'disableKey' ? 'DisableKey' : 'EnableKey',
    input: { KeyId: memo.keyArn },
    principal: story.principal,
    region: story.region,
  });
  return [trace, result.ok ? undefined : result.refusal];
}

const actLogic = (act: Act): PromiseActorLogic<Played, StoryContext> =>
  fromPromise(({ input }) => play(input, act));

const working = (id: string, { run, memo }: StoryContext): StoryRecord => ({
  id,
  outcome: 'working',
  request: undefined,
  trace: undefined,
  refusal: undefined,
  trail: [],
  key: (run.records.at(-1) ?? run.opening)?.key,
  at: (run.records.at(-1) ?? run.opening)?.at ?? 0,
  happened: [],
  blobs: memo?.blobs ?? {},
  choices: memo?.choices ?? run.opening?.choices ?? noChoices,
  seq: run.records.at(-1)?.seq ?? 0,
});
const noChoices: StoryChoices = { encryptionContext: {}, decryptContext: {}, flipAt: 0, waitingDays: 7 };

const withRecord = (run: StoryRun, record: StoryRecord): StoryRun => ({
  ...run,
  records: [...run.records.filter(({ id }) => id !== record.id), record],
});
const withFault = (context: StoryContext, error: unknown): Partial<StoryContext> => {
  const last = context.run.records.at(-1);
  return {
    run: {
      ...(last?.outcome === 'working'
        ? withRecord(context.run, { ...last, outcome: 'faulted' })
        : context.run),
      fault: messageOf(error),
    },
  };
};

/** The machine of a story: one state for each act, `asking` while it is under way and `told` when it is. */
export function storyMachine(story: Story) {
  const stateOf = (act: Act, next: string) => ({
    initial: 'asking',
    entry: assign(({ context }: { context: StoryContext }) => ({
      run: withRecord(context.run, working(act.id, context)),
    })),
    states: {
      asking: {
        tags: 'working',
        invoke: {
          src: actLogic(act),
          input: ({ context }: { context: StoryContext }) => context,
          onDone: {
            target: 'told',
            actions: assign(({ context, event }: { context: StoryContext; event: AnyEventObject }) => {
              // The done event of `actLogic`, whose type gets lost in a list of acts.
              const { memo, record } = event['output'] as Played;
              return { memo, run: withRecord(context.run, record) };
            }),
          },
          onError: {
            target: '#faulted',
            actions: assign(({ context, event }: { context: StoryContext; event: AnyEventObject }) =>
              withFault(context, event['error']),
            ),
          },
        },
      },
      told: next === '' ? { tags: 'end' } : { tags: 'waiting', on: { NEXT: `#act-${next}` } },
    },
    id: `act-${act.id}`,
  });
  const acts = Object.fromEntries(
    story.acts.map((act, i) => [act.id, stateOf(act, story.acts[i + 1]?.id ?? '')]),
  );
  return createMachine({
    types: {} as {
      context: StoryContext;
      events: StoryEvent;
      input: { readonly open: () => Promise<WorldApi> };
      tags: 'waiting' | 'working' | 'end';
    },
    id: story.name,
    type: 'parallel',
    context: ({ input }) => ({
      story,
      open: input.open,
      world: undefined,
      memo: undefined,
      run: { story: story.name, opening: undefined, records: [], deeds: [], fault: undefined },
      deed: undefined,
    }),
    on: { LEAVE: '.acts.left' },
    states: {
      acts: {
        initial: 'opening',
        states: {
          opening: {
            tags: 'working',
            invoke: {
              src: fromPromise<Prepared, Pick<StoryContext, 'story' | 'open'>>(({ input }) => prepare(input)),
              input: ({ context }) => context,
              onDone: {
                target: 'ready',
                actions: assign(({ context, event }) => ({
                  world: event.output.world,
                  memo: event.output.memo,
                  run: { ...context.run, opening: event.output.opening },
                })),
              },
              onError: {
                target: 'faulted',
                actions: assign(({ context, event }) => withFault(context, event.error)),
              },
            },
          },
          ready: { tags: 'waiting', on: { NEXT: `#act-${story.acts[0]?.id ?? ''}` } },
          ...acts,
          faulted: { id: 'faulted', tags: 'end' },
          left: {
            entry: ({ context }) => {
              void context.world?.close();
            },
          },
        },
      },
      deeds: {
        initial: 'idle',
        states: {
          idle: {
            on: {
              BREAK: [
                {
                  guard: ({ event }) => event.deed.kind === 'choose',
                  actions: assign(({ context, event }) => chosen(context, event.deed)),
                },
                {
                  guard: ({ context }) => context.memo !== undefined,
                  target: 'calling',
                  actions: assign({ deed: ({ event }) => event.deed }),
                },
              ],
            },
          },
          calling: {
            invoke: {
              src: fromPromise<StoryDeedRecord['trace' | 'refusal'][], StoryContext>(({ input }) =>
                toggle(input),
              ),
              input: ({ context }) => context,
              onDone: {
                target: 'idle',
                actions: assign(({ context, event }) => {
                  const [trace, refusal] = event.output as [
                    StoryDeedRecord['trace'],
                    StoryDeedRecord['refusal'],
                  ];
                  return context.deed ? doneDeed(context, context.deed, trace, refusal) : {};
                }),
              },
              onError: {
                target: 'idle',
                actions: assign(({ context, event }) => ({
                  ...withFault(context, event.error),
                  deed: undefined,
                })),
              },
            },
          },
        },
      },
    },
  });
}

function doneDeed(
  context: StoryContext,
  deed: StoryDeed,
  trace: StoryDeedRecord['trace'],
  refusal: StoryDeedRecord['refusal'],
): Partial<StoryContext> {
  const after = context.run.records.filter(({ outcome }) => outcome !== 'working').length;
  return {
    deed: undefined,
    run: { ...context.run, deeds: [...context.run.deeds, { deed, after, trace, refusal }] },
  };
}
function chosen(context: StoryContext, deed: StoryDeed): Partial<StoryContext> {
  if (deed.kind !== 'choose' || !context.memo) return {};
  const choices = { ...context.memo.choices, ...deed.choices };
  return {
    ...doneDeed(context, deed, undefined, undefined),
    memo: { ...context.memo, choices },
  };
}

/** One field of a blob, as the engine reads it. */
export interface BlobStretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}
