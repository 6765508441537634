export const rooms = ['lab', 'stage', 'quiz', 'study'] as const;
export type Room = (typeof rooms)[number];
/** Pages that stand beside the rooms: the help menu and the palette lead there. */
export const pages = ['differences'] as const;
export type Page = (typeof pages)[number];
export interface Route {
  readonly room: Room | Page;
  /** What follows the room: the scene of the stage, the id of a question. */
  readonly rest: string;
  /** A shared link, to be looked at before it is opened: the whole fragment, without `#`. */
  readonly link?: string;
}

/** Reads `#/stage/envelope`; whatever it does not know is the lab. */
export function parseRoute(hash: string): Route {
  const fragment = hash.replace(/^#/, '');
  const [, room, ...rest] = fragment.split('/');
  if (fragment.startsWith('world=')) return { room: 'lab', rest: '', link: fragment };
  const known = [...rooms, ...pages].find((r) => r === room);
  return known ? { room: known, rest: rest.join('/') } : { room: 'lab', rest: '' };
}

/** Where each begins. */
export const homeOf: Readonly<Record<Room | Page, string>> = {
  lab: '#/lab',
  stage: '#/stage/envelope',
  quiz: '#/quiz',
  study: '#/study',
  differences: '#/differences',
};

/** The room that the address names. */
export class Router {
  current = $state.raw<Route>(parseRoute(location.hash));

  constructor() {
    window.addEventListener('hashchange', this.#read);
  }
  readonly #read = (): void => {
    this.current = parseRoute(location.hash);
  };
  close(): void {
    window.removeEventListener('hashchange', this.#read);
  }
}
