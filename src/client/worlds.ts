import type { StoreLoss, WorldRow, WorldStore } from '../store/index.ts';
import type {
  Comparison,
  ExportFile,
  ExportJobOptions,
  Genesis,
  ImportOptions,
  ImportReport,
  Kept,
  LabApi,
  LabEvent,
  LinkReport,
  StorageReport,
  TemplateId,
  TemplateInfo,
  WorldApi,
  WorldInfo,
} from './api.ts';
import { freshName } from './draws.ts';
import { fileName } from './files/plain.ts';
import type { ReadWorld } from './files/read.ts';
import { GenesisError } from './genesis.ts';
import { Listeners } from './listeners.ts';
import { memoryStore, type Places } from './places.ts';
import { storageReport } from './storage.ts';
import { Job } from './stored/job.ts';
import type { SharedWorld } from './tabs/sharedWorld.ts';
import { Peers } from './tabs/peers.ts';
import type { Tabs } from './tabs/surroundings.ts';
import { templateIdOf } from './templates/ids.ts';
import type { Surroundings } from './step.ts';
import { World } from './world.ts';
import { goodName, newRow, rowOf } from './worldRows.ts';
import { drop, openShared, purge, type LabParts } from './worldStores.ts';

// What few sittings need is loaded when it is first asked for: the first call does not wait for it.
const forFiles = () => import('./files/read.ts');
const forExport = () => import('./files/stream.ts');
const forCopies = () => import('./stored/copy.ts');
const forComparing = () => import('./stored/compare.ts');
const forLinks = () => import('./link/format.ts');
const forReplay = () => import('./link/replay.ts');
const forTemplates = () => import('./templates/index.ts');

/** The worlds of this browser, one of them open. */
export class WorldsLab implements LabApi {
  readonly #places: Places;
  readonly #tabs: Tabs | undefined;
  readonly #surroundings: Surroundings;
  readonly #why: string | undefined;
  readonly #first: LabParts['first'];
  readonly #listeners = new Listeners<LabEvent>();
  readonly #peers: Peers | undefined;
  readonly #jobs = new Map<string, Job>();
  #main: SharedWorld;
  #sandboxes = 0;

  private constructor(parts: LabParts, main: SharedWorld) {
    this.#places = parts.places;
    this.#tabs = parts.tabs;
    this.#surroundings = parts.surroundings;
    this.#why = parts.why;
    this.#first = parts.first;
    this.#main = main;
    // Other tabs change the list too.
    this.#peers = parts.tabs && new Peers(parts.tabs.channel(`${parts.first.database} worlds`), freshName());
    this.#peers?.hear(() => this.#listeners.tell({ kind: 'worlds' }));
  }

  static async open(parts: LabParts): Promise<WorldsLab> {
    const { places, first } = parts;
    const rows = await places.registry.list();
    await purge(rows, parts);
    const alive = rows.filter(({ deleted, making }) => deleted === undefined && !making);
    const [last] = alive.toSorted((a, b) => b.lastOpened - a.lastOpened);
    const row =
      last ??
      rowOf(first.id, first.database, {
        name: 'My world',
        seed: first.genesis?.seed,
        now: first.genesis?.now,
      });
    // The world does not know the lab yet, and the lab not without its world.
    const made: { lab?: WorldsLab } = {};
    const hooks = { kept: () => made.lab?.keptChanged(), lost: (loss: StoreLoss) => made.lab?.lost(loss) };
    const main = await openShared(row, parts, hooks, last ? undefined : first.genesis);
    await places.registry.put({ ...row, lastOpened: Date.now() });
    return (made.lab = new WorldsLab(parts, main));
  }

  get main(): SharedWorld {
    return this.#main;
  }

  get kept(): Kept {
    const { where, why } = this.#main.kept;
    return { where, ...(why === undefined ? {} : { why }) };
  }

  keptChanged(): void {
    this.#listeners.tell({ kind: 'kept', kept: this.kept });
  }

  lost({ kind, message }: StoreLoss): void {
    // A connection that ended is made again by whatever needs it next; who was replaced follows the new writer.
    if (kind === 'ended' || kind === 'claimed') return;
    this.#listeners.tell({ kind: 'outdated' });
    void this.#main.leaveStore(message).catch(() => undefined);
  }

  async sandbox(genesis: Genesis): Promise<World> {
    this.#sandboxes += 1;
    return World.open(memoryStore(genesis), {
      ...this.#surroundings,
      id: `sandbox-${this.#sandboxes}`,
      genesis,
    });
  }

