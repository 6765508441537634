import { labNames, questionNames } from '../../study/index.ts';
import { homeOf } from '../state/route.svelte.ts';
import type { Place } from './entries.ts';
import { places as words } from './placeWords.ts';

/** Scenes and questions, by their address. */
export const places = (): readonly Place[] => [
  { group: 'scene', label: words.envelope, hash: homeOf.stage, also: 'stage data key GenerateDataKey' },
  ...[...questionNames, ...labNames].map((name): Place => ({
    group: 'question',
    label: words.question(name),
    hash: `${homeOf.quiz}/${name}`,
    also: name,
  })),
];
