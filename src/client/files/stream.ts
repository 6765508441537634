import { sha256 } from '@noble/hashes/sha2.js';
import { toHex, utf8, type Bytes } from '../../engine/index.ts';
import { rawDevice, type WorldStore } from '../../store/index.ts';
import type { ExportOptions } from '../api.ts';
import type { Job } from '../stored/job.ts';
import { Pinned } from '../stored/pinned.ts';
import { Rewrap } from './rewrap.ts';
import {
  canonicalJson,
  canonicalText,
  fileKey,
  fileVersion,
  kept,
  sealedObject,
  worldKind,
  worldsKind,
  type WorldDocument,
} from './write.ts';

/**
 * The file of a world from its store, page by page: it is never in memory as a whole, and the thread stays free. The text is
 * canonical, member by member, so that it is what the check sum is made of.
 */
export async function streamWorldFile(
  store: WorldStore,
  { name, options, job }: { readonly name: string; readonly options: ExportOptions; readonly job: Job },
): Promise<Blob> {
  const { key, device, notice } = await fileKey(options.passphrase);
  const parts = new Parts();
  parts.unseen(
    `{"kind":${quoted(worldKind)},"version":${fileVersion},"notice":${quoted(notice)},"name":${quoted(name)},`,
  );
  parts.seen(`{`, '');
  try {
    await writeHistory(parts, { store, at: options.at, key, device, job });
  } finally {
    key.fill(0);
  }
  // Their place in the check sum is that of their names; in the file they stand in front, for people.
  parts.seen(`"kind":${quoted(worldKind)},"name":${quoted(name)},"notice":${quoted(notice)},`, '');
  parts.seen(`"objects":[`);
  const more = separators();
  for (const { id } of options.objects ? await store.listObjects() : []) {
    const object = await store.getObject(id);
    if (object) parts.seen(`${more()}${canonicalText(await sealedObject(object))}`);
    await job.did(0);
  }
  parts.seen(`]`);
  parts.seen(`,"version":${fileVersion}}`, '');
  return parts.file();
}

/** The checkpoint, the key that opens it, the entries since. */
async function writeHistory(
  parts: Parts,
  {
    store,
    at,
    key,
    device,
    job,
  }: {
    readonly store: WorldStore;
    readonly at: number | undefined;
    readonly key: Bytes;
    readonly device: WorldDocument;
    readonly job: Job;
  },
): Promise<void> {
  const pinned = await Pinned.at(store, at);
  const checkpoint = await Pinned.checkpointOf(store);
  const floor = checkpoint.seq;
  const rewrap = new Rewrap(await store.device(), rawDevice(key));
  job.expect(pinned.seq - floor + (floor > 0 ? await store.count() : 0));
  parts.seen(`"checkpoint":{"records":[`);
  const comma = separators();
  for await (const rows of checkpoint.rows(job))
    for (const row of await rewrap.records(rows)) parts.seen(`${comma()}${canonicalText(row)}`);
  parts.seen(`],"seq":${floor}},`);
  parts.seen(`"device":${canonicalJson(device)},`);
  parts.seen(`"entries":[`);
  const next = separators();
  for await (const entries of pinned.entries(floor)) {
    for (const entry of await rewrap.entries(entries)) {
      parts.seen(`${next()}${canonicalText(kept(entry))}`);
      await job.did(1);
    }
  }
  parts.seen(`],`);
}

const quoted = (text: string): string => JSON.stringify(text);

/** Nothing before the first, a comma before each other. */
function separators(): () => string {
  let first = true;
  return () => {
    if (!first) return ',';
    first = false;
    return '';
  };
}

/** OURS: texts are gathered to about so many characters before they become part of a Blob. */
const largestPart = 1 << 20;

/** A text in parts, and the check sum of what of it counts. */
class Parts {
  readonly #hash = sha256.create();
  readonly #done: Blob[] = [];
  #text: string[] = [];
  #length = 0;

  /** Hashed as it is; `shown`: what the file has in its place. */
  seen(text: string, shown = text): void {
    this.#hash.update(utf8(text));
    this.unseen(shown);
  }

  unseen(text: string): void {
    this.#text.push(text);
    this.#length += text.length;
    if (this.#length > largestPart) this.#pack();
  }

  /** The browser keeps Blobs where it likes, also on disk. */
  #pack(): void {
    this.#done.push(new Blob(this.#text));
    this.#text = [];
    this.#length = 0;
  }

  file(): Blob {
    this.unseen(`,"check":${quoted(toHex(new Uint8Array(this.#hash.digest())))}}\n`);
    this.#pack();
    return new Blob(this.#done, { type: 'application/json' });
  }
}

/** One file of several, each as it stands in a file of its own. */
export const worldsFile = (worlds: readonly Blob[]): Blob =>
  new Blob(
    [
      `{"kind":${quoted(worldsKind)},"version":${fileVersion},"worlds":[`,
      ...worlds.flatMap((world, i) => (i === 0 ? [world] : [',', world])),
      ']}\n',
    ],
    { type: 'application/json' },
  );
