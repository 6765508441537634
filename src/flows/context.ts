import type { CallRequest, Progress, WorldApi } from '../client/index.ts';
import { messageOf, type Asked } from './actors.ts';
import {
  stopBeat,
  withBeat,
  type BeatFacts,
  type BeatId,
  type BeatRecord,
  type Bytes,
  type Deed,
  type DeedRecord,
  type EncryptionContext,
  type Fault,
  type Refused,
  type Run,
  type SceneName,
  type Setting,
  type Stop,
  type Trace,
  type TrailNote,
} from './run.ts';

/** What both envelope flows carry. The data key is here from the answer until the erase beat, and nowhere in records. */
export interface FlowContext {
  readonly scene: SceneName;
  readonly world: WorldApi;
  readonly setting: Setting;
  readonly beats: readonly BeatRecord[];
  readonly deeds: readonly DeedRecord[];
  readonly earlier: Run['earlier'];
  /** The deed whose call is under way. */
  readonly deed: Deed | undefined;
  /** As it was sent: what the learner changes later is for the next one. */
  readonly request: CallRequest | undefined;
  readonly trace: Trace | undefined;
  readonly refusal: Refused | undefined;
  readonly keyArn: string | undefined;
  readonly wrappedKey: Bytes | undefined;
  readonly dataKey: Bytes | undefined;
  readonly progress: Progress | undefined;
  readonly stop: Stop | undefined;
  readonly fault: Fault | undefined;
}

/** Events of a learner. */
export type LearnerEvent =
  | { readonly type: 'NEXT' }
  | { readonly type: 'BREAK'; readonly deed: Deed }
  /** From `stopped`, `faulted` or the end: ask again, with all that was changed meanwhile. */
  | { readonly type: 'RETRY' }
  /** Ends bulk work that is under way; nothing of it is kept. */
  | { readonly type: 'STOP' }
  /** Wipes the data key and ends. */
  | { readonly type: 'LEAVE' };

export const freshContext = (scene: SceneName, world: WorldApi, setting: Setting): FlowContext => ({
  scene,
  world,
  setting,
  beats: [],
  deeds: [],
  earlier: { calls: 0, trailLines: 0 },
  deed: undefined,
  ...unasked,
});

/** What a new attempt forgets: everything of the old answer, nothing of the deeds. */
export const unasked = {
  request: undefined,
  trace: undefined,
  refusal: undefined,
  keyArn: undefined,
  wrappedKey: undefined,
  dataKey: undefined,
  progress: undefined,
  stop: undefined,
  fault: undefined,
} as const;

export const runOf = (context: FlowContext): Run => ({
  format: 1,
  scene: context.scene,
  setting: context.setting,
  beats: context.beats,
  deeds: context.deeds,
  earlier: context.earlier,
  progress: context.progress,
  stop: context.stop,
  fault: context.fault,
});

/** A beat that is done or under way, as a change of the context. */
export const beat = (
  context: FlowContext,
  id: BeatId,
  outcome: BeatRecord['outcome'],
  facts: BeatFacts | undefined,
  trace: Trace | undefined = undefined,
): Pick<FlowContext, 'beats'> => ({ beats: withBeat(context.beats, { id, outcome, trace, facts }) });

/** The bytes of an output member; an answer without them is our fault, never the learner's. */
export function bytesMember(output: Readonly<Record<string, unknown>>, member: string): Bytes {
  const value = output[member];
  if (!(value instanceof Uint8Array) || !(value.buffer instanceof ArrayBuffer))
    throw new TypeError(`"${member}" expected bytes, got ${typeof value}`);
  // The buffer was just seen to be an ArrayBuffer.
  return value as Bytes;
}

export function sentRequest(context: FlowContext): CallRequest {
  if (!context.request) throw new Error('"request" expected a call that was sent, got none');
  return context.request;
}
/** The encryption context that a call was sent with. */
export const contextOf = (request: CallRequest): EncryptionContext =>
  // The flows write this member themselves, from a setting.
  (request.input['EncryptionContext'] ?? {}) as EncryptionContext;

/** A new attempt: the old answer is forgotten but for its count, the request is fixed as the setting now has it. */
export const attempt = (context: FlowContext, request: CallRequest, before: readonly BeatRecord[]) => ({
  ...unasked,
  request,
  earlier: counted(context),
  beats: [...before, { id: 'request', outcome: 'working', trace: undefined, facts: undefined }] as const,
});
function counted({ earlier, beats }: FlowContext): Run['earlier'] {
  const facts = beats.find(({ id }) => id === 'request')?.facts;
  if (facts?.kind !== 'request') return earlier;
  return { calls: earlier.calls + 1, trailLines: earlier.trailLines + facts.trail.length };
}

