import type {
  Device,
  Diff,
  Env,
  EpochMs,
  KeyPair,
  KeySpec,
  Overlay,
  Random,
  RedactedCall,
  Region,
  Stage,
  Trace,
  TrailEvent,
} from '../engine/index.ts';
import type { Entry, Journal } from '../store/index.ts';
import type { Applied, StorageFault } from './commits.ts';
import type { LiveView } from './working.ts';

/** Where a world's chance and wall time come from; both the platform's when absent. */
export interface Surroundings {
  /** How many entries can be undone; older ones are folded away. OURS: 20,000 by default. */
  readonly historyLimit?: number | undefined;
  /** What the world is called in files. */
  readonly title?: string | undefined;
  /** Draws of a world without a seed. */
  readonly random?: Random | undefined;
  readonly wall?: (() => number) | undefined;
  /** Told of each stage that a call leaves, for whoever measures. */
  readonly passed?: ((stage: Stage) => void) | undefined;
}

export interface StepsParts {
  readonly id: string;
  readonly view: LiveView;
  readonly store: Journal;
  readonly device: Device;
  /** The last entry on disk. */
  readonly seq: number;
  readonly floor: number;
  /** Forks do not fold: what they hold is gone soon. */
  readonly trim?: ((floor: number) => Promise<void>) | undefined;
  readonly surroundings: Surroundings;
}

export interface StepHooks {
  committed(step: Applied): void;
  /** Steps were taken back. `isElsewhere`: another writer wrote, and what was known of the store is out of date. */
  reversed(fault: StorageFault, isElsewhere: boolean): void;
  /** All events that are on disk, oldest first. Asked when everything is. */
  trail(): Promise<readonly TrailEvent[]>;
}

/** One step, before it is applied. */
export interface Made<T> {
  readonly value: T;
  readonly diff: Diff;
  readonly events: readonly TrailEvent[];
  readonly call: RedactedCall;
  readonly at: EpochMs;
  readonly trace?: Trace | undefined;
  readonly travel?: Entry['travel'];
}

/** A step in the working view. Its task's steps go to the disk together. */
export interface Stepped<T> {
  readonly value: T;
  readonly seq: number;
}

/** A key pair that was made before the step that wants it. */
export interface Prepared {
  readonly spec: KeySpec;
  readonly pair: KeyPair;
}

/** Writes into an overlay. It may run several times and gets the same draws each time. */
export type Work<T> = (overlay: Overlay, env: Env) => T | Promise<T>;

/** OURS: steps that no AWS operation stands for are named like this in the journal. */
export const labCall = (operation: string, input: unknown): RedactedCall => ({
  operation: `lab:${operation}`,
  region: 'us-east-1' as Region, // no Region has a say in them; the journal wants one
  principal: 'lab',
  input,
});
