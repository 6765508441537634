import { take } from '../client/index.ts';

/*
 * A fleet of clients that has jobs to do, each of which needs one Decrypt, against the request quota of one account and
 * Region, in virtual time. The bucket is the engine's own `take`; nothing else of a call is executed, which is what makes
 * twenty thousand calls a second cheap. A test holds it against the whole engine, call by call.
 *
 * Jobs arrive evenly, on whole milliseconds as the engine's clock has them, and go round the clients. A refused attempt is
 * tried again as the setting says; a job that has no attempt left is lost. Everything is an event with a time; ties keep
 * the order in which they came to be.
 */

export type Retry = 'none' | 'atOnce' | 'backOff' | 'fullJitter';

/** How the fleet asks and what it asks of. */
export interface FleetRules {
  /** Requests a second that the bucket holds and is refilled with. */
  readonly quota: number;
  readonly retry: Retry;
  /** Attempts of one job, the first included. */
  readonly attempts: number;
  /** The data key of an answer serves the client's next jobs: so many uses, so many seconds. */
  readonly dataKeyCache: { readonly uses: number; readonly seconds: number } | undefined;
  /** The jobs reach KMS through S3, which keeps a bucket-level key for each requester. */
  readonly bucketKeys: boolean;
}
/** From the start of this sample on other rules hold. What was on its way stays on its way. */
export interface FleetTurn extends FleetRules {
  /** From 1; at 0 they would be the setting's own. */
  readonly sample: number;
}

export interface FleetSetting extends FleetRules {
  readonly clients: number;
  /** Jobs per second of virtual time, of the whole fleet. */
  readonly jobsPerSecond: number;
  /** How long jobs arrive. */
  readonly loadSeconds: number;
  /** How long one looks; what waits then has not come back. */
  readonly seconds: number;
  readonly seed: number;
  /** A fork of another fleet: the same until then, other rules from there on. */
  readonly turn?: FleetTurn | undefined;
}

/** The rules that hold in a sample. */
export const rulesAt = ({ turn, ...setting }: FleetSetting, sample: number): FleetRules =>
  turn && sample >= turn.sample ? turn : setting;

/** OURS: how long the SDK takes to learn of a refusal and to ask again without a wait. */
export const roundTripMs = 10;
/** OURS: figures of the exponential wait; AWS's SDKs have their own, which differ by language and mode. */
export const backOff = { baseMs: 250, capMs: 20_000 } as const;
/** OURS: AWS calls the bucket-level key short-lived and says no more (services.json, s3.bucketKey). */
export const bucketKeySeconds = 60;

/** One sample of the course: what happened since the last one, and how things stood at its end. */
export const sampleMs = 100;
export type Count = 'sent' | 'served' | 'throttled' | 'local' | 'lost';
/** How a client looks from outside. */
export const clientStates = { idle: 0, served: 1, waiting: 2, refused: 3 } as const;

export interface FleetCourse {
  readonly setting: FleetSetting;
  /** Samples that are complete. */
  readonly samples: number;
  readonly totalSamples: number;
  readonly counts: Readonly<Record<Count, Uint32Array>>;
  /** Jobs between two attempts, at the end of each sample. */
  readonly waiting: Uint32Array;
  /** What the bucket held at the end of each sample. */
  readonly left: Float64Array;
  /** `clients` bytes a sample: one of `clientStates`. */
  readonly states: Uint8Array;
}

/** What one attempt was answered, for whoever wants to compare. */
export type OnAttempt = (at: number, client: number, attempt: number, served: boolean) => void;

