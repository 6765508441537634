import { assign, fromPromise, setup } from 'xstate';
import type { CallProposal, CallRequest, ProposedEdit, WorldApi } from '../client/index.ts';
import { messageOf } from './actors.ts';
import {
  assumeRequest,
  decryptRequest,
  mendRequest,
  prepareHandshake,
  shake,
  type HandshakeMemo,
  type Mend,
  type Shaken,
} from './handshakeWorld.ts';
import type { PrincipalArn, Refused, Trace, TrailNote } from './run.ts';

/**
 * The cross-account handshake: somebody of one account takes a role there, and the role opens a ciphertext with a key of
 * another account. Three doors are in the way: whom the role trusts, what IAM allows the role, what the key policy says to
 * strangers. All are shut; either side is mended by real calls, and the handshake is tried again.
 */

export const handshakeBeats = ['assume', 'decrypt'] as const;
export type HandshakeBeat = (typeof handshakeBeats)[number];

export type DoorName = 'trust' | 'iam' | 'keyPolicy';
export interface Door {
  readonly name: DoorName;
  /** `beside`: shut, but a grant makes it need not be open. */
  readonly state: 'open' | 'shut' | 'denies' | 'beside';
  /** Sid, or number, of the statement that opened or shut it. */
  readonly statement: string | undefined;
}

export interface HandshakeRecord {
  readonly id: HandshakeBeat;
  readonly outcome: 'working' | 'done' | 'stopped';
  readonly request: CallRequest;
  readonly trace: Trace | undefined;
  readonly refusal: Refused | undefined;
  readonly trail: readonly TrailNote[];
}
export interface MendRecord {
  readonly mend: Mend;
  /** Attempts that had been made before it. */
  readonly after: number;
  /** What a proposal changed. */
  readonly edits: readonly ProposedEdit[];
  readonly request: CallRequest | undefined;
  readonly trace: Trace | undefined;
  readonly refusal: Refused | undefined;
}

export interface HandshakeRun {
  /** How the doors stand now: asked of the world, without trying them. */
  readonly doors: readonly Door[];
  /** Of the newest attempt. */
  readonly beats: readonly HandshakeRecord[];
  readonly mends: readonly MendRecord[];
  /** The smallest changes that would let the call pass at which the newest attempt was refused. */
  readonly advice: readonly CallProposal[];
  readonly attempts: number;
  readonly throughService: boolean;
  readonly grant: boolean;
  readonly fault: string | undefined;
}

export interface HandshakeContext {
  readonly world: WorldApi;
  readonly memo: HandshakeMemo | undefined;
  readonly session: PrincipalArn | undefined;
  readonly mend: Mend | undefined;
  readonly run: HandshakeRun;
}
export type HandshakeEvent =
  { readonly type: 'NEXT' } | { readonly type: 'MEND'; readonly mend: Mend } | { readonly type: 'LEAVE' };

type Decision = Extract<Trace['steps'][number], { stage: 'authorize' }>['detail']['decisions'][number];

function doorOf(name: DoorName, decision: Decision | undefined, byGrant: boolean): Door {
  const type = name === 'iam' ? 'identityPolicy' : 'keyPolicy';
  const policies = (decision?.policies ?? []).filter((policy) => policy.type === type);
  const denying = policies.find(({ verdict }) => verdict === 'denies');
  const opening = policies.find(({ verdict }) => verdict === 'allows' || verdict === 'delegates');
  const state = denying ? 'denies' : opening ? 'open' : byGrant ? 'beside' : 'shut';
  const applied = (denying ?? opening)?.statements.find(
    ({ applies, effect }) => applies && (effect === 'Deny') === (denying !== undefined),
  );
  return { name, state, statement: applied && (applied.sid ?? `statement ${applied.index + 1}`) };
}

const grantAllows = (decision: Decision | undefined): boolean =>
  decision?.policies.some(({ type, verdict }) => type === 'grant' && verdict === 'allows') ?? false;

/** The doors as two decisions show them: that of AssumeRole, and that of the role's Decrypt. */
export function doorsOf(assume: Decision | undefined, decrypt: Decision | undefined): readonly Door[] {
  const byGrant = grantAllows(decrypt);
  return [
    doorOf('trust', assume, false),
    doorOf('iam', decrypt, byGrant),
    doorOf('keyPolicy', decrypt, byGrant),
  ];
}

/** Looks at the doors without trying them: no call, no event. */
async function look(world: WorldApi, memo: HandshakeMemo): Promise<readonly Door[]> {
  const [assume, decrypt] = await Promise.all([
    world.explain(assumeRequest()),
    world.explain(decryptRequest(memo, undefined)),
  ]);
  return doorsOf(assume.decisions[0], decrypt.decisions[0]);
}

