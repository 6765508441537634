import type {
  ExportFile,
  HistoryGroup,
  HistoryState,
  Kept,
  LabEvent,
  WorldInfo,
  Writer,
} from '../../client/index.ts';
import { resourceName, shortId } from '../format/text.ts';
import { groupWords } from '../history/words.ts';
import type { LabState } from '../state/lab.svelte.ts';
import { saveFile } from './saveFile.ts';
import { bar, lines } from './strings.ts';
import { noUpdates, type Updates } from './updates.ts';

/** The one dialog that may be open. */
export type Screen =
  | { readonly name: 'palette' | 'shortcuts' | 'worlds' | 'newWorld' | 'share' | 'storage' | 'fault' }
  | { readonly name: 'rename' | 'reset' | 'delete'; readonly world: WorldInfo }
  | { readonly name: 'duplicate'; readonly world: WorldInfo; readonly at?: number }
  | { readonly name: 'export'; readonly all: boolean }
  | { readonly name: 'import'; readonly file?: File }
  | { readonly name: 'openLink'; readonly fragment: string }
  | { readonly name: 'compare'; readonly a?: string; readonly at?: number };

/** A fault that nobody expected: where it was, and what the code said. */
export interface Unexpected {
  readonly where: string;
  readonly error: unknown;
}

/** Something to say under the top bar, with at most one thing to do about it. */
export interface Notice {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message || thrown.name : String(thrown);

/** What stands around the rooms: history, worlds, storage, the tab's part, new versions. */
export class ShellState {
  readonly lab: LabState;
  readonly updates: Updates;

  screen = $state.raw<Screen | undefined>();
  historyOpen = $state(false);
  history = $state.raw<HistoryState | undefined>();
  worlds = $state.raw<readonly WorldInfo[]>([]);
  kept = $state.raw<Kept>({ where: 'indexeddb' });
  writer = $state.raw<Writer>('here');
  outdated = $state(false);
  update = $state.raw<Updates['state']>('none');
  notice = $state.raw<Notice | undefined>();
  unexpected = $state.raw<Unexpected | undefined>();
  /** Goes up with every change of the world: lists read again. */
  version = $state(0);
  #reading: Promise<void> | undefined;
  #again = false;
  #asked = false;
  readonly #leave: (() => void)[] = [];
  #leaveWorld: () => void = () => undefined;

  constructor(lab: LabState, updates: Updates = noUpdates) {
    this.lab = lab;
    this.updates = updates;
    this.kept = lab.api.kept;
    this.update = updates.state;
    this.#leave.push(
      lab.api.subscribe((event) => this.#heard(event)),
      updates.subscribe(() => (this.update = updates.state)),
    );
    this.#followWorld();
    void this.readWorlds();
  }

