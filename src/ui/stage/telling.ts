import type { CallRequest } from '../../client/index.ts';
import type { CallStage, RailBeat, Recipe, TwinRow } from '../../visuals/index.ts';
import type { LabState } from '../state/lab.svelte.ts';
import type { Player, Score } from './player.svelte.ts';

/** Names of the scenes, as the address has them. */
export const sceneAddresses = [
  'envelope',
  'envelope-decrypt',
  'wrapping',
  'key-life',
  'handshake',
  'throttling',
  'run',
] as const;
export type SceneAddress = (typeof sceneAddresses)[number];
/** Those that one can begin; a run is come to from its question, or by a link to a moment of it. */
export const sceneChoices = sceneAddresses.filter((address) => address !== 'run');

/** What is asked before a beat is shown. The truth is read from the beat when it is there. */
export interface Question {
  readonly at: number;
  readonly prompt: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
}
export interface Guess {
  readonly at: number;
  readonly said: string;
  /** Undefined until the beat has happened. */
  readonly right: boolean | undefined;
}

/** A second run of the same scene that went another way from one moment on. */
export interface Branch {
  /** The first beat that may differ. */
  readonly from: number;
  readonly label: string;
  readonly isWorking: boolean;
  readonly beats: readonly Pick<RailBeat, 'id' | 'title' | 'status' | 'sentence'>[];
}

/** What a scene that plays beside the open world needs of the lab. */
export type StageLab = Pick<LabState, 'say' | 'fault' | 'prefs'>;

/** What the frame around a picture needs of a scene: every scene on the stage is one. */
export interface Telling extends Score {
  readonly lab: StageLab;
  readonly player: Player;
  readonly address: SceneAddress;
  readonly title: string;
  readonly beats: readonly RailBeat[];
  /** Of the moment that is shown. */
  readonly sentence: string;
  readonly stages: readonly CallStage[];
  /** Parts of the picture that the shown beat is about, as the picture marks them. */
  readonly spots?: readonly string[];
  readonly twin: readonly TwinRow[];
  readonly mermaid: string;
  /** The call of the beat that is shown, when it is one. */
  readonly call: CallRequest | undefined;
  /** The whole scene as code, beats to come included; undefined: the calls so far are all there is to write. */
  readonly recipe?: Recipe | undefined;
  /** All calls so far, in order, with the beat that each belongs to. */
  readonly calls: readonly { readonly at: number; readonly call: CallRequest }[];

  predictFirst: boolean;
  readonly question: Question | undefined;
  readonly guess: Guess | undefined;
  guessed(option: string): void;

  readonly branch: Branch | undefined;
  dropBranch(): void;

  /** What a link to this moment holds; undefined when there is nothing to link to yet. */
  readonly moment: object | undefined;
}
