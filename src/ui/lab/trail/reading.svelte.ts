import { loadAround, type Around, type TrailLine, type WorldApi } from '../../../client/index.ts';
import type { AccountId, CloudTrailRec, Region, TrailEvent } from '../../../engine/index.ts';
import type { LabState } from '../../state/lab.svelte.ts';

type Index = InstanceType<Around['TrailIndex']>;
type KeyFact = Parameters<Around['keyLives']>[0][number];
type HsmCluster = NonNullable<Parameters<Around['billOf']>[0]['clusters']>[number];

/** Newest events that are asked for when something happened: more than one step leaves. */
const page = 100;

/** The whole trail of the open world with its readers, kept up to date while a screen looks at it. */
export class TrailReading {
  around = $state.raw<Around | undefined>();
  /** Oldest first: the places of the index. */
  lines = $state.raw<readonly TrailLine[]>([]);
  keys = $state.raw<readonly KeyFact[]>([]);
  /** Of CloudHSM key stores: what stands behind them costs too. */
  clusters = $state.raw<readonly HsmCluster[]>([]);
  /** Of all accounts and Regions. */
  trails = $state.raw<readonly CloudTrailRec[]>([]);
  now = $state(0);
  ready = $state(false);
  /** How often it was read: whoever reads more of the world follows this. */
  times = $state(0);
  readonly #world: WorldApi;
  readonly #lab: LabState;
  readonly #stop: () => void;
  #index: Index | undefined;
  /** The places whose keys were read, as they are. */
  #keysOf: string | undefined;
  #isReading = false;
  #isOpen = true;
  #again = false;

  constructor(lab: LabState) {
    this.#lab = lab;
    this.#world = lab.world;
    this.#stop = this.#world.subscribe((event) => {
      if (event.kind !== 'committed') return;
      if (event.tables.includes('key')) this.#keysOf = undefined;
      this.read();
    });
    this.read();
  }

  close(): void {
    this.#isOpen = false;
    this.#stop();
  }

  get events(): readonly TrailEvent[] {
    return this.lines.map(({ event }) => event);
  }

  /** Made when a screen first looks something up; what comes later is added. */
  get index(): Index | undefined {
    const { around, lines } = this;
    if (!around) return undefined;
    this.#index ??= new around.TrailIndex();
    this.#index.add(lines.slice(this.#index.size).map(({ event }) => event));
    return this.#index;
  }

  /** Reads what is new; once more when something happened meanwhile. */
  read(): void {
    this.#again = true;
    if (this.#isReading) return;
    this.#isReading = true;
    this.#readAll()
      .catch((thrown: unknown) => {
        // A world that was closed under the screen is no fault.
        if (this.#isOpen) this.#lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
      })
      .finally(() => (this.#isReading = false));
  }

  async #readAll(): Promise<void> {
    const around = await loadAround();
    while (this.#again && this.#isOpen) {
      this.#again = false;
      const newest = await this.#world.trail({ n: page });
      const last = this.lines.at(-1)?.event.eventID;
      const known = newest.findIndex(({ event }) => event.eventID === last);
      const { at } = await this.#world.now();
      if (known >= 0) {
        const fresh = newest.slice(0, known).toReversed();
        if (fresh.length > 0) this.lines = [...this.lines, ...fresh];
      } else {
        // The first time, after an undo, or after very much: from the beginning.
        const lines = (await this.#world.trail({ n: Infinity })).toReversed();
        this.#index = undefined;
        this.lines = lines;
      }
      this.now = at;
      this.trails = (await this.#world.watchers()).trails;
      await this.#readKeys(around);
      this.clusters = await this.#readClusters();
      this.around = around;
      this.ready = true;
      this.times += 1;
    }
  }

  /** Where the trail has been, and where the lab looks. */
  #places(): readonly { readonly account: AccountId; readonly region: Region }[] {
    const regions = new Set<string>([this.#lab.region, ...this.lines.map(({ event }) => event.awsRegion)]);
    return this.#lab.accounts.flatMap(({ account }) =>
      [...regions].map((region) => ({ account, region: region as Region })),
    );
  }

  /** All keys, and again only where one has changed: there may be very many. */
  async #readKeys(around: Around): Promise<void> {
    const places = this.#places();
    const where = places.map(({ account, region }) => `${account} ${region}`).join();
    if (this.#keysOf === where) return;
    this.#keysOf = where;
    this.keys = await around.keyFacts(this.#world, places);
  }

  async #readClusters(): Promise<readonly HsmCluster[]> {
    const stores = await Promise.all(this.#places().map((place) => this.#world.keyStores(place)));
    return stores
      .flat()
      .filter(({ type }) => type === 'AWS_CLOUDHSM')
      .map(({ id, account, region, created, backing }) => ({
        store: id,
        account,
        region,
        hsms: backing.activeHsms,
        from: created,
      }));
  }
}
