import type {
  AccountId,
  AccountRec,
  ClockRec,
  EpochMs,
  KeyArn,
  PrincipalArn,
  Region,
  ServiceName,
  SessionRec,
  Trace,
  TrailEvent,
  WorldRec,
} from '../../engine/index.ts';
import type {
  DueItem,
  KeyCard,
  KeyDetail,
  LabApi,
  PrincipalCard,
  TrailLine,
  WorldApi,
} from '../../client/index.ts';
import type { CallInput, Done } from './done.ts';
import { said } from './strings.ts';
import { Preferences } from './prefs.svelte.ts';

export type { CallInput, Done } from './done.ts';

/** The last call that a screen made, from the moment it leaves. */
export interface LastCall {
  readonly operation: string;
  readonly input: CallInput;
  readonly principal: PrincipalArn;
  /** Undefined while it is under way. */
  readonly done: Done | undefined;
}

/** By which service and way a call goes; KMS and none when absent. */
export interface CallWay extends Way {
  readonly service?: ServiceName | undefined;
}
/** Whence calls come, as far as policies may ask. Nothing of it: over the internet, from nowhere in particular. */
export interface Way {
  readonly mfa?: boolean | undefined;
  readonly sourceIp?: string | undefined;
  /** Id of a VPC endpoint of KMS. */
  readonly vpcEndpoint?: string | undefined;
}

/** What "what happened" shows: a trace, the trail event, or both. */
export interface Shown {
  readonly trace: Trace | undefined;
  readonly line: TrailLine | undefined;
}

export interface ClockFace {
  readonly at: EpochMs;
  readonly clock: ClockRec;
  readonly due: readonly DueItem[];
}

const pageSize = 50;
/** What the page of one key shows. */
const keyTables = [
  'key',
  'alias',
  'keyPolicy',
  'tag',
  'material',
  'usage',
  'rotation',
  'grant',
  'multiRegion',
  'keyStore',
  'backing',
  'externalKey',
] as const;
/** Regions that the switcher offers before one is typed: every Region of the partition exists (design.md §3). */
const firstRegion = 'us-east-1' as Region;

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/**
 * The world as the screens see it. Engine data is `$state.raw`: replaced, never proxied, so that it can be cloned and
 * compared. Everything is read again when the world says that its tables changed.
 */
export class LabState {
  readonly api: LabApi;
  /** The world that is open and kept. Another one after `adopt`: whatever belongs to one world is keyed by it. */
  world = $state.raw() as WorldApi; // set by the constructor
  readonly prefs = new Preferences();

  accounts = $state.raw<readonly AccountRec[]>([]);
  principals = $state.raw<readonly PrincipalCard[]>([]);
  /** Sessions that AssumeRole made: whoever has one may act as it while it lasts. */
  sessions = $state.raw<readonly SessionRec[]>([]);
  settings = $state.raw<WorldRec | undefined>();
  #principal = $state.raw<PrincipalArn | undefined>();
  #region = $state.raw<Region>(firstRegion);

  keys = $state.raw<readonly KeyCard[]>([]);
  /** There are more keys than `keys` holds. */
  moreKeys = $state.raw<string | undefined>();
  keyArn = $state.raw<KeyArn | undefined>();
  /** `gone`: there is no such key (any more). */
  key = $state.raw<KeyDetail | 'gone' | undefined>();

  trail = $state.raw<readonly TrailLine[]>([]);
  moreTrail = $state.raw(false);
  clock = $state.raw<ClockFace | undefined>();
  lastCall = $state.raw<LastCall | undefined>();
  shown = $state.raw<Shown | undefined>();

  /** A failure of ours that is not tied to one control: reading the world, writing the disk. */
  fault = $state.raw<string | undefined>();
  ready = $state.raw(false);
  /** The sentence of the live region; `n` makes the same sentence be said again. */
  spoken = $state.raw<{ readonly text: string; readonly n: number }>({ text: '', n: 0 });

  #dirty = new Set<string>();
  #refreshing: Promise<void> | undefined;
  #unsubscribe: () => void;

  constructor(api: LabApi) {
    this.api = api;
    this.world = api.main;
    this.#unsubscribe = this.#follow();
  }

