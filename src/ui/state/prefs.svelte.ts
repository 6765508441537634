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

/** Theme and motion, and which principal and Region were chosen last. */
export class Preferences {
  #theme = $state<Theme>('system');
  #motion = $state<Motion>('system');
  readonly #systemReduces = new MediaQuery('(prefers-reduced-motion: reduce)', false);

  constructor() {
    const theme = themes.find((t) => t === readChoice('theme'));
    this.theme = theme ?? 'system';
    this.motion = readChoice('motion') === 'on' ? 'on' : 'system';
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

  read(name: 'principal' | 'region'): string | undefined {
    return readChoice(name);
  }
  keep(name: 'principal' | 'region', value: string): void {
    keepChoice(name, value);
  }
}
