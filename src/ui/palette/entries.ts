import {
  apiOperations,
  parseRegion,
  shortPrincipal,
  type FindAnswer,
  type KeyCard,
} from '../../client/index.ts';
import { shortId } from '../format/text.ts';
import { commandsOf } from '../shell/commands.ts';
import type { ShellState } from '../shell/shell.svelte.ts';
import type { LabState } from '../state/lab.svelte.ts';
import { openHit } from '../lab/find/search.svelte.ts';
import { homeOf } from '../state/route.svelte.ts';
import { offeredRegions } from '../strings.ts';
import { words } from './strings.ts';
import type { Entry } from './search.ts';

const helpIds = new Set(['go-denied', 'shortcuts', 'firstSteps', 'differences', 'storage', 'licences']);

/** A place of the page with an address of its own: where it is and what it is called. */
export interface Place {
  readonly group: 'scene' | 'lab' | 'question' | 'place' | 'help';
  readonly label: string;
  readonly hash: string;
  readonly also?: string;
}

/** Everything that the palette finds, as the page is now. */
export function entriesOf(
  shell: ShellState,
  places: readonly Place[],
  keys: readonly KeyCard[],
): readonly Entry[] {
  const { lab } = shell;
  const toLab = (): void => {
    location.hash = homeOf.lab;
  };
  return [
    ...keys.map(({ rec, aliases }): Entry => ({
      id: rec.arn,
      group: 'key',
      label: aliases[0] ?? `key ${shortId(rec.key)}`,
      mono: true,
      detail: [
        rec.KeyState,
        rec.KeySpec,
        words.region(rec.region),
        ...(rec.account === lab.account ? [] : [words.account(rec.account)]),
      ].join(', '),
      also: `${rec.arn} ${rec.Description} ${aliases.join(' ')}`,
      run: () => {
        toLab();
        lab.region = rec.region;
        lab.selectKey(rec.arn);
      },
    })),
    ...Object.values(commandsOf(shell))
      .filter(({ id }) => id !== 'palette')
      .map((command): Entry => ({
        ...command,
        group: helpIds.has(command.id) ? 'help' : 'action',
        detail: command.off,
      })),
    ...places.map((place): Entry => ({
      id: place.hash,
      group: place.group,
      label: place.label,
      also: place.also,
      run: () => {
        location.hash = place.hash;
      },
    })),
    ...lab.principals.map(({ rec }): Entry => ({
      id: rec.arn,
      group: 'principal',
      label: shortPrincipal(rec.arn),
      mono: true,
      detail: `${words.actAs}, ${rec.account}`,
      also: rec.arn,
      run: () => {
        lab.principal = rec.arn;
      },
    })),
    ...shell.living
      .filter((world) => !world.open)
      .map((world): Entry => ({
        id: world.id,
        group: 'world',
        label: world.name,
        detail: words.open,
        run: () => void shell.openWorld(world.id),
      })),
    ...apiOperations.map((operation): Entry => ({
      id: `operation-${operation}`,
      group: 'operation',
      label: operation,
      mono: true,
      run: () => {
        toLab();
        if (operation === 'CreateKey') lab.wish = 'create';
        else {
          lab.wishOperation = operation;
          lab.wish = 'call';
        }
      },
    })),
  ];
}

/** OURS: of each account and Region; more is found by the lab's own search. */
const keysOfEach = 100;

/** The keys of all accounts in the Regions that are offered, those of the open list first. */
export async function keysEverywhere(lab: LabState): Promise<readonly KeyCard[]> {
  const { account: own, region: here } = lab;
  const regions = new Set([here, ...offeredRegions.flatMap((name) => parseRegion(name) ?? [])]);
  const pages = await Promise.all(
    lab.accounts.flatMap(({ account }) =>
      [...regions].map(async (region) =>
        account === own && region === here
          ? []
          : (await lab.world.keys({ account, region, n: keysOfEach })).items,
      ),
    ),
  );
  return [...lab.keys, ...pages.flat()];
}

/** What the world's index has found, besides what is listed already: keys by their alias where they have one. */
export function entriesOfHits(
  shell: ShellState,
  answer: FindAnswer | undefined,
  query: string,
  listed: readonly Entry[],
): readonly Entry[] {
  const seen = new Set(listed.map(({ id }) => id));
  return (answer?.groups ?? [])
    .flatMap(({ hits }) => hits)
    .flatMap((hit): readonly Entry[] => {
      const isKey = hit.kind === 'key' || hit.kind === 'alias';
      const id = isKey ? (hit.key ?? hit.id) : hit.id;
      if (seen.has(id)) return [];
      seen.add(id);
      return [
        {
          id,
          group: isKey ? 'key' : hit.kind === 'principal' || hit.kind === 'grant' ? hit.kind : 'event',
          label: hit.kind === 'key' ? `key ${shortId(hit.label)}` : hit.label,
          mono: true,
          detail: hit.detail,
          // The index has matched it already, by more than is shown.
          also: query,
          run: () => void openHit(shell.lab, hit),
        },
      ];
    });
}
