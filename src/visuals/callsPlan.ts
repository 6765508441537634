import type { OptionRun, StepRun } from '../study/index.ts';
import type { Leg } from './legs.ts';
import type { CallStage } from './stages.ts';
import type { RailBeat } from './storyPlan.ts';

/*
 * The plan of any sequence of calls that was run: an option of a question, a single call of the lab. One beat for each
 * step, whether it is a call or something done without one.
 */

/** What was run, and what came of it; no verdict where nobody asked for something. */
export type PlayedRun = Pick<OptionRun, 'steps' | 'goal' | 'constraints'> & {
  readonly verdict: OptionRun['verdict'] | undefined;
};
export type PlayedCall = Extract<StepRun, { kind: 'call' }>;
export type LocalStep = Exclude<StepRun, PlayedCall>;

/** Why a step was run: it is what was to be tried, or shows whether that reached what was asked, or broke what is required. */
export type Part =
  | { readonly is: 'steps' | 'goal' }
  | { readonly is: 'constraint'; readonly id: string; readonly said: string };

/** Something that the calls gave and that is there to go on with. */
export type HeldName = 'dataKey' | 'wrappedKey' | 'plaintext' | 'ciphertext';
export interface Held {
  /** In whose hand it is. */
  readonly holder: string;
  readonly name: HeldName;
  readonly said: string;
  readonly isGone: boolean;
}

export type LocalThing = HeldName | 'material' | 'time' | 'policy' | 'trail';
/** What was done without a call: from what, to what. */
export interface LocalScene {
  readonly doing: LocalStep['kind'];
  readonly from: LocalThing | undefined;
  readonly to: LocalThing | undefined;
  readonly title: string;
  readonly lines: readonly string[];
  readonly isGood: boolean;
}

export interface CallsScene {
  readonly region: string;
  /** Who acts, `role/App`, and in which account; empty before the first beat of a run that nobody acts in. */
  readonly caller: string;
  readonly account: string;
  /** The legs of the beat's call; none of a beat without one. */
  readonly legs: readonly Leg[];
  readonly local: LocalScene | undefined;
  /** What is in the caller's hand when the beat is over. */
  readonly held: readonly Held[];
  /** The refusal, or the service, is what was wanted. */
  readonly isWanted: boolean;
}

export type CallsBeat = RailBeat & {
  readonly part: Part;
  readonly step: StepRun;
  readonly scene: CallsScene;
  readonly stages: readonly CallStage[];
  readonly facts: readonly string[];
  readonly spots: readonly string[];
};

export interface CallsPlan {
  readonly title: string;
  readonly opening: { readonly sentence: string; readonly scene: CallsScene };
  readonly beats: readonly CallsBeat[];
  /** What came of it all, by the verdict of the run. */
  readonly outcome: { readonly is: 'good' | 'bad' | 'unknown'; readonly sentence: string } | undefined;
}
