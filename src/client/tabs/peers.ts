import type { PortLike } from '../remote/index.ts';
import type { ChannelLike } from './surroundings.ts';

/*
 * One channel, many tabs: letters with a sender and an addressee, and a port to each tab that one talks with.
 */

interface Letter {
  readonly kmsLab: 1;
  readonly from: string;
  /** `*`: all. */
  readonly to: string;
  readonly body: unknown;
}

const isLetter = (value: unknown): value is Letter =>
  typeof value === 'object' && value !== null && 'kmsLab' in value && 'from' in value && 'to' in value;

export interface Heard {
  readonly from: string;
  readonly body: unknown;
}

export class Peers {
  readonly me: string;
  readonly #channel: ChannelLike;
  readonly #listeners = new Set<(heard: Heard) => void>();
  readonly #hearing: (event: MessageEvent) => void;

  constructor(channel: ChannelLike, me: string) {
    this.me = me;
    this.#channel = channel;
    this.#hearing = ({ data }) => {
      if (!isLetter(data) || (data.to !== me && data.to !== '*')) return;
      for (const listener of [...this.#listeners]) listener({ from: data.from, body: data.body });
    };
    channel.addEventListener('message', this.#hearing);
  }

  tell(to: string, body: unknown): void {
    this.#channel.postMessage({ kmsLab: 1, from: this.me, to, body } satisfies Letter);
  }

  hear(listener: (heard: Heard) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A port whose other end is one other tab. `first`: a message that came before anybody listened. */
  portTo(peer: string, first?: unknown): PortLike {
    const leaves = new Map<unknown, () => void>();
    return {
      postMessage: (message) => this.tell(peer, message),
      addEventListener: (_type, listener) => {
        const event = (data: unknown) => listener({ data } as MessageEvent); // as much of one as PortLike's users read
        leaves.set(
          listener,
          this.hear(({ from, body }) => {
            if (from === peer) event(body);
          }),
        );
        if (first !== undefined) event(first);
      },
      removeEventListener: (_type, listener) => leaves.get(listener)?.(),
    };
  }

  close(): void {
    this.#channel.removeEventListener('message', this.#hearing);
    this.#listeners.clear();
    this.#channel.close();
  }
}