interface Prepared {
  readonly memo: HandshakeMemo;
  readonly doors: readonly Door[];
}
interface Mended extends Prepared {
  readonly record: Omit<MendRecord, 'after'>;
}

const prepare = fromPromise<Prepared, { world: WorldApi }>(async ({ input: { world } }) => {
  const memo = await prepareHandshake(world);
  return { memo, doors: await look(world, memo) };
});

const ask = fromPromise<Shaken, { world: WorldApi; request: CallRequest }>(({ input }) =>
  shake(input.world, input.request),
);

/** The calls of a proposal, up to the first that is refused. */
async function carryOut(
  world: WorldApi,
  memo: HandshakeMemo,
  mend: Mend,
  { calls = [], edits }: CallProposal,
): Promise<Mended> {
  let after = memo;
  let record: Mended['record'] = { mend, edits, request: undefined, trace: undefined, refusal: undefined };
  for (const request of calls) {
    const { result, trace } = await world.call(request);
    record = { ...record, request, trace, refusal: result.ok ? undefined : result.refusal };
    if (!result.ok) break;
    if (request.operation === 'CreateGrant')
      after = mendedMemo(after, { kind: 'grant', open: true }, result.output);
  }
  return { memo: after, doors: await look(world, after), record };
}

const mendDoor = fromPromise<
  Mended,
  { world: WorldApi; memo: HandshakeMemo; mend: Mend; advice: readonly CallProposal[] }
>(async ({ input: { world, memo, mend, advice } }) => {
  const proposal = mend.kind === 'proposal' ? advice[mend.index] : undefined;
  if (proposal) return carryOut(world, memo, mend, proposal);
  const request = mendRequest(mend, memo);
  const answer = request && (await world.call(request));
  const refusal = answer && !answer.result.ok ? answer.result.refusal : undefined;
  const output = answer?.result.ok ? answer.result.output : {};
  const after = refusal ? memo : mendedMemo(memo, mend, output);
  const record = { mend, edits: [], request, trace: answer?.trace, refusal };
  return { memo: after, doors: await look(world, after), record };
});

function mendedMemo(
  memo: HandshakeMemo,
  mend: Mend,
  output: Readonly<Record<string, unknown>>,
): HandshakeMemo {
  if (mend.kind === 'through') return { ...memo, throughService: mend.service };
  if (mend.kind !== 'grant') return memo;
  const { GrantId: id, GrantToken: token } = output;
  const made = mend.open && typeof id === 'string' && typeof token === 'string';
  return { ...memo, grant: made ? { id, token } : undefined };
}

const memoOf = ({ memo }: HandshakeContext): HandshakeMemo => {
  if (!memo) throw new Error('"handshake" expected a prepared world, got none');
  return memo;
};

const requestOf = (context: HandshakeContext, id: HandshakeBeat): CallRequest =>
  id === 'assume' ? assumeRequest() : decryptRequest(memoOf(context), context.session);

function begun(context: HandshakeContext, id: HandshakeBeat): Partial<HandshakeContext> {
  const record: HandshakeRecord = {
    id,
    outcome: 'working',
    request: requestOf(context, id),
    trace: undefined,
    refusal: undefined,
    trail: [],
  };
  const { run } = context;
  return id === 'assume'
    ? { session: undefined, run: { ...run, beats: [record], advice: [], attempts: run.attempts + 1 } }
    : { run: { ...run, beats: [...run.beats, record] } };
}

function told(
  context: HandshakeContext,
  id: HandshakeBeat,
  { request, answer, trail, advice }: Shaken,
): Partial<HandshakeContext> {
  const { result, trace } = answer;
  const refusal = result.ok ? undefined : result.refusal;
  const record: HandshakeRecord = {
    id,
    outcome: refusal ? 'stopped' : 'done',
    request,
    trace,
    refusal,
    trail,
  };
  const beats = [...context.run.beats.filter((beat) => beat.id !== id), record];
  const session = result.ok && id === 'assume' ? sessionOf(result.output) : context.session;
  // What was opened is nobody's business after it was.
  if (result.ok && result.output['Plaintext'] instanceof Uint8Array) result.output['Plaintext'].fill(0);
  return { session, run: { ...context.run, beats, advice } };
}

function sessionOf(output: Readonly<Record<string, unknown>>): PrincipalArn {
  // The answer's own member; a change of its shape breaks here and nowhere else.
  return (output['AssumedRoleUser'] as { readonly Arn: PrincipalArn }).Arn;
}

const faulted = ({ run }: HandshakeContext, error: unknown): Partial<HandshakeContext> => ({
  run: { ...run, fault: messageOf(error) },
});