  #follow(): () => void {
    return this.world.subscribe((event) => {
      if (event.kind === 'committed') this.#touch(event.tables);
      else if (event.kind === 'storageFailed') {
        this.fault = event.message;
        this.#touch(['key', 'alias', 'clock', 'keyPolicy']);
      }
    });
  }

  /** Another world is open now: everything that was read of the last one is forgotten, and read of this one. */
  async adopt(world: WorldApi): Promise<void> {
    this.#unsubscribe();
    this.world = world;
    this.ready = false;
    this.keys = [];
    this.moreKeys = undefined;
    this.keyArn = undefined;
    this.key = undefined;
    this.trail = [];
    this.clock = undefined;
    this.way = {};
    this.lastCall = undefined;
    this.shown = undefined;
    this.fault = undefined;
    this.#unsubscribe = this.#follow();
    await this.start();
  }

  /** What another part of the page asks the lab's screen to open. The screen takes it and sets it back. */
  wish = $state.raw<'create' | 'call' | 'trace' | undefined>();
  /** With `call`: the operation that its form begins with. The form takes it and sets it back. */
  wishOperation = $state.raw<string | undefined>();

  /** Reads all that the first screen needs. */
  async start(): Promise<void> {
    try {
      [this.accounts, this.principals, this.sessions, this.settings] = await Promise.all([
        this.world.accounts(),
        this.world.principals(),
        this.world.sessions(),
        this.world.settings(),
      ]);
      this.#principal = this.#somebody(this.prefs.read('principal'));
      this.#region = (this.prefs.read('region') as Region | undefined) ?? firstRegion;
      await this.#readAll();
      this.ready = true;
    } catch (thrown) {
      this.fault = messageOf(thrown);
    }
  }

  /** Whom to act as: the one that was chosen, while there is such a one; else somebody who may do something. */
  #somebody(chosen: string | undefined): PrincipalArn | undefined {
    const kept =
      this.principals.find((p) => p.rec.arn === chosen)?.rec.arn ??
      this.sessions.find((s) => s.arn === chosen)?.arn;
    // The first principal with an identity policy, which is the administrator.
    return kept ?? (this.principals.find((p) => p.policies.length > 0) ?? this.principals[0])?.rec.arn;
  }

  get principal(): PrincipalArn | undefined {
    return this.#principal;
  }
  /** Acts as somebody else from now on. The open key stays open: asking for it from another account is a lesson. */
  set principal(arn: PrincipalArn | undefined) {
    const before = this.account;
    this.#principal = arn;
    if (arn) this.prefs.keep('principal', arn);
    if (this.account !== before) void this.#readKeys(pageSize);
    if (arn) this.say(said.actingAs(arn));
  }
  get region(): Region {
    return this.#region;
  }
  set region(region: Region) {
    if (region === this.#region) return;
    this.#region = region;
    // An endpoint stands in one Region.
    this.way = { ...this.way, vpcEndpoint: undefined };
    this.prefs.keep('region', region);
    this.keyArn = undefined;
    this.key = undefined;
    void this.#readKeys(pageSize);
    this.say(said.region(region));
  }
  /** The account of the chosen principal: its keys are listed. */
  get account(): AccountId | undefined {
    const chosen = this.#principal;
    const account = this.principals.find((p) => p.rec.arn === chosen)?.rec.account;
    // A session belongs to its role's account.
    return account ?? this.accounts.find((a) => a.account === chosen?.split(':')[4])?.account;
  }

  /** By what way everything is called that says nothing else. */
  way = $state.raw<Way>({});

  /** One call in the name of the chosen principal. Never throws: what went wrong is in the answer and in `lastCall`. */
  async call(operation: string, input: CallInput, group?: string, facts: CallWay = {}): Promise<Done> {
    const principal = this.#principal;
    if (!principal) return { kind: 'fault', message: said.nobody };
    this.lastCall = { operation, input, principal, done: undefined };
    let done: Done;
    try {
      const { vpcEndpoint, ...way } = this.way;
      const { service = 'kms' } = facts;
      const answer = await this.world.call({
        ...way,
        // An endpoint is KMS's: no other service is reached through it.
        ...(service === 'kms' ? { vpcEndpoint } : {}),
        ...facts,
        operation,
        input,
        principal,
        region: this.#region,
        group,
      });
      done = answer.result.ok
        ? { kind: 'ok', output: answer.result.output, answer }
        : { kind: 'refused', refusal: answer.result.refusal, answer };
      this.shown = { trace: answer.trace, line: undefined };
    } catch (thrown) {
      done = { kind: 'fault', message: messageOf(thrown) };
    }
    this.lastCall = { operation, input, principal, done };
    this.say(said.done(operation, done));
    await this.settled();
    return done;
  }

  /** Moves the virtual clock; answers what happened on the way. */
  async advance(
    by:
      | { readonly days?: number; readonly hours?: number; readonly seconds?: number }
      | { readonly to: number }
      | { readonly next: 'due' },
  ): Promise<readonly TrailEvent[] | undefined> {
    try {
      const { now, happened } = await this.world.advance(by);
      this.say(said.advanced(now, happened.length));
      this.#touch(['clock', 'key', 'alias']);
      await this.settled();
      return happened;
    } catch (thrown) {
      this.fault = messageOf(thrown);
      return undefined;
    }
  }

  selectKey(arn: KeyArn | undefined): void {
    if (arn === this.keyArn && this.key !== undefined) return;
    this.keyArn = arn;
    this.key = undefined;
    void this.#readKey();
  }

  /** Opens an event in "what happened", with its trace when that is still kept. */
  async showLine(line: TrailLine): Promise<void> {
    this.shown = { trace: undefined, line };
    if (!line.trace) return;
    const trace = await this.world.trace(line.trace);
    if (this.shown.line === line) this.shown = { trace, line };
  }

  async loadMoreKeys(): Promise<void> {
    const { account, moreKeys } = this;
    if (!account || moreKeys === undefined) return;
    const page = await this.world.keys({ account, region: this.#region, after: moreKeys, n: pageSize });
    this.keys = [...this.keys, ...page.items];
    this.moreKeys = page.next;
  }

  async loadMoreTrail(): Promise<void> {
    const last = this.trail.at(-1);
    if (!last) return;
    const lines = await this.world.trail({ before: last.seq, n: pageSize });
    this.trail = [...this.trail, ...lines];
    this.moreTrail = lines.length >= pageSize;
  }

  /** Says one sentence in the polite live region. */
  say(text: string): void {
    this.spoken = { text, n: this.spoken.n + 1 };
  }

  /** The name that a person knows a key by: its first alias, when the list has it. */
  aliasOf(arn: string): string | undefined {
    const open = this.key !== 'gone' && this.key?.rec.arn === arn ? this.key : undefined;
    return (open ?? this.keys.find((k) => k.rec.arn === arn))?.aliases[0];
  }

  /** Resolves when what is shown is what the world holds. */
  async settled(): Promise<void> {
    while (this.#refreshing) await this.#refreshing;
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Notes what changed and reads it again once, however many calls of one burst changed it. */
  #touch(tables: readonly string[]): void {
    for (const table of tables) this.#dirty.add(table);
    this.#refreshing ??= this.#refresh();
  }

  async #refresh(): Promise<void> {
    await Promise.resolve();
    try {
      // What becomes dirty while we read is read in the next round.
      do {
        const dirty = this.#dirty;
        this.#dirty = new Set();
        const any = (...tables: readonly string[]) => tables.some((t) => dirty.has(t));
        const reads: Promise<void>[] = [
          this.#readTrail(Math.max(pageSize, this.trail.length)),
          this.#readClock(),
        ];
        if (any('key', 'alias')) reads.push(this.#readKeys(Math.max(pageSize, this.keys.length)));
        if (any(...keyTables)) reads.push(this.#readKey());
        if (any('account', 'principal', 'identityPolicy', 'session')) reads.push(this.#readPrincipals());
        if (any('world')) reads.push(this.#readSettings());
        await Promise.all(reads);
      } while (this.#dirty.size > 0);
    } catch (thrown) {
      this.fault = messageOf(thrown);
    } finally {
      this.#refreshing = undefined;
    }
  }

  async #readAll(): Promise<void> {
    await Promise.all([this.#readKeys(pageSize), this.#readTrail(pageSize), this.#readClock()]);
  }
  async #readKeys(n: number): Promise<void> {
    const account = this.account;
    if (!account) return;
    const region = this.#region;
    const page = await this.world.keys({ account, region, n });
    // A slow answer for a place that is no longer chosen is dropped.
    if (account !== this.account || region !== this.#region) return;
    this.keys = page.items;
    this.moreKeys = page.next;
    // An empty key page beside a list of keys says nothing.
    if (this.keyArn === undefined) this.selectKey(page.items[0]?.rec.arn);
  }
  async #readKey(): Promise<void> {
    const arn = this.keyArn;
    if (!arn) return;
    try {
      const detail = await this.world.key(arn);
      if (arn === this.keyArn) this.key = detail ?? 'gone';
    } catch (thrown) {
      this.fault = messageOf(thrown);
    }
  }
  async #readTrail(n: number): Promise<void> {
    const lines = await this.world.trail({ n });
    this.trail = lines;
    this.moreTrail = lines.length >= n;
  }
  async #readClock(): Promise<void> {
    this.clock = await this.world.now();
  }
  async #readPrincipals(): Promise<void> {
    [this.accounts, this.principals, this.sessions] = await Promise.all([
      this.world.accounts(),
      this.world.principals(),
      this.world.sessions(),
    ]);
    // Whoever was chosen may have been deleted, or undone.
    const now = this.#somebody(this.#principal);
    if (now !== this.#principal) this.principal = now;
  }
  async #readSettings(): Promise<void> {
    this.settings = await this.world.settings();
  }
}
