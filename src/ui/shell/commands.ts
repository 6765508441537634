import type { GlyphName } from '../glyphs/names.ts';
import { addressOf, labPlaces } from '../lab/places.ts';
import { words as labWords } from '../lab/strings.ts';
import { homeOf, rooms } from '../state/route.svelte.ts';
import { themes } from '../state/prefs.svelte.ts';
import { shell as shellWords } from '../strings.ts';
import { isMac, modifier } from './keys.ts';
import type { ShellState } from './shell.svelte.ts';
import { bar } from './strings.ts';

/** Something to do: the same entry in menus and in the palette. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly glyph?: GlyphName;
  /** As keys are printed. */
  readonly keys?: string;
  /** More words to find it by. */
  readonly also?: string;
  /** Why it is impossible now. */
  readonly off?: string | undefined;
  readonly run: () => void;
}

const shift = isMac ? '⇧' : 'Shift+';
const mod = isMac ? modifier : `${modifier}+`;
export const keysOf = {
  palette: `${mod}K`,
  undo: `${mod}Z`,
  redo: isMac ? `${shift}${mod}Z` : `${mod}${shift}Z`,
  history: 'H',
  shortcuts: '?',
} as const;

/** Every action of the shell. Made anew when it is shown: labels say what will happen now. */
export function commandsOf(shell: ShellState): Readonly<Record<string, Command>> {
  const { lab, history, world } = shell;
  const open = (screen: ShellState['screen']) => (): void => {
    shell.screen = screen;
  };
  const list: readonly Command[] = [
    {
      id: 'undo',
      label: history?.undo ? bar.undoWhat(shell.groupName(history.undo)) : bar.undo,
      glyph: 'u-undo',
      keys: keysOf.undo,
      off: history?.undo ? undefined : bar.because[history?.undoRefused ?? 'atBeginning'],
      run: () => void shell.undo(),
    },
    {
      id: 'redo',
      label: bar.redo,
      glyph: 'u-redo',
      keys: keysOf.redo,
      off: history?.redo === undefined ? bar.because.nothingToRedo : undefined,
      run: () => void shell.redo(),
    },
    {
      id: 'history',
      label: bar.historyShow,
      glyph: 'g-trail',
      keys: keysOf.history,
      also: 'journal go to fork branch',
      run: () => (shell.historyOpen = true),
    },
    {
      id: 'palette',
      label: bar.search,
      glyph: 'u-search',
      keys: keysOf.palette,
      run: open({ name: 'palette' }),
    },
    {
      id: 'worlds',
      label: bar.allWorlds,
      glyph: 'u-list',
      also: 'delete rename size',
      run: open({ name: 'worlds' }),
    },
    {
      id: 'newWorld',
      label: bar.newWorld,
      glyph: 'u-plus',
      also: 'template company organization accounts',
      run: open({ name: 'newWorld' }),
    },
    {
      id: 'duplicate',
      label: bar.fork,
      glyph: 'u-fork',
      also: 'copy fork',
      off: world ? undefined : bar.off,
      run: () => world && open({ name: 'duplicate', world })(),
    },
    {
      id: 'rename',
      label: bar.rename,
      off: world ? undefined : bar.off,
      run: () => world && open({ name: 'rename', world })(),
    },
    {
      id: 'reset',
      label: bar.reset,
      also: 'begin again start over',
      off: world ? undefined : bar.off,
      run: () => world && open({ name: 'reset', world })(),
    },
    { id: 'compare', label: bar.compare, also: 'difference diff records', run: open({ name: 'compare' }) },
    { id: 'share', label: bar.share, glyph: 'u-share', also: 'url', run: open({ name: 'share' }) },
    {
      id: 'export',
      label: bar.exportWorld,
      also: 'save file backup download',
      run: open({ name: 'export', all: false }),
    },
    {
      id: 'exportAll',
      label: bar.exportAll,
      also: 'save file backup everything',
      run: open({ name: 'export', all: true }),
    },
    { id: 'import', label: bar.importFile, also: 'open load restore file', run: open({ name: 'import' }) },
    {
      id: 'exportTrail',
      label: bar.exportTrail,
      also: 'cloudtrail events export',
      run: () => void shell.save(() => lab.world.exportTrail()),
    },
    {
      id: 'exportTrace',
      label: bar.exportTrace,
      off: lab.shown?.trace ? undefined : bar.noTrace,
      also: 'export what happened',
      run: () => void shell.save(() => lab.world.exportTrace(lab.shown?.trace?.id ?? '')),
    },
    {
      id: 'storage',
      label: bar.storage,
      also: 'room quota persist disk kept',
      run: open({ name: 'storage' }),
    },
    {
      id: 'shortcuts',
      label: bar.shortcuts,
      glyph: 'u-help',
      keys: keysOf.shortcuts,
      also: 'keys help',
      run: open({ name: 'shortcuts' }),
    },
    {
      id: 'firstSteps',
      label: bar.firstSteps,
      also: 'help tour introduction begin',
      run: () => {
        lab.prefs.firstSteps = true;
        location.hash = homeOf.lab;
      },
    },
    {
      id: 'differences',
      label: bar.differences,
      also: 'help invented simplified honest limits marks OURS',
      run: () => (location.hash = homeOf.differences),
    },
    {
      id: 'licences',
      label: bar.licences,
      run: () => void window.open(new URL('licences.txt', document.baseURI), '_blank', 'noopener'),
    },
    {
      id: 'createKey',
      label: bar.createKey,
      glyph: 'u-plus',
      also: 'new CreateKey',
      run: () => {
        location.hash = homeOf.lab;
        lab.wish = 'create';
      },
    },
    {
      id: 'advanceDay',
      label: bar.advanceDay,
      glyph: 'g-clock',
      also: 'time tomorrow',
      run: () => void lab.advance({ days: 1 }),
    },
    {
      id: 'advanceDue',
      label: bar.advanceDue,
      glyph: 'g-clock',
      also: 'time next',
      off: lab.clock?.due.length ? undefined : bar.nothingDue,
      run: () => void lab.advance({ next: 'due' }),
    },
    ...themes.map((theme) => ({
      id: `theme-${theme}`,
      label: bar.theme(shellWords.themes[theme]),
      glyph: 'u-theme' as const,
      also: 'dark light colour',
      run: () => (lab.prefs.theme = theme),
    })),
    {
      id: 'motion',
      label: lab.prefs.motion === 'on' ? bar.motion.system : bar.motion.on,
      also: 'animation reduced',
      run: () => (lab.prefs.motion = lab.prefs.motion === 'on' ? 'system' : 'on'),
    },
    ...labPlaces
      .filter((place) => place !== 'keys')
      .map((place) => ({
        id: `go-${place}`,
        label: labWords.places[place],
        glyph: 'u-right' as const,
        also: bar.placeWords[place],
        run: () => (location.hash = addressOf(place)),
      })),
    ...rooms.map((room) => ({
      id: `go-${room}`,
      label: bar.go(shellWords.rooms[room]),
      glyph: 'u-right' as const,
      also: 'room',
      run: () => (location.hash = homeOf[room]),
    })),
  ];
  return Object.fromEntries(list.map((command) => [command.id, command]));
}
