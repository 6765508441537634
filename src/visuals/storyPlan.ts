import type { StoryName, StoryRecord, StoryRun, StoryDeedRecord } from '../flows/index.ts';
import type { CallStage } from './stages.ts';
import { contextSaid } from './words.ts';

/** What the rail and the sentence under a picture need of any scene. */
export interface RailBeat {
  readonly id: string;
  readonly title: string;
  readonly status: 'done' | 'working' | 'stopped' | 'ended' | 'faulted' | 'next';
  readonly start: number;
  readonly duration: number;
  readonly motion: number;
  readonly sentence: string;
}

/** The plan of a story: like that of an envelope, with a scene of its own kind. */
export interface StoryPlan<S> {
  readonly story: StoryName;
  readonly title: string;
  readonly opening: { readonly sentence: string; readonly scene: S };
  readonly beats: readonly (RailBeat & {
    readonly scene: S | undefined;
    readonly stages: readonly CallStage[];
    readonly facts: readonly string[];
    /** Parts of the picture that the beat is about. */
    readonly spots: readonly string[];
  })[];
  readonly deeds: readonly string[];
}

/** A sentence is read at about 240 words a minute; the beat stays at least as long. */
export const readingTime = (sentence: string): number => sentence.split(/\s+/).filter(Boolean).length * 250;

export function deedsSaid(deeds: readonly StoryDeedRecord[]): readonly string[] {
  return deeds.map(({ deed, refusal }) => {
    switch (deed.kind) {
      case 'disableKey':
        return `DisableKey${refusal ? ` was refused: ${refusal.refused}` : ': the key is Disabled'}`;
      case 'enableKey':
        return `EnableKey${refusal ? ` was refused: ${refusal.refused}` : ': the key is Enabled'}`;
      case 'choose':
        return [
          deed.choices.flipAt === undefined ? '' : `byte ${deed.choices.flipAt} will be flipped`,
          deed.choices.decryptContext ? `Decrypt will say ${contextSaid(deed.choices.decryptContext)}` : '',
          deed.choices.waitingDays === undefined
            ? ''
            : `the waiting period will be ${deed.choices.waitingDays} days`,
        ]
          .filter(Boolean)
          .join(', ');
    }
  });
}

/** The key state after the deeds that came before an act: the records are right after their own act only. */
export const recordAt = (run: StoryRun, id: string): StoryRecord | undefined =>
  run.records.find((record) => record.id === id);
