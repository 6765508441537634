import type {
  CallAnswer,
  CallRequest,
  KeyDetail,
  Progress,
  SealedObject,
  TrailLine,
} from '../client/index.ts';

/*
 * A run is what a flow leaves behind: one record for each beat that was reached, with the trace and the facts of the
 * answers. Pictures, sentences and counters are readers of it. A record never holds plaintext nor the bytes of a data
 * key; the wrapped key may be kept, it is ciphertext.
 */

export type Trace = CallAnswer['trace'];
export type PrincipalArn = CallRequest['principal'];
export type Region = CallRequest['region'];
export type KeyArn = KeyDetail['rec']['arn'];
export type Bytes = SealedObject['wrappedKey'];
export type Refused = Extract<CallAnswer['result'], { ok: false }>['refusal'];
export type Stage = NonNullable<Trace['refusal']>['stage'];
export type EncryptionContext = Readonly<Record<string, string>>;

export type SceneName = 'envelopeEncrypt' | 'envelopeDecrypt';

export const encryptBeats = [
  'request',
  'gates',
  'vault',
  'returned',
  'encrypt',
  'erase',
  'store',
  'check',
] as const;
export const decryptBeats = [
  'take',
  'request',
  'gates',
  'vault',
  'returned',
  'decrypt',
  'erase',
  'plaintext',
] as const;
export type BeatId = (typeof encryptBeats)[number] | (typeof decryptBeats)[number];

export const beatsOf = (scene: SceneName): readonly BeatId[] =>
  scene === 'envelopeEncrypt' ? encryptBeats : decryptBeats;

/** A trail event in the few words that a scene shows. */
export interface TrailNote {
  readonly eventName: string;
  readonly eventTime: string;
  readonly errorCode: string | undefined;
  /** In whose trail it stands. */
  readonly account: string;
}

/** The key as its records were right after the call. */
export interface KeyNote {
  readonly arn: string;
  readonly aliases: readonly string[];
  readonly KeyState: string;
  readonly materials: number;
}

export interface FileNote {
  readonly name: string;
  readonly mediaType: string;
  readonly byteLength: number;
}

/** What a beat found out, by kind of beat. */
export type BeatFacts =
  | { readonly kind: 'take'; readonly object: SealedObject }
  | {
      readonly kind: 'request';
      readonly operation: string;
      readonly principal: string;
      readonly region: string;
      /** As the request named it; a Decrypt names no key, its ciphertext does. */
      readonly keyId: string | undefined;
      readonly encryptionContext: EncryptionContext;
      /** Bytes that went to KMS in blobs: the wrapped key of a Decrypt, nothing in a GenerateDataKey. */
      readonly sentBytes: number;
      readonly seq: number;
      readonly trail: readonly TrailNote[];
      readonly key: KeyNote | undefined;
    }
  /** Their facts are the trace. */
  | { readonly kind: 'gates' }
  | { readonly kind: 'vault' }
  | {
      readonly kind: 'returned';
      readonly dataKeyLength: number;
      readonly wrappedKey: Bytes | undefined;
      readonly keyArn: string;
    }
  | {
      readonly kind: 'encrypt';
      readonly file: FileNote;
      readonly object: SealedObject;
      readonly sha256: string;
    }
  | { readonly kind: 'decrypt'; readonly object: SealedObject; readonly byteLength: number }
  | { readonly kind: 'erase'; readonly byteLength: number; readonly zeroed: boolean }
  | { readonly kind: 'store'; readonly object: SealedObject; readonly objects: number }
  | {
      readonly kind: 'check';
      readonly storedLength: number;
      readonly wrappedKeyAt: number;
      readonly whole: boolean;
    }
  | {
      readonly kind: 'plaintext';
      readonly byteLength: number;
      readonly wantedLength: number;
      readonly sha256: string;
      /** Known only to a page that saw the file before it was sealed. */
      readonly wantedSha256: string | undefined;
      readonly equal: boolean;
    };

export interface BeatRecord {
  readonly id: BeatId;
  /**
   * `working`: under way. `stopped`: KMS said no here. `ended`: the learner broke it off here. `faulted`: something of
   * ours broke here.
   */
  readonly outcome: 'working' | 'done' | 'stopped' | 'ended' | 'faulted';
  readonly trace: Trace | undefined;
  readonly facts: BeatFacts | undefined;
}

/** Something that the learner did between two beats: a real call, or a change of what the next request will say. */
export type Deed =
  | { readonly kind: 'disableKey' | 'enableKey'; readonly as: PrincipalArn }
  | { readonly kind: 'context'; readonly encryptionContext: EncryptionContext }
  | { readonly kind: 'principal'; readonly principal: PrincipalArn };

export interface DeedRecord {
  readonly deed: Deed;
  /** The newest beat when it was done; undefined before the first. */
  readonly after: BeatId | undefined;
  readonly trace: Trace | undefined;
  readonly trail: readonly TrailNote[];
  readonly refusal: Refused | undefined;
}

export interface Stop {
  readonly beat: BeatId;
  readonly stage: Stage;
  readonly refusal: Refused;
}
export interface Fault {
  readonly beat: BeatId;
  readonly message: string;
}

export interface Setting {
  readonly region: Region;
  readonly principal: PrincipalArn;
  /** What GenerateDataKey names; for a Decrypt the ARN that the object was sealed under. */
  readonly keyId: string;
  /** The same key by ARN: DisableKey takes no alias. */
  readonly keyArn: KeyArn;
  readonly encryptionContext: EncryptionContext;
  readonly file: FileNote;
}

export interface Earlier {
  readonly calls: number;
  readonly trailLines: number;
}

export interface Run {
  readonly format: 1;
  readonly scene: SceneName;
  readonly setting: Setting;
  readonly beats: readonly BeatRecord[];
  readonly deeds: readonly DeedRecord[];
  /** What the attempts before this one cost. */
  readonly earlier: Earlier;
  /** How far the bulk work of the newest beat is, or was when it was ended. */
  readonly progress: Progress | undefined;
  readonly stop: Stop | undefined;
  readonly fault: Fault | undefined;
}

/** The record of one beat, when the run has come so far. */
export const beatIn = (run: Run, id: BeatId): BeatRecord | undefined =>
  run.beats.find((beat) => beat.id === id);

/** The facts of one kind, when the run has come so far. */
export function factsIn<K extends BeatFacts['kind']>(
  run: Run,
  kind: K,
): Extract<BeatFacts, { kind: K }> | undefined {
  for (const { facts } of run.beats) {
    // The discriminant was compared; TypeScript does not carry that through a generic literal.
    if (facts?.kind === kind) return facts as Extract<BeatFacts, { kind: K }>;
  }
  return undefined;
}

/** At which beat a refused call stops: what happens inside the HSM is in the vault, all before it is a gate. */
export const stopBeat = (stage: Stage): BeatId =>
  stage === 'operation' || stage === 'commit' ? 'vault' : 'gates';

/** A new record, or the changed one in its place. */
export const withBeat = (beats: readonly BeatRecord[], record: BeatRecord): readonly BeatRecord[] =>
  beats.some((beat) => beat.id === record.id)
    ? beats.map((beat) => (beat.id === record.id ? record : beat))
    : [...beats, record];

export const trailNotes = (lines: readonly TrailLine[], seq: number): readonly TrailNote[] =>
  lines
    .filter((line) => line.seq === seq)
    .map(({ event }) => ({
      eventName: event.eventName,
      eventTime: event.eventTime,
      errorCode: event.errorCode,
      account: event.recipientAccountId,
    }));
