import type { BeatId, SceneName } from '../flows/index.ts';

/*
 * A plan is what a picture of a run needs to know, as plain data: beats with their time, one sentence each, and the
 * state of every thing in the scene. It is made from traces and answers only; a beat that has not happened has no scene.
 */

export interface Plan {
  readonly scene: SceneName;
  readonly title: string;
  /** Before the first beat. */
  readonly opening: { readonly sentence: string; readonly scene: Scene };
  readonly beats: readonly Beat[];
  readonly counters: Counters;
  /** What the learner changed on the way, in order. */
  readonly deeds: readonly string[];
  readonly duration: number;
}

export interface Beat {
  readonly id: BeatId;
  readonly title: string;
  readonly status: 'done' | 'working' | 'stopped' | 'ended' | 'faulted' | 'next';
  /** Milliseconds at 1×. `motion` of them move; the rest is for reading. */
  readonly start: number;
  readonly duration: number;
  readonly motion: number;
  /** Empty for a beat to come. */
  readonly sentence: string;
  readonly scene: Scene | undefined;
}

export interface Gate {
  readonly id: string;
  /** Two short lines, so that four gates fit beside each other. */
  readonly name: readonly [string, string];
  readonly state: 'open' | 'closed' | 'deny' | 'skip' | 'ahead';
  /** Why, in a word: a Sid, a key state. */
  readonly note: string;
  /** The one gate at which the call ended. */
  readonly stops: boolean;
  /** Where on the leg from the caller (0) to the vault (1). */
  readonly at: number;
}

export interface Token {
  readonly operation: string;
  readonly from: number;
  readonly to: number;
  readonly state: 'current' | 'done' | 'stop';
  /** Bytes of the wrapped key that it carries. */
  readonly carries: number;
}

export interface Sheet {
  readonly kind: 'plaintext' | 'ciphertext';
  readonly state: 'absent' | 'partial' | 'whole';
  readonly name: string;
  /** As far as an answer has told it. */
  readonly byteLength: number | undefined;
  readonly percent: number;
}

export interface Scene {
  readonly region: string;
  readonly account: string;
  readonly keyAccount: string;
  readonly principal: string;
  readonly token: Token | undefined;
  readonly gates: readonly Gate[];
  readonly answer: {
    readonly state: 'none' | 'moving' | 'done';
    readonly holds: readonly ('dataKey' | 'wrappedKey')[];
  };
  readonly vault: {
    readonly state: 'quiet' | 'lit' | 'work' | 'stopped';
    readonly alias: string | undefined;
    readonly keyId: string;
    readonly keyState: string | undefined;
    readonly materials: number | undefined;
    /** What the HSM did, in order, while it is the beat's matter. */
    readonly work: readonly string[];
  };
  readonly source: Sheet;
  readonly result: Sheet;
  readonly dataKey: {
    readonly state: 'absent' | 'inMemory' | 'inUse' | 'erased';
    readonly byteLength: number | undefined;
  };
  readonly wrappedKey: {
    readonly state: 'absent' | 'waiting' | 'sent' | 'stored';
    readonly byteLength: number | undefined;
  };
  readonly store:
    | { readonly state: 'empty' }
    | {
        readonly state: 'full';
        readonly name: string;
        readonly sealedLength: number;
        readonly wrappedLength: number;
        readonly check: 'none' | 'whole' | 'broken';
      };
  readonly trail:
    | {
        readonly eventName: string;
        readonly eventTime: string;
        readonly errorCode: string | undefined;
        /** In whose trails the call stands. */
        readonly accounts: readonly string[];
      }
    | undefined;
  readonly encryptionContext: Readonly<Record<string, string>>;
}

/** Parts of the picture that a beat is about, by the names of its things. */
export const envelopeSpots: Readonly<Record<BeatId, readonly string[]>> = {
  take: ['source', 'wrappedKey'],
  request: ['request'],
  gates: ['gates'],
  vault: ['vault'],
  returned: ['dataKey', 'wrappedKey'],
  encrypt: ['source', 'dataKey', 'result'],
  decrypt: ['source', 'dataKey', 'result'],
  erase: ['dataKey'],
  store: ['store'],
  check: ['store'],
  plaintext: ['result'],
};

export interface Counters {
  readonly callsToKms: number;
  readonly fileBytesKmsSaw: number;
  readonly plaintextCopies: number;
  readonly trailLines: number;
}