  // --- the list ------------------------------------------------------------------------------------------------------

  async worlds(): Promise<readonly WorldInfo[]> {
    const rows = await this.#places.registry.list();
    return rows
      .filter(({ making }) => !making)
      .toSorted((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1))
      .map((row) => this.#about(row));
  }

  #about({ id, name, template, created, lastOpened, deleted }: WorldRow): WorldInfo {
    const where = id === this.#main.id ? this.kept.where : this.#places.where;
    const known = templateIdOf(template);
    return { id, name, template: known, created, lastOpened, where, open: id === this.#main.id, deleted };
  }

  async templates(): Promise<readonly TemplateInfo[]> {
    const { templates } = await forTemplates();
    return templates.map(({ id, genesis, calls }) => ({
      id,
      accounts: genesis.accounts?.length ?? 0,
      calls: calls.length,
    }));
  }

  async #row(id: string): Promise<WorldRow> {
    const row = (await this.#places.registry.list()).find((one) => one.id === id);
    if (!row) throw new RangeError(`There is no world "${id}".`);
    return row;
  }

  async #put(row: WorldRow): Promise<WorldInfo> {
    await this.#places.registry.put(row);
    this.#listChanged();
    return this.#about(row);
  }

  #listChanged(): void {
    this.#listeners.tell({ kind: 'worlds' });
    this.#peers?.tell('*', { kind: 'worlds' });
  }

  /** Makes a world in a store of its own, or leaves nothing. */
  #make(row: WorldRow, genesis: Genesis, work: (world: World) => Promise<void>): Promise<WorldInfo> {
    return this.#begin(row, this.#places.fresh(row, genesis), async (store) => {
      const world = await World.open(store, { ...this.#surroundings, id: row.id, genesis });
      await work(world).finally(() => world.close());
    });
  }

  /** A world that is in the list when `work` is done with its store, and nowhere when that fails or the page goes. */
  #begin(row: WorldRow, store: WorldStore, work: (store: WorldStore) => Promise<void>): Promise<WorldInfo> {
    const { registry } = this.#places;
    return this.#underLock(row, async () => {
      await registry.put({ ...row, making: true });
      try {
        await work(store);
        await store.close();
      } catch (error) {
        await store.close().catch(() => undefined);
        await this.#places.drop(row).catch(() => undefined);
        await registry.remove(row.id).catch(() => undefined);
        throw error;
      }
      return this.#put(row);
    });
  }

  /** Other tabs see by the lock that this is no remainder. */
  #underLock<T>({ database }: WorldRow, work: () => Promise<T>): Promise<T> {
    return this.#tabs ? this.#tabs.locks.request(database, {}, work) : work();
  }

  async createWorld({
    name,
    template: id,
    seed,
    now,
  }: {
    readonly name: string;
    readonly template: TemplateId;
    readonly seed?: string | undefined;
    readonly now?: string | undefined;
  }): Promise<WorldInfo> {
    const { playTemplate, templateById } = await forTemplates();
    const template = templateById(id);
    if (!template) throw new RangeError(`There is no template "${String(id)}".`);
    const row = newRow({ name, template: id, seed, now });
    // Quotas must not bite while it is made; they are switched on by its last step.
    const genesis: Genesis = { ...template.genesis, seed, now, switches: { throttling: false } };
    return this.#make(row, genesis, async (world) => {
      await playTemplate(template, world, { throttling: now === undefined });
    });
  }

  async openWorld(id: string): Promise<WorldApi> {
    if (id === this.#main.id) return this.#main;
    const row = await this.#row(id);
    if (row.deleted !== undefined)
      throw new RangeError(`The world "${row.name}" is deleted; restore it first.`);
    return this.#enter(row);
  }

  async #enter(row: WorldRow): Promise<WorldApi> {
    const hooks = { kept: () => this.keptChanged(), lost: (loss: StoreLoss) => this.lost(loss) };
    const parts = {
      places: this.#places,
      tabs: this.#tabs,
      surroundings: this.#surroundings,
      why: this.#why,
    };
    const next = await openShared(row, parts, hooks, undefined);
    const before = this.#main;
    this.#main = next;
    this.#listeners.tell({ kind: 'main', world: next });
    await before.close();
    await this.#put({ ...row, lastOpened: Date.now() });
    return next;
  }

  async renameWorld(id: string, name: string): Promise<void> {
    await this.#put({ ...(await this.#row(id)), name: goodName(name) });
  }

  /**
   * What is stored of a world, whoever writes it. When the open world goes on in memory, that is where it is read from.
   */
  async #stored<T>(id: string, read: (store: WorldStore, row: WorldRow) => Promise<T>): Promise<T> {
    const row = await this.#row(id);
    const store = this.#places.store(row);
    try {
      if (id === this.#main.id) {
        const [{ head }, { seq }] = [await this.#main.history.state(), await store.open()];
        if (head > seq) {
          const { standIn } = await import('./stored/standIn.ts');
          return await read(await standIn(this.#main), row);
        }
      }
      return await read(store, row);
    } finally {
      // A store in memory is the one that the world itself has.
      if (this.#places.where !== 'memory') await store.close();
    }
  }

  /** Long work, which can be stopped by its name. */
  async #job<T>(name: string | undefined, work: (job: Job) => Promise<T>): Promise<T> {
    if (name === undefined) return work(new Job());
    const job = new Job((done, total) => this.#listeners.tell({ kind: 'progress', job: name, done, total }));
    this.#jobs.set(name, job);
    return work(job).finally(() => this.#jobs.delete(name));
  }

  cancel(name: string): Promise<void> {
    this.#jobs.get(name)?.cancel();
    return Promise.resolve();
  }

  duplicateWorld(
    id: string,
    {
      name,
      at,
      job,
    }: { readonly name: string; readonly at?: number | undefined; readonly job?: string | undefined },
  ): Promise<WorldInfo> {
    return this.#job(job, (running) =>
      this.#stored(id, async (from, { template, seed, now }) => {
        const { copyWorld } = await forCopies();
        const row = newRow({ name, template, seed, now });
        return this.#begin(row, this.#places.store(row), (to) => copyWorld(from, to, { at, job: running }));
      }),
    );
  }

  async resetWorld(id: string): Promise<{ readonly world: WorldInfo; readonly before: WorldInfo }> {
    const row = await this.#row(id);
    const template = templateIdOf(row.template);
    const world =
      template === undefined
        ? await this.#beginAgain(row)
        : await this.createWorld({ name: row.name, template, seed: row.seed, now: row.now });
    if (id === this.#main.id) await this.openWorld(world.id);
    const before = await this.#put({ ...(await this.#row(id)), deleted: Date.now() });
    return { world: { ...world, open: world.id === this.#main.id }, before };
  }

  #beginAgain({ name, seed, now }: WorldRow): Promise<WorldInfo> {
    const genesis = { ...this.#first.genesis, seed, now };
    return this.#make(newRow({ name, template: undefined, seed, now }), genesis, () => Promise.resolve());
  }

  async deleteWorld(id: string): Promise<void> {
    const row = await this.#row(id);
    if (row.deleted !== undefined) return;
    if (id === this.#main.id) await this.#enter(await this.#another(id));
    await this.#put({ ...(await this.#row(id)), deleted: Date.now() });
  }

  /** The world that was open last, besides one that goes; a new one when there is no other. */
  async #another(than: string): Promise<WorldRow> {
    const rows = await this.#places.registry.list();
    const [next] = rows
      .filter(({ id, deleted, making }) => id !== than && deleted === undefined && !making)
      .sort((a, b) => b.lastOpened - a.lastOpened);
    if (next) return next;
    const info = await this.createWorld({ name: 'My world', template: 'twoAccounts' });
    return this.#row(info.id);
  }

  async restoreWorld(id: string): Promise<void> {
    await this.#put({ ...(await this.#row(id)), deleted: undefined });
  }

  async purgeWorld(id: string): Promise<void> {
    const row = await this.#row(id);
    if (row.deleted === undefined) throw new RangeError(`The world "${row.name}" is not deleted.`);
    await drop(row, this.#places, this.#tabs);
    this.#listChanged();
  }

  compareWorlds(
    a: { readonly id: string; readonly at?: number | undefined },
    b: { readonly id: string; readonly at?: number | undefined },
    { job }: { readonly job?: string | undefined } = {},
  ): Promise<Comparison> {
    return this.#job(job, (running) =>
      this.#stored(a.id, (one) =>
        this.#stored(b.id, async (other) => {
          const { compareStored } = await forComparing();
          return compareStored({ store: one, at: a.at }, { store: other, at: b.at }, running);
        }),
      ),
    );
  }

  // --- storage -------------------------------------------------------------------------------------------------------

  storage(): Promise<StorageReport> {
    return storageReport(this.kept, this.#tabs !== undefined, this.#main.writer);
  }

  /** A worker cannot ask, a page can: see `remote/connect.ts`. */
  async askPersist(): Promise<boolean> {
    return (await this.storage()).persisted;
  }

  retryStorage(): Promise<Kept> {
    return this.#main.retryStorage();
  }

  takeOver(): Promise<void> {
    return this.#main.takeOver();
  }

  // --- files and links -----------------------------------------------------------------------------------------------

  exportWorld(id: string, { job, ...options }: ExportJobOptions = {}): Promise<ExportFile> {
    return this.#job(job, (running) =>
      this.#stored(id, async (store, { name: listed }) => {
        const { streamWorldFile } = await forExport();
        const name = options.title ?? listed;
        const blob = await streamWorldFile(store, { name, options, job: running });
        return { fileName: fileName('kms-lab', name), blob };
      }),
    );
  }

  exportAll({ job, ...options }: ExportJobOptions = {}): Promise<ExportFile> {
    return this.#job(job, async (running) => {
      const { streamWorldFile, worldsFile } = await forExport();
      const files: Blob[] = [];
      for (const { id, deleted } of await this.worlds()) {
        if (deleted !== undefined) continue;
        files.push(
          await this.#stored(id, (store, { name }) =>
            streamWorldFile(store, { name, options, job: running }),
          ),
        );
      }
      return { fileName: fileName('kms-lab', 'all-worlds'), blob: worldsFile(files) };
    });
  }

  async inspectImport(file: Blob, passphrase?: string): Promise<ImportReport> {
    const { importReport } = await import('./files/report.ts');
    return importReport(file, passphrase);
  }

  async importFile(
    file: Blob,
    { passphrase, pick, rename }: ImportOptions = {},
  ): Promise<readonly WorldInfo[]> {
    const { readFile } = await forFiles();
    const { worlds } = await readFile(file, passphrase);
    const chosen = worlds.filter((_world, i) => pick === undefined || pick.includes(i));
    if (chosen.length === 0) throw new RangeError('Nothing of the file was chosen.');
    return this.#fill(
      chosen.map((world) => {
        const name = chosen.length === 1 && rename !== undefined ? rename : world.name;
        return { world, row: newRow({ name, template: undefined, seed: undefined, now: undefined }) };
      }),
    );
  }

  /** All worlds, or none. */
  async #fill(
    all: readonly { readonly row: WorldRow; readonly world: ReadWorld }[],
  ): Promise<readonly WorldInfo[]> {
    const begun: WorldRow[] = [];
    try {
      for (const { row, world } of all) {
        begun.push(row);
        const store = this.#places.store(row);
        await store.open();
        try {
          await store.refill(await world.movedTo(await store.device()));
        } finally {
          await store.close();
        }
      }
      for (const row of begun) await this.#places.registry.put(row);
    } catch (error) {
      for (const row of begun) {
        await this.#places.registry.remove(row.id).catch(() => undefined);
        await this.#places.drop(row).catch(() => undefined);
      }
      throw error;
    }
    this.#listChanged();
    return begun.map((row) => this.#about(row));
  }

  async inspectLink(fragment: string): Promise<LinkReport> {
    const { linkReport } = await import('./link/report.ts');
    return linkReport(fragment);
  }

  async openLink(
    fragment: string,
    into?: { readonly name: string },
  ): Promise<{ readonly world: WorldApi; readonly kept: WorldInfo | undefined }> {
    const [{ decodeStory, LinkFault }, { replay }] = await Promise.all([forLinks(), forReplay()]);
    const story = await decodeStory(fragment);
    try {
      if (!into) {
        const world = await this.sandbox(story.genesis);
        await replay(story, world);
        return { world, kept: undefined };
      }
      const { seed, now } = story.genesis;
      const row = newRow({ name: into.name, template: undefined, seed, now });
      const kept = await this.#make(row, story.genesis, (world) => replay(story, world));
      return { world: await this.openWorld(kept.id), kept: { ...kept, open: true } };
    } catch (error) {
      throw error instanceof GenesisError ? new LinkFault('$.genesis', error.message) : error;
    }
  }

  // --- the rest ------------------------------------------------------------------------------------------------------

  subscribe(listener: (event: LabEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    await this.#main.close();
    this.#peers?.close();
    await this.#places.registry.close();
  }
}
