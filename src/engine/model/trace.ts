import type { EpochMs, Region } from './ids.ts';
import type { KeyState } from './records.ts';
import type { Decision } from './decision.ts';

/**
 * What one call went through, stage by stage. Scenes, "what happened", quiz verdicts and narration are readers of it.
 * Redacted: lengths and identifiers, never plaintext, never key bytes. JSON only.
 */
export const stages = [
  'parse',
  'authenticate',
  'validate',
  'quota',
  'findKey',
  'authorize',
  'keyState',
  'usage',
  'operation',
  'commit',
] as const;
export type Stage = (typeof stages)[number];

/** `pass`: went on. `stop`: this stage said no. `skip`: has nothing to ask here. Stages after a stop are absent. */
export type Verdict = 'pass' | 'stop' | 'skip';

export interface Trace {
  readonly id: string;
  readonly operation: string;
  readonly region: Region;
  readonly at: EpochMs;
  /** ARN of the caller as far as known. */
  readonly caller: string;
  readonly steps: readonly TraceStep[];
  /** Absent when the call succeeded. */
  readonly refusal?: {
    readonly stage: Stage;
    readonly name: string;
    readonly message: string;
    readonly status: number;
  };
  readonly children: readonly Trace[];
}

export interface StepOf<S extends Stage, D> {
  readonly stage: S;
  readonly verdict: Verdict;
  readonly detail: D;
}

export type TraceStep =
  | StepOf<'parse', { readonly members: readonly string[] }>
  | StepOf<
      'authenticate',
      { readonly how: 'sigV4' | 'trusted'; readonly principal: string; readonly accessKeyId?: string }
    >
  | StepOf<'validate', { readonly members: readonly MemberNote[]; readonly errors: readonly string[] }>
  | StepOf<
      'quota',
      { readonly bucket: string; readonly left: number; readonly rate: number; readonly switchedOff: boolean }
    >
  | StepOf<'findKey', { readonly found: readonly FoundKey[] }>
  | StepOf<'authorize', { readonly decisions: readonly Decision[] }>
  | StepOf<
      'keyState',
      { readonly keys: readonly { readonly key: string; readonly state: KeyState; readonly note?: string }[] }
    >
  | StepOf<'usage', { readonly keyUsage?: string; readonly algorithm?: string }>
  | StepOf<'operation', { readonly work: readonly Work[] }>
  | StepOf<'commit', { readonly tables: Readonly<Record<string, number>>; readonly events: number }>;

/** One member of the request as it may be shown: bytes and secrets as a length only. */
export interface MemberNote {
  readonly member: string;
  readonly shown: string;
}

export interface FoundKey {
  /** Which member (or `ciphertext`) named it. */
  readonly by: string;
  readonly named: string;
  readonly key?: string;
  readonly alias?: string;
}

/** What happened inside the HSM, and in the tables, in order. */
export type Work =
  | { readonly kind: 'domainKeyMade'; readonly region: string }
  | { readonly kind: 'materialMade'; readonly materialId: string; readonly version: number }
  | {
      readonly kind: 'materialOpened';
      readonly materialId: string;
      readonly version: number;
      readonly current: boolean;
    }
  | { readonly kind: 'random'; readonly byteLength: number; readonly for: 'dataKey' | 'random' }
  | { readonly kind: 'keyDerived'; readonly nonce: string }
  | {
      readonly kind: 'sealed';
      readonly plaintextLength: number;
      readonly aadLength: number;
      readonly blobLength: number;
    }
  | {
      readonly kind: 'opened';
      readonly blobLength: number;
      readonly aadLength: number;
      readonly plaintextLength: number;
    }
  | {
      readonly kind: 'blobRead';
      readonly blobLength: number;
      readonly materialId?: string;
      readonly ok: boolean;
    }
  | { readonly kind: 'openFailed'; readonly check: 'layout' | 'tag' | 'material' }
  | { readonly kind: 'stateChanged'; readonly key: string; readonly from: KeyState; readonly to: KeyState }
  | { readonly kind: 'returned'; readonly members: readonly MemberNote[] }
  /** A service called another, KMS nearly always. `trace`: which of the children; `refused` when it was told no. */
  | {
      readonly kind: 'called';
      readonly trace: string;
      readonly service: string;
      readonly operation: string;
      readonly refused?: string;
    }
  /** A service encrypted or decrypted its own data, outside KMS. `under`: what key it did that with, in words. */
  | {
      readonly kind: 'dataSealed' | 'dataOpened' | 'dataNotOpened';
      readonly what: string;
      readonly byteLength: number;
      readonly under: string;
    }
  /** A service went on holding a plaintext key, used one that it held (so KMS was not called), or let it go. */
  | { readonly kind: 'keyKept' | 'keyReused' | 'keyDropped'; readonly what: string };
