import type { TrailEvent } from './call.ts';
import type { Bytes, EpochMs } from './ids.ts';
import type { KeySpec } from './records.ts';
import type { Stage } from './trace.ts';

/** There already, or soon: a step whose view holds everything waits for nothing, and a wait costs more than most look-ups. */
export type Soon<T> = T | Promise<T>;

/** Wraps domain keys so that the page cannot export what they open. `nonce` (12 bytes) comes from the step's draws. */
export interface Device {
  wrap(plain: Bytes, nonce: Bytes): Promise<Bytes>;
  unwrap(wrapped: Bytes): Promise<Bytes>;
}

/** A key pair as the world outside reads it: PKCS#8 PrivateKeyInfo and X.509 SubjectPublicKeyInfo, both DER. */
export interface KeyPair {
  readonly private: Bytes;
  readonly public: Bytes;
}

/** All that one step may ask of the outside: time, chance and the device key. */
export interface Env {
  /** Virtual time of the call. */
  readonly at: EpochMs;
  /** Wall clock, against which request signatures are checked. */
  readonly wall: EpochMs;
  /** Fresh bytes; drawn again in the same order when a step runs again. */
  random(n: number): Bytes;
  uuid(): string;
  /** A fresh key pair; drawn again when a step runs again. Slow for RSA: prepared before the step where possible. */
  keyPair(spec: KeySpec): Promise<KeyPair>;
  readonly device: Device;
  /**
   * The trail so far, oldest first, of everything that was applied before this step. It lies in the journal, not in the
   * records; whoever has no journal has none. The same list as long as it only grows: what is made of it can be kept.
   */
  trail?(): Promise<readonly TrailEvent[]>;
  /** Told of each stage that a call leaves, the last one too, for whoever measures. It changes nothing. */
  passed?(stage: Stage): void;
}
