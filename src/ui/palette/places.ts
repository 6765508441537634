import { labNames, questionNames } from '../../study/index.ts';
import { words as stage } from '../stage/strings.ts';
import { homeOf } from '../state/route.svelte.ts';
import type { Place } from './entries.ts';
import { places as words } from './placeWords.ts';

/** Scenes and questions, by their address. */
export const places = (): readonly Place[] => [
  ...Object.entries(stage.sceneNames).map(([address, label]): Place => ({
    group: 'scene',
    label,
    hash: `#/stage/${address}`,
    also: 'stage',
  })),
  ...[...questionNames, ...labNames].map((name): Place => ({
    group: 'question',
    label: words.question(name),
    hash: `${homeOf.quiz}/${name}`,
    also: name,
  })),
];
