import { labNames, questionNames } from '../../study/index.ts';
import { addressOf, labPlaces } from '../lab/places.ts';
import { words as lab } from '../lab/strings.ts';
import { words as stage } from '../stage/strings.ts';
import { homeOf } from '../state/route.svelte.ts';
import { shell } from '../strings.ts';
import { words as study } from '../study/strings.ts';
import type { Place } from './entries.ts';
import { places as words } from './placeWords.ts';

/** Everything that has an address: scenes, labs, questions, the places of the rooms. */
export const places = (): readonly Place[] => [
  ...Object.entries(stage.sceneNames).map(([address, label]): Place => ({
    group: 'scene',
    label,
    hash: `#/stage/${address}`,
    also: 'stage',
  })),
  ...labNames.map((name): Place => ({
    group: 'lab',
    label: words.lab(name),
    hash: `${homeOf.study}/${name}`,
    also: `${name} lab task`,
  })),
  ...questionNames.map((name): Place => ({
    group: 'question',
    label: words.question(name),
    hash: `${homeOf.quiz}/${name}`,
    also: name,
  })),
  ...labPlaces
    .filter((place) => place !== 'keys')
    .map((place): Place => ({
      group: 'place',
      label: lab.places[place],
      hash: addressOf(place),
      also: shell.rooms.lab,
    })),
  {
    group: 'place',
    label: words.trails,
    hash: addressOf('trail', 'trails'),
    also: `${shell.rooms.lab} cloudtrail s3`,
  },
  ...Object.entries(study.pages)
    .filter(([page]) => page !== '')
    .map(([page, label]): Place => ({
      // Tables to look things up in.
      group: page === 'sheets' || page === 'myths' ? 'help' : 'place',
      label,
      hash: `${homeOf.study}/${page}`,
      also: `${shell.rooms.study} ${page} help`,
    })),
];
