export const rooms = ['lab', 'stage', 'quiz', 'study'] as const;
export type Room = (typeof rooms)[number];
export interface Route {
  readonly room: Room;
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
  const known = rooms.find((r) => r === room);
  return known ? { room: known, rest: rest.join('/') } : { room: 'lab', rest: '' };
}

/** Where each room begins. */
export const homeOf: Readonly<Record<Room, string>> = {
  lab: '#/lab',
  stage: '#/stage/envelope',
  quiz: '#/quiz',
  study: '#/study',
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
