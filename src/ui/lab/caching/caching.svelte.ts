import {
  loadAround,
  loadCaching,
  type Around,
  type Caching,
  type CachingPlace,
  type CachingRun,
  type CachingSetting,
} from '../../../client/index.ts';
import type { KeyArn, TrailEvent } from '../../../engine/index.ts';
import type { LabState } from '../../state/lab.svelte.ts';
import { keptPrices } from '../bill/keptPrices.ts';
import { monthFrom, monthSeconds } from '../bill/putsIf.ts';

/** The form: whole numbers. */
export interface Wishes {
  messages: number;
  bytes: number;
  contexts: number;
  seconds: number;
  maxAgeSeconds: number;
  maxMessages: number;
  maxBytes: number;
  capacity: number;
  disable: boolean;
}
export type WishName = Exclude<keyof Wishes, 'disable'>;

/** OURS: what a page shows in a moment, and a strip on a phone can still tell apart. */
export const bounds: Readonly<Record<WishName, readonly [least: number, most: number]>> = {
  messages: [1, 300],
  bytes: [0, 65_536],
  contexts: [1, 8],
  seconds: [0, 86_400],
  maxAgeSeconds: [1, 86_400],
  maxMessages: [1, 4_294_967_296],
  maxBytes: [1, Number.MAX_SAFE_INTEGER],
  capacity: [1, 1000],
};

export interface Side {
  readonly run: CachingRun;
  readonly generate: number;
  readonly decrypt: number;
  readonly exposure: ReturnType<Caching['exposureOf']>;
  /** USD for a month at this pace, requests only. */
  readonly month: number;
}
export interface Shown {
  readonly setting: CachingSetting;
  readonly without: Side;
  readonly cached: Side;
  /** Of the model, with the same limits. */
  readonly model: { readonly generate: number; readonly decrypt: number };
}

/** What the screen of cached data keys asks for and what came of it. */
export class CachingState {
  wishes = $state<Wishes>({
    messages: 60,
    bytes: 1024,
    contexts: 2,
    seconds: 60,
    maxAgeSeconds: 300,
    maxMessages: 20,
    maxBytes: 1_048_576,
    capacity: 10,
    disable: false,
  });
  /** Undefined: one that is made for the run. */
  key = $state<KeyArn | undefined>();
  /** From 0 to 1 while it runs. */
  progress = $state<number | undefined>();
  shown = $state.raw<Shown | undefined>();
  /** KMS refused to let it begin, or the world is gone. */
  refused = $state.raw<string | undefined>();
  readonly #lab: LabState;

  constructor(lab: LabState) {
    this.#lab = lab;
  }

  /** Fields whose number is none that can be run. */
  get wrong(): readonly WishName[] {
    return (Object.keys(bounds) as WishName[]).filter((name) => {
      const value = this.wishes[name];
      const [least, most] = bounds[name];
      return !Number.isSafeInteger(value) || value < least || value > most;
    });
  }

  get setting(): CachingSetting {
    const { messages, bytes, contexts, seconds, disable, ...limits } = this.wishes;
    const { maxAgeSeconds, maxMessages, maxBytes, capacity } = limits;
    return {
      messages,
      bytes,
      contexts,
      seconds,
      limits: { maxAgeSeconds, maxMessages, maxBytes, capacity },
      disabledBefore: disable ? Math.floor(messages / 2) + 1 : undefined,
    };
  }

  async run(): Promise<void> {
    const { account, region, principal, world } = this.#lab;
    if (this.progress !== undefined || this.wrong.length > 0 || !account || !principal) return;
    this.progress = 0;
    this.refused = undefined;
    try {
      const [caching, around] = await Promise.all([loadCaching(), loadAround()]);
      const { setting } = this;
      const place: CachingPlace = { account, region, principal, key: this.key };
      const step = (part: number) => (done: number, total: number) => {
        this.progress = (part + done / total) / 3;
      };
      const bare = { ...setting, limits: undefined };
      const without = await caching.runCaching(world, 'sdk', place, bare, step(0));
      const cached = await caching.runCaching(world, 'sdk', place, setting, step(1));
      const model = await caching.runCaching(world, 'model', place, setting, step(2));
      const side = (run: CachingRun): Side => ({
        run,
        generate: caching.requestsOf(run, 'GenerateDataKey'),
        decrypt: caching.requestsOf(run, 'Decrypt'),
        exposure: caching.exposureOf(run, setting),
        month: monthOf(around, run.events, setting.seconds),
      });
      this.shown = {
        setting,
        without: side(without),
        cached: side(cached),
        model: {
          generate: caching.requestsOf(model, 'GenerateDataKey'),
          decrypt: caching.requestsOf(model, 'Decrypt'),
        },
      };
    } catch (thrown) {
      this.shown = undefined;
      this.refused = thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      this.progress = undefined;
    }
  }
}

/** Priced as the bill does, as if it went on like this for a month. */
function monthOf(around: Around, events: readonly TrailEvent[], seconds: number): number {
  const times = monthSeconds / Math.max(1, seconds);
  const uses = around
    .usesOf(events, [])
    .map((use) => ({ ...use, n: Math.round(use.n * times), at: monthFrom }));
  const prices = keptPrices(around.listPrices);
  return around.billOf({ uses, keys: [] }, prices, monthFrom, monthFrom + monthSeconds * 1000).total;
}
