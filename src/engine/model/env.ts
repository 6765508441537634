import type { Bytes, EpochMs } from './ids.ts';

/** Wraps domain keys so that the page cannot export what they open. `nonce` (12 bytes) comes from the step's draws. */
export interface Device {
  wrap(plain: Bytes, nonce: Bytes): Promise<Bytes>;
  unwrap(wrapped: Bytes): Promise<Bytes>;
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
  readonly device: Device;
}
