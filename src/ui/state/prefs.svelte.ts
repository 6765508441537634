import { MediaQuery } from 'svelte/reactivity';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
/** `system` follows the machine's setting; `on` always reduces. */
export type Motion = 'system' | 'on';

/** Small choices of this browser. A browser that refuses to keep them (private window) loses nothing but them. */
function readChoice(name: string): string | undefined {
  try {
    return localStorage.getItem(`kms-lab.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}
function keepChoice(name: string, value: string): void {
  try {
    localStorage.setItem(`kms-lab.${name}`, value);
  } catch {
    // Not kept: the choice holds until the page is closed.
  }
}

/** Small things of this browser that one screen reads and keeps by itself. */
type Kept = 'principal' | 'region' | 'events';

/** Theme and motion, how keys and undo behave, and which principal and Region were chosen last. */
export class Preferences {
  #theme = $state<Theme>('system');
  #motion = $state<Motion>('system');
  #singleKeys = $state(true);
  #undoReadOnly = $state(false);
  #firstSteps = $state(true);
  readonly #systemReduces = new MediaQuery('(prefers-reduced-motion: reduce)', false);

  constructor() {
    const theme = themes.find((t) => t === readChoice('theme'));
    this.theme = theme ?? 'system';
    this.motion = readChoice('motion') === 'on' ? 'on' : 'system';
    this.#singleKeys = readChoice('singleKeys') !== 'off';
    this.#undoReadOnly = readChoice('undoReadOnly') === 'on';
    this.#firstSteps = readChoice('firstSteps') !== 'done';
  }

  /** Shortcuts of one letter. Whoever speaks to the machine turns them off (WCAG 2.1.4). */
  get singleKeys(): boolean {
    return this.#singleKeys;
  }
  set singleKeys(on: boolean) {
    this.#singleKeys = on;
    keepChoice('singleKeys', on ? 'on' : 'off');
  }

  /** Undo stops at calls that only read, too. */
  get undoReadOnly(): boolean {
    return this.#undoReadOnly;
  }
  set undoReadOnly(on: boolean) {
    this.#undoReadOnly = on;
    keepChoice('undoReadOnly', on ? 'on' : 'off');
  }

  /** The first steps are shown until they are done or put away; help brings them back. */
  get firstSteps(): boolean {
    return this.#firstSteps;
  }
  set firstSteps(shown: boolean) {
    this.#firstSteps = shown;
    keepChoice('firstSteps', shown ? 'shown' : 'done');
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    keepChoice('theme', theme);
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }

  get motion(): Motion {
    return this.#motion;
  }
  set motion(motion: Motion) {
    this.#motion = motion;
    keepChoice('motion', motion);
    if (motion === 'on') document.documentElement.dataset['motion'] = 'reduced';
    else delete document.documentElement.dataset['motion'];
  }

  /** True when pictures must be shown as steps instead of moving. */
  get reducedMotion(): boolean {
    return this.#motion === 'on' || this.#systemReduces.current;
  }

  read(name: Kept): string | undefined {
    return readChoice(name);
  }
  keep(name: Kept, value: string): void {
    keepChoice(name, value);
  }
}
