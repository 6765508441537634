import type { CallProposal, Progress, WorldApi } from '../client/index.ts';
import type { Refusal, Stage, Trace } from '../engine/index.ts';
import type { CallStep, MeasureName } from './scenario.ts';

/** One step that was run. A call carries its trace, so that any option can be watched. */
export type StepRun =
  | {
      readonly kind: 'call';
      /** KMS when absent. */
      readonly service: CallStep['service'];
      readonly operation: string;
      readonly principal: string;
      readonly region: string;
      readonly trace: Trace;
      readonly refusal: Refusal | undefined;
      /** What was answered, as JSON; of bytes their number alone. */
      readonly answer: string | undefined;
      /** It had to be refused: then a refusal is what was wanted. */
      readonly mustRefuse: boolean;
      /** Which of how many alike; the ones between are counted, not run. */
      readonly piece: { readonly index: number; readonly of: number } | undefined;
      /** Of a denied call, where it was asked for: as few edits as would have let it pass. */
      readonly advice: readonly CallProposal[] | undefined;
    }
  | { readonly kind: 'attachPolicy'; readonly principal: string; readonly document: string }
  | { readonly kind: 'advance'; readonly hours: number }
  /** Read from the trail: what an account pays, how many records there are, how often an alarm was raised. */
  | { readonly kind: 'bill' | 'countEvents' | 'alarm'; readonly found: string }
  | {
      readonly kind: 'multiply';
      readonly operation: string;
      readonly times: number;
      readonly requests: number;
    }
  | { readonly kind: 'drill' }
  | { readonly kind: 'seal' | 'open'; readonly byteLength: number; readonly sealedLength: number }
  | { readonly kind: 'wipe'; readonly byteLength: number }
  | { readonly kind: 'wrapMaterial'; readonly byteLength: number }
  | { readonly kind: 'verifyOutside'; readonly ok: boolean }
  | {
      readonly kind: 'expect';
      readonly name: string;
      readonly found: string;
      readonly wanted: string | number | boolean;
      readonly ok: boolean;
    }
  | { readonly kind: 'same'; readonly byteLength: number; readonly ok: boolean }
  | {
      readonly kind: 'stopped';
      readonly doing: 'seal' | 'open' | 'call';
      readonly because: LocalCause;
      readonly missing: string;
    };

export type LocalCause = 'nothingToUse' | 'notSame';

/** `cents` where a constraint asks for them: it takes the whole trail to know. */
export type Measures = Readonly<Record<Exclude<MeasureName, 'cents'>, number>> & {
  readonly cents: number | undefined;
};
export const noMeasures: Measures = { kmsCalls: 0, bytesToKms: 0, plaintextFromKms: 0, cents: undefined };

/** What the engine says of an option. `couldNotCheck` is our fault and never counts as wrong. */
export type OptionVerdict =
  | { readonly is: 'works' }
  | { readonly is: 'violates'; readonly constraints: readonly string[] }
  | {
      readonly is: 'fails';
      /** In the option's own steps, or when what it left behind was tried. */
      readonly where: 'steps' | 'goal';
      readonly exception: string;
      readonly message: string;
      readonly stage: Stage;
      readonly status: number;
    }
  | { readonly is: 'failsLocally'; readonly where: 'steps' | 'goal'; readonly because: LocalCause }
  | { readonly is: 'goalMissed' }
  | { readonly is: 'couldNotCheck'; readonly message: string };

export interface OptionRun {
  readonly id: string;
  readonly verdict: OptionVerdict;
  readonly measures: Measures;
  /** What the option does. */
  readonly steps: readonly StepRun[];
  /** How it was tried whether the goal is reached. */
  readonly goal: readonly StepRun[];
  /** Calls that had to stay refused, by constraint. */
  readonly constraints: readonly {
    readonly id: string;
    readonly kept: boolean;
    readonly steps: readonly StepRun[];
  }[];
  /** Texts, numbers and truths that the run saved, such as ARNs and states; bytes are wiped. */
  readonly names: Readonly<Record<string, string>>;
}

export interface ScenarioRun {
  readonly scenario: string;
  readonly version: number;
  readonly options: readonly OptionRun[];
}

export interface RunProgress {
  readonly option: string;
  readonly done: number;
  readonly total: number;
  /** Of a large local step. */
  readonly bytes?: Progress | undefined;
}
export interface RunOptions {
  readonly progress?: ((p: RunProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Only these options; all when absent. "The fewest" is then judged among these. */
  readonly only?: readonly string[] | undefined;
  /** Changes the world after its setup, before anything is tried: how the checker flips what a stem leaves unsaid. */
  readonly before?: ((started: StartedWorld) => Promise<void>) | undefined;
  /** Ask of each denied call what would have let it pass: for one option that is watched, as it takes its time. */
  readonly advise?: boolean | undefined;
  /** Orders of an ordering item to try; the key alone when absent. */
  readonly orders?: readonly (readonly string[])[] | undefined;
}

/** A world after its setup, with what the setup saved. */
export interface StartedWorld {
  readonly world: WorldApi;
  readonly variables: ReadonlyMap<string, unknown>;
}