const shown = (run: HandshakeRun, { memo, doors }: Prepared): HandshakeRun => ({
  ...run,
  doors,
  throughService: memo.throughService,
  grant: memo.grant !== undefined,
});

export const handshake = setup({
  types: {
    context: {} as HandshakeContext,
    events: {} as HandshakeEvent,
    input: {} as { readonly world: WorldApi },
    tags: {} as 'waiting' | 'working' | 'end',
  },
  actors: { prepare, ask, mendDoor },
  guards: {
    isRefused: (_, answer: Shaken['answer']) => !answer.result.ok,
  },
  actions: {
    remember: assign((_, mend: Mend) => ({ mend })),
  },
}).createMachine({
  id: 'handshake',
  context: ({ input }) => ({
    world: input.world,
    memo: undefined,
    session: undefined,
    mend: undefined,
    run: {
      doors: [],
      beats: [],
      mends: [],
      advice: [],
      attempts: 0,
      throughService: false,
      grant: false,
      fault: undefined,
    },
  }),
  initial: 'preparing',
  on: { LEAVE: '.left' },
  states: {
    preparing: {
      tags: 'working',
      invoke: {
        src: 'prepare',
        input: ({ context }) => ({ world: context.world }),
        onDone: {
          target: 'ready',
          actions: assign(({ context, event }) => ({
            memo: event.output.memo,
            run: shown(context.run, event.output),
          })),
        },
        onError: {
          target: 'broken',
          actions: assign(({ context, event }) => faulted(context, event.error)),
        },
      },
    },
    /** Before an attempt, and after one: doors may be mended, and broken again. */
    ready: {
      tags: 'waiting',
      on: {
        NEXT: 'assume',
        MEND: { target: 'mending', actions: { type: 'remember', params: ({ event }) => event.mend } },
      },
    },
    mending: {
      tags: 'working',
      invoke: {
        src: 'mendDoor',
        input: ({ context }) => {
          if (!context.mend) throw new Error('"mending" expected a door, got none');
          const { world, mend, run } = context;
          return { world, memo: memoOf(context), mend, advice: run.advice };
        },
        onDone: {
          target: 'ready',
          actions: assign(({ context, event }) => ({
            memo: event.output.memo,
            mend: undefined,
            run: {
              ...shown(context.run, event.output),
              mends: [...context.run.mends, { ...event.output.record, after: context.run.attempts }],
              advice: [],
            },
          })),
        },
        onError: {
          target: 'broken',
          actions: assign(({ context, event }) => faulted(context, event.error)),
        },
      },
    },
    /** At the first door: the role's trust policy. */
    assume: {
      tags: 'working',
      entry: assign(({ context }) => begun(context, 'assume')),
      invoke: {
        src: 'ask',
        input: ({ context }) => ({ world: context.world, request: assumeRequest() }),
        onDone: [
          {
            guard: { type: 'isRefused', params: ({ event }) => event.output.answer },
            target: 'stopped',
            actions: assign(({ context, event }) => told(context, 'assume', event.output)),
          },
          {
            target: 'assumed',
            actions: assign(({ context, event }) => told(context, 'assume', event.output)),
          },
        ],
        onError: {
          target: 'broken',
          actions: assign(({ context, event }) => faulted(context, event.error)),
        },
      },
    },
    assumed: { tags: 'waiting', on: { NEXT: 'decrypt' } },
    /** At the other two: IAM in the role's account, and the key policy. */
    decrypt: {
      tags: 'working',
      entry: assign(({ context }) => begun(context, 'decrypt')),
      invoke: {
        src: 'ask',
        input: ({ context }) => ({ world: context.world, request: requestOf(context, 'decrypt') }),
        onDone: [
          {
            guard: { type: 'isRefused', params: ({ event }) => event.output.answer },
            target: 'stopped',
            actions: assign(({ context, event }) => told(context, 'decrypt', event.output)),
          },
          {
            target: 'opened',
            actions: assign(({ context, event }) => told(context, 'decrypt', event.output)),
          },
        ],
        onError: {
          target: 'broken',
          actions: assign(({ context, event }) => faulted(context, event.error)),
        },
      },
    },
    stopped: {
      tags: 'waiting',
      on: {
        NEXT: 'assume',
        MEND: { target: 'mending', actions: { type: 'remember', params: ({ event }) => event.mend } },
      },
    },
    opened: {
      tags: 'waiting',
      on: {
        NEXT: 'assume',
        MEND: { target: 'mending', actions: { type: 'remember', params: ({ event }) => event.mend } },
      },
    },
    /** Something of ours broke. */
    broken: { tags: 'end' },
    left: { type: 'final', tags: 'end' },
  },
});