/** What an answered request leaves: the beat with its facts, the trace, and the keys when there are any. */
export function answered(context: FlowContext, asked: Asked): Partial<FlowContext> {
  const { answer, trail, key } = asked;
  const request = sentRequest(context);
  const { result, trace } = answer;
  const sent = request.input['CiphertextBlob'];
  const facts: BeatFacts = {
    kind: 'request',
    operation: request.operation,
    principal: request.principal,
    region: request.region,
    keyId: typeof request.input['KeyId'] === 'string' ? request.input['KeyId'] : undefined,
    encryptionContext: contextOf(request),
    sentBytes: sent instanceof Uint8Array ? sent.length : 0,
    seq: answer.seq,
    trail,
    key,
  };
  const common = { ...beat(context, 'request', 'done', facts, trace), trace };
  if (!result.ok) return { ...common, refusal: result.refusal };
  const keyArn = result.output['KeyId'];
  return {
    ...common,
    keyArn: typeof keyArn === 'string' ? keyArn : context.setting.keyArn,
    dataKey: bytesMember(result.output, 'Plaintext'),
    wrappedKey:
      context.scene === 'envelopeEncrypt' ? bytesMember(result.output, 'CiphertextBlob') : undefined,
  };
}

export const stageOfRefusal = (context: FlowContext) => context.trace?.refusal?.stage ?? 'operation';
export const stopsAt = (context: FlowContext, id: BeatId): boolean =>
  context.refusal !== undefined && stopBeat(stageOfRefusal(context)) === id;

/** KMS said no: the beat at which it did is the last one of the run. */
export function stoppedAt(context: FlowContext): Partial<FlowContext> {
  const stage = stageOfRefusal(context);
  const id = stopBeat(stage);
  if (!context.refusal) throw new Error('"stopped" expected a refusal, got none');
  return {
    ...beat(context, id, 'stopped', { kind: id === 'vault' ? 'vault' : 'gates' }, context.trace),
    stop: { beat: id, stage, refusal: context.refusal },
    dataKey: undefined,
  };
}

/** The learner ended the bulk work. How far it had come is kept; nothing else of it is. */
export function endedIn(context: FlowContext, id: BeatId): Partial<FlowContext> {
  return { ...beat(context, id, 'ended', undefined), dataKey: undefined };
}

/** Something of ours broke: said with the beat in which it did. */
export function faultedIn(context: FlowContext, id: BeatId, error: unknown): Partial<FlowContext> {
  const old = context.beats.find((record) => record.id === id);
  return {
    ...beat(context, id, 'faulted', old?.facts, old?.trace),
    fault: { beat: id, message: typeof error === 'string' ? error : messageOf(error) },
    progress: undefined,
    dataKey: undefined,
  };
}

export const returnedFacts = (context: FlowContext): BeatFacts => ({
  kind: 'returned',
  dataKeyLength: context.dataKey?.length ?? 0,
  wrappedKey: context.wrappedKey,
  keyArn: context.keyArn ?? context.setting.keyArn,
});

/** The call of a deed that is one; the other deeds only change what the next request will say. */
export function deedRequest(context: FlowContext): CallRequest {
  const { deed, setting } = context;
  if (deed?.kind !== 'disableKey' && deed?.kind !== 'enableKey')
    throw new Error(`"deedRequest" expected a deed that is a call, got ${deed?.kind}`);
  return {
    operation: deed.kind === 'disableKey' ? 'DisableKey' : 'EnableKey',
    input: { KeyId: setting.keyArn },
    principal: deed.as,
    region: setting.region,
  };
}

const accountOf = (arn: string): string | undefined => arn.split(':')[4];

export function changedSetting(setting: Setting, deed: Deed): Setting {
  switch (deed.kind) {
    case 'context':
      return { ...setting, encryptionContext: deed.encryptionContext };
    case 'principal':
      // An alias means a key of the caller's own account: from another one the key is named by its ARN.
      return {
        ...setting,
        principal: deed.principal,
        keyId: accountOf(deed.principal) === accountOf(setting.keyArn) ? setting.keyId : setting.keyArn,
      };
    case 'disableKey':
    case 'enableKey':
      return setting;
  }
}

export function deedDone(
  context: FlowContext,
  deed: Deed,
  asked: { readonly answer: Asked['answer']; readonly trail: readonly TrailNote[] } | undefined,
): Partial<FlowContext> {
  const record: DeedRecord = {
    deed,
    after: context.beats.at(-1)?.id,
    trace: asked?.answer.trace,
    trail: asked?.trail ?? [],
    refusal: asked && !asked.answer.result.ok ? asked.answer.result.refusal : undefined,
  };
  return {
    deeds: [...context.deeds, record],
    deed: undefined,
    setting: changedSetting(context.setting, deed),
  };
}
