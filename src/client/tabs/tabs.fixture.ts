import type { ChannelLike, LocksLike, Tabs } from './surroundings.ts';

/*
 * A browser with several tabs, for tests: one lock manager, channels that reach all other tabs, and tabs that can be
 * killed: then their locks fall, they say and hear nothing any more, and nothing of them reaches the disk.
 */

interface Waiting {
  readonly tab: TestTab;
  readonly take: () => void;
}

export class TestBrowser {
  readonly #held = new Map<string, { readonly tab: TestTab; readonly stolen: () => void }>();
  readonly #queues = new Map<string, Waiting[]>();
  readonly #channels = new Map<string, Set<TestChannel>>();

  tab(): TestTab {
    return new TestTab(this);
  }

  request<T>(
    tab: TestTab,
    name: string,
    options: Parameters<LocksLike['request']>[1],
    held: (lock: unknown) => Promise<T>,
  ): Promise<T> {
    const { ifAvailable = false, steal = false, signal } = options;
    return new Promise<T>((resolve, reject) => {
      const take = () => {
        const mine = { tab, stolen: () => tab.later(() => reject(new DOMException('stolen', 'AbortError'))) };
        this.#held.set(name, mine);
        Promise.resolve()
          .then(() => held({ name }))
          .then(resolve, reject)
          .finally(() => {
            if (this.#held.get(name) === mine) this.#free(name);
          });
      };
      const holder = this.#held.get(name);
      if (holder && steal) holder.stolen();
      if (!holder || steal) return take();
      if (ifAvailable) return void held(null).then(resolve, reject);
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      const waiting = { tab, take };
      queue.push(waiting);
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
  }

  #free(name: string): void {
    this.#held.delete(name);
    this.#queues.get(name)?.shift()?.take();
  }

  killed(tab: TestTab): void {
    for (const queue of this.#queues.values())
      queue.splice(0, queue.length, ...queue.filter((waiting) => waiting.tab !== tab));
    for (const [name, holder] of [...this.#held]) if (holder.tab === tab) this.#free(name);
  }

  join(channel: TestChannel): void {
    const all = this.#channels.get(channel.name) ?? new Set();
    this.#channels.set(channel.name, all.add(channel));
  }

  leave(channel: TestChannel): void {
    this.#channels.get(channel.name)?.delete(channel);
  }

  post(from: TestChannel, message: unknown): void {
    const copy = structuredClone(message);
    for (const channel of this.#channels.get(from.name) ?? [])
      if (channel !== from)
        setTimeout(() => channel.receive(structuredClone(copy)), Math.random() < 0.3 ? 1 : 0);
  }
}

export class TestTab implements Tabs {
  alive = true;
  readonly #browser: TestBrowser;
  /** What happens to a tab that sleeps happens when it wakes up. */
  #asleep: (() => void)[] | undefined;

  constructor(browser: TestBrowser) {
    this.#browser = browser;
  }

  readonly locks: LocksLike = {
    request: (name, options, held) => this.#browser.request(this, name, options, held),
  };

  channel(name: string): ChannelLike {
    return new TestChannel(name, this, this.#browser);
  }

  sleep(): void {
    this.#asleep ??= [];
  }
  wake(): void {
    const due = this.#asleep ?? [];
    this.#asleep = undefined;
    for (const run of due) run();
  }
  later(run: () => void): void {
    if (this.#asleep) this.#asleep.push(run);
    else run();
  }

  kill(): void {
    this.alive = false;
    this.#browser.killed(this);
  }
}

class TestChannel implements ChannelLike {
  readonly #tab: TestTab;
  readonly #browser: TestBrowser;
  readonly #listeners = new Set<(event: MessageEvent) => void>();

  constructor(
    readonly name: string,
    tab: TestTab,
    browser: TestBrowser,
  ) {
    this.#tab = tab;
    this.#browser = browser;
    browser.join(this);
  }

  postMessage(message: unknown): void {
    if (this.#tab.alive) this.#browser.post(this, message);
  }
  receive(data: unknown): void {
    this.#tab.later(() => {
      if (!this.#tab.alive) return;
      for (const listener of [...this.#listeners]) listener({ data } as MessageEvent); // as much of one as is read
    });
  }
  addEventListener(_type: 'message', listener: (event: MessageEvent) => void): void {
    this.#listeners.add(listener);
  }
  removeEventListener(_type: 'message', listener: (event: MessageEvent) => void): void {
    this.#listeners.delete(listener);
  }
  close(): void {
    this.#browser.leave(this);
  }
}
