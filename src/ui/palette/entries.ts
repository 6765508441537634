import { apiOperations, shortPrincipal } from '../../client/index.ts';
import { shortId } from '../format/text.ts';
import { commandsOf } from '../shell/commands.ts';
import type { ShellState } from '../shell/shell.svelte.ts';
import { homeOf } from '../state/route.svelte.ts';
import { words } from './strings.ts';
import type { Entry } from './search.ts';

const helpIds = new Set(['shortcuts', 'firstSteps', 'storage', 'licences']);

/** A scene or question of another room: its address and what it is called. */
export interface Place {
  readonly group: 'scene' | 'question';
  readonly label: string;
  readonly hash: string;
  readonly also?: string;
}

/** Everything that the palette finds, as the page is now. */
export function entriesOf(shell: ShellState, places: readonly Place[]): readonly Entry[] {
  const { lab } = shell;
  const toLab = (): void => {
    location.hash = homeOf.lab;
  };
  return [
    ...lab.keys.map(({ rec, aliases }): Entry => ({
      id: rec.arn,
      group: 'key',
      label: aliases[0] ?? `key ${shortId(rec.key)}`,
      mono: true,
      detail: [rec.KeyState, rec.KeySpec, words.region(rec.region)].join(', '),
      also: `${rec.arn} ${rec.Description} ${aliases.join(' ')}`,
      run: () => {
        toLab();
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
        lab.wish = operation === 'CreateKey' ? 'create' : 'call';
      },
    })),
  ];
}