  close(): void {
    this.#leaveWorld();
    for (const leave of this.#leave) leave();
  }

  get world(): WorldInfo | undefined {
    return this.worlds.find((world) => world.open);
  }
  /** Worlds that were not deleted, the newest use first. */
  get living(): readonly WorldInfo[] {
    return this.worlds.filter((world) => world.deleted === undefined);
  }

  /** What a key is called: by its alias when the list has it. */
  readonly nameOf = (idOrArn: string): string => {
    const key = this.lab.keys.find((k) => k.rec.arn === idOrArn || k.rec.key === idOrArn);
    if (key) return key.aliases[0] ?? `key ${shortId(key.rec.key)}`;
    if (idOrArn.startsWith('arn:')) return resourceName(idOrArn);
    return idOrArn.startsWith('alias/') ? idOrArn : shortId(idOrArn);
  };
  groupName(group: HistoryGroup): string {
    return groupWords(group, this.nameOf, bar.more);
  }

  #heard(event: LabEvent): void {
    switch (event.kind) {
      case 'main':
        void this.#adopt(event.world);
        return;
      case 'worlds':
        void this.readWorlds();
        return;
      case 'kept':
        this.kept = event.kept;
        return;
      case 'outdated':
        this.outdated = true;
    }
  }
  async #adopt(world: LabState['world']): Promise<void> {
    this.history = undefined;
    this.writer = 'here';
    this.kept = this.lab.api.kept;
    await this.lab.adopt(world);
    this.#followWorld();
    await this.readWorlds();
  }
  #followWorld(): void {
    this.#leaveWorld();
    this.#leaveWorld = this.lab.world.subscribe((event) => {
      if (event.kind === 'writer') this.#wrote(event.writer);
      if (event.kind === 'committed' || event.kind === 'storageFailed') {
        this.version += 1;
        void this.readHistory();
        if (event.kind === 'committed' && event.tables.includes('key')) this.#askToKeep();
      }
    });
    void this.readHistory();
    void this.#readWriter();
  }
  /** Who writes was told before anybody here listened. */
  async #readWriter(): Promise<void> {
    await this.attempt(async () => {
      const { world } = this.lab;
      const { writer } = await this.lab.api.storage();
      if (world === this.lab.world) this.writer = writer;
    });
  }
  /**
   * Asks the browser not to drop the data by itself, once a page, when there is a key to lose: earlier a person who is
   * asked (Firefox asks) would not know what for. A "no" is told where storage is told of.
   */
  #askToKeep(): void {
    if (this.#asked || this.kept.where !== 'indexeddb') return;
    this.#asked = true;
    this.lab.api.askPersist().catch(() => undefined);
  }
  #wrote(writer: Writer): void {
    const before = this.writer;
    this.writer = writer;
    if (writer === before) return;
    if (writer === 'here') this.lab.say(lines.taken);
    if (writer === 'elsewhere' && before !== 'silent') this.lab.say(lines.elsewhere);
    if (writer === 'silent') this.lab.say(lines.silent);
  }

  async readWorlds(): Promise<void> {
    await this.attempt(async () => {
      this.worlds = (await this.lab.api.worlds()).toSorted((a, b) => b.lastOpened - a.lastOpened);
    });
  }
  /** Reads once however often it is asked during one reading. */
  async readHistory(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    const read = async (): Promise<void> => {
      do {
        this.#again = false;
        const { world } = this.lab;
        const state = await world.history.state({ skipReadOnly: !this.lab.prefs.undoReadOnly });
        if (world === this.lab.world) this.history = state;
      } while (this.#again);
    };
    this.#reading = this.attempt(read).then(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Runs something that may fail; a failure is shown where all failures of ours are. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.lab.fault = messageOf(thrown);
      return undefined;
    }
  }

  async undo(): Promise<void> {
    const group = this.history?.undo;
    const refused = this.history?.undoRefused;
    if (!group) {
      if (refused) this.lab.say(bar.because[refused]);
      return;
    }
    const name = this.groupName(group);
    await this.attempt(async () => {
      const moved = await this.lab.world.history.undo({ skipReadOnly: !this.lab.prefs.undoReadOnly });
      this.lab.say(moved.ok ? bar.undone(name) : bar.because[moved.refused]);
      await Promise.all([this.lab.settled(), this.readHistory()]);
    });
  }
  async redo(): Promise<void> {
    if (this.history?.redo === undefined) {
      this.lab.say(bar.because.nothingToRedo);
      return;
    }
    await this.attempt(async () => {
      const moved = await this.lab.world.history.redo();
      this.lab.say(moved.ok ? bar.redone(`step ${moved.position}`) : bar.because[moved.refused]);
      await Promise.all([this.lab.settled(), this.readHistory()]);
    });
  }

  async openWorld(id: string): Promise<void> {
    await this.attempt(() => this.lab.api.openWorld(id));
  }
  async removeWorld(world: WorldInfo): Promise<void> {
    await this.attempt(async () => {
      await this.lab.api.deleteWorld(world.id);
      this.notice = {
        text: lines.deleted(world.name),
        action: { label: lines.undo, run: () => void this.#restore(world.id) },
      };
      await this.readWorlds();
    });
  }
  async #restore(id: string): Promise<void> {
    this.notice = undefined;
    await this.attempt(async () => {
      await this.lab.api.restoreWorld(id);
      await this.readWorlds();
    });
  }
  async retryStorage(): Promise<void> {
    await this.attempt(async () => {
      this.kept = await this.lab.api.retryStorage();
      if (this.kept.where === 'indexeddb') this.lab.say(lines.keptAgain);
    });
  }

  async takeOver(): Promise<void> {
    await this.attempt(() => this.lab.api.takeOver());
  }

  /** Hands a file to the browser to save. */
  async save(make: () => Promise<ExportFile | undefined>): Promise<void> {
    await this.attempt(async () => {
      const file = await make();
      if (!file) return;
      saveFile(file);
      this.lab.say(bar.saved(file.fileName));
    });
  }
}