/** Small and seeded: a run is the same again wherever it runs (mulberry32). */
export function dice(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Whole milliseconds until the attempt after the `attempt`-th; `draw` is asked only for jitter. */
export function waitAfter(attempt: number, retry: Retry, draw: () => number): number {
  const cap = Math.min(backOff.capMs, backOff.baseMs * 2 ** (attempt - 1));
  switch (retry) {
    case 'none':
    case 'atOnce':
      return roundTripMs;
    case 'backOff':
      return cap;
    case 'fullJitter':
      return Math.round(draw() * cap);
  }
}

/** Which attempt of whose: both in one number. */
const packed = (client: number, attempt: number): number => client * 128 + attempt;

const none = -1;
/**
 * Attempts to come, soonest first, in the order of time, then of arrival: a list for each millisecond, on typed arrays, so
 * that millions of attempts cost the same each. What would come after the end is not kept. Every index is within its array,
 * so the casts of what is read there hold.
 */
class Attempts {
  readonly #end: number;
  /** First and last node of each millisecond. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  #next = new Int32Array(1024);
  #what = new Int32Array(1024);
  /** Nodes that are in use no more, as a list; beyond `#used` all are fresh. */
  #free = none;
  #used = 0;
  /** No attempt is before this millisecond. */
  #soonest: number;

  constructor(end: number) {
    this.#end = end;
    this.#soonest = end;
    this.#first = new Int32Array(end).fill(none);
    this.#last = new Int32Array(end).fill(none);
  }
  /** When the first one comes; after the end when there is none. */
  get time(): number {
    while (this.#soonest < this.#end && this.#first[this.#soonest] === none) this.#soonest += 1;
    return this.#soonest < this.#end ? this.#soonest : Number.POSITIVE_INFINITY;
  }
  push(at: number, what: number): void {
    if (at >= this.#end) return;
    let node = this.#free;
    if (node === none) {
      node = this.#used++;
      if (node === this.#next.length) this.#grow();
    } else this.#free = this.#next[node] as number;
    this.#next[node] = none;
    this.#what[node] = what;
    const last = this.#last[at] as number;
    if (last === none) this.#first[at] = node;
    else this.#next[last] = node;
    this.#last[at] = node;
    if (at < this.#soonest) this.#soonest = at;
  }
  /** Takes the first one. Ask for its time before. */
  pop(): number {
    const at = this.#soonest;
    const node = this.#first[at] as number;
    const next = this.#next[node] as number;
    this.#first[at] = next;
    if (next === none) this.#last[at] = none;
    this.#next[node] = this.#free;
    this.#free = node;
    return this.#what[node] as number;
  }
  #grow(): void {
    const [next, what] = [new Int32Array(this.#next.length * 2), new Int32Array(this.#what.length * 2)];
    next.set(this.#next);
    what.set(this.#what);
    [this.#next, this.#what] = [next, what];
  }
}

type TakeAt = Parameters<typeof take>[2];

/** The course of one fleet, computed as far as it is asked for: a page can do it in slices. */
export class Fleet {
  readonly setting: FleetSetting;
  readonly totalSamples: number;
  samples = 0;
  readonly counts: Record<Count, Uint32Array>;
  readonly waiting: Uint32Array;
  readonly left: Float64Array;
  readonly states: Uint8Array;

  readonly #onAttempt: OnAttempt | undefined;
  readonly #retries: Attempts;
  readonly #draw: () => number;
  #rules: FleetRules;
  #level: Parameters<typeof take>[0];
  #job = 0;
  readonly #jobs: number;
  #waitingNow = 0;
  readonly #waitingOf: Int32Array;
  readonly #last: Uint8Array;
  readonly #usesLeft: Float64Array;
  readonly #fresh: Float64Array;

  constructor(setting: FleetSetting, onAttempt?: OnAttempt) {
    check(setting);
    this.setting = setting;
    this.#rules = setting;
    this.#onAttempt = onAttempt;
    this.#retries = new Attempts(setting.seconds * 1000);
    const n = Math.round((setting.seconds * 1000) / sampleMs);
    this.totalSamples = n;
    const counts = () => new Uint32Array(n);
    this.counts = { sent: counts(), served: counts(), throttled: counts(), local: counts(), lost: counts() };
    this.waiting = new Uint32Array(n);
    this.left = new Float64Array(n);
    this.states = new Uint8Array(n * setting.clients);
    this.#draw = dice(setting.seed);
    this.#jobs = Math.round(setting.jobsPerSecond * setting.loadSeconds);
    this.#waitingOf = new Int32Array(setting.clients);
    this.#last = new Uint8Array(setting.clients);
    this.#usesLeft = new Float64Array(setting.clients);
    this.#fresh = new Float64Array(setting.clients);
  }

  get done(): boolean {
    return this.samples >= this.totalSamples;
  }

  /** Computes the next `n` samples. */
  run(n: number): void {
    const until = Math.min(this.totalSamples, this.samples + n);
    while (this.samples < until) this.#sample();
  }

  #sample(): void {
    const at = this.samples;
    const { turn } = this.setting;
    if (turn?.sample === at) this.#turnTo(turn);
    const end = (at + 1) * sampleMs;
    const retries = this.#retries;
    const { jobsPerSecond, clients } = this.setting;
    for (;;) {
      const arrival =
        this.#job < this.#jobs ? Math.floor((this.#job * 1000) / jobsPerSecond) : Number.POSITIVE_INFINITY;
      const retry = retries.time;
      if (arrival >= end && retry >= end) break;
      if (arrival <= retry) {
        this.#arrive(arrival, this.#job % clients, at);
        this.#job += 1;
      } else {
        const what = retries.pop();
        const client = what >> 7;
        const attempt = what & 127;
        this.#waitingNow -= 1;
        this.#waitingOf[client] = (this.#waitingOf[client] ?? 0) - 1;
        this.#ask(retry, client, attempt, at);
      }
    }
    this.waiting[at] = this.#waitingNow;
    // What it held at the end of the sample: asked for nothing, the bucket only refills.
    this.left[at] = take(this.#level, this.#rules.quota, end as TakeAt, 0).level.tokens;
    for (let client = 0, to = at * clients; client < clients; client += 1)
      this.states[to + client] =
        (this.#waitingOf[client] ?? 0) > 0 ? clientStates.waiting : (this.#last[client] ?? 0);
    this.samples += 1;
  }

  /** Until now the bucket was refilled by the old quota. A cache that is set up now is empty; one that stays keeps its keys. */
  #turnTo(rules: FleetTurn): void {
    const was = this.#rules;
    this.#level = take(this.#level, was.quota, (rules.sample * sampleMs) as TakeAt, 0).level;
    this.#rules = rules;
    const isSameCache =
      was.bucketKeys === rules.bucketKeys &&
      was.dataKeyCache?.uses === rules.dataKeyCache?.uses &&
      was.dataKeyCache?.seconds === rules.dataKeyCache?.seconds;
    if (!isSameCache) this.#usesLeft.fill(0);
  }

  #arrive(time: number, client: number, sample: number): void {
    if (time < (this.#fresh[client] ?? 0) && (this.#usesLeft[client] ?? 0) > 0) {
      this.#usesLeft[client] = (this.#usesLeft[client] ?? 0) - 1;
      this.#add('local', sample);
      this.#last[client] = clientStates.served;
      return;
    }
    this.#ask(time, client, 1, sample);
  }

  #ask(time: number, client: number, attempt: number, sample: number): void {
    const { quota, attempts, retry } = this.#rules;
    // Whole virtual milliseconds, as the engine's clock has them.
    const { served, level } = take(this.#level, quota, time as TakeAt, 1);
    this.#level = level;
    this.#add('sent', sample);
    this.#onAttempt?.(time, client, attempt, served);
    if (served) {
      this.#add('served', sample);
      this.#last[client] = clientStates.served;
      this.#remember(time, client);
      return;
    }
    this.#add('throttled', sample);
    if (retry === 'none' || attempt >= attempts) {
      this.#add('lost', sample);
      this.#last[client] = clientStates.refused;
      return;
    }
    this.#retries.push(time + waitAfter(attempt, retry, this.#draw), packed(client, attempt + 1));
    this.#waitingNow += 1;
    this.#waitingOf[client] = (this.#waitingOf[client] ?? 0) + 1;
  }

  /** An answer may serve more than the job that asked for it. */
  #remember(time: number, client: number): void {
    const { dataKeyCache, bucketKeys } = this.#rules;
    if (bucketKeys) {
      this.#usesLeft[client] = Number.POSITIVE_INFINITY;
      this.#fresh[client] = time + bucketKeySeconds * 1000;
    } else if (dataKeyCache) {
      this.#usesLeft[client] = dataKeyCache.uses - 1;
      this.#fresh[client] = time + dataKeyCache.seconds * 1000;
    }
  }

  #add(count: Count, sample: number): void {
    const of = this.counts[count];
    of[sample] = (of[sample] ?? 0) + 1;
  }
}

function check({ clients, jobsPerSecond, loadSeconds, seconds, quota, attempts, turn }: FleetSetting): void {
  const whole = (name: string, value: number, least: number, most: number) => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`"${name}" expected a whole number from ${least} to ${most}, got ${value}`);
  };
  whole('clients', clients, 1, 20_000);
  whole('jobsPerSecond', jobsPerSecond, 1, 20_000);
  whole('seconds', seconds, 1, 600);
  whole('loadSeconds', loadSeconds, 1, seconds);
  const rules = (name: string, of: { readonly quota: number; readonly attempts: number }) => {
    whole(`${name}attempts`, of.attempts, 1, 100);
    if (!(of.quota > 0 && Number.isFinite(of.quota)))
      throw new RangeError(`"${name}quota" expected a number above 0, got ${of.quota}`);
  };
  rules('', { quota, attempts });
  if (turn) {
    rules('turn.', turn);
    whole('turn.sample', turn.sample, 1, Math.round((seconds * 1000) / sampleMs) - 1);
  }
}

/** The whole course at once. */
export function fleetCourse(setting: FleetSetting, onAttempt?: OnAttempt): FleetCourse {
  const fleet = new Fleet(setting, onAttempt);
  fleet.run(fleet.totalSamples);
  return fleet;
}

/** Sum of a count from one sample to another, the last one not included. */
export function sum(of: Uint32Array, from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at += 1) total += of[at] ?? 0;
  return total;
}
