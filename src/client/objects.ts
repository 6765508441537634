import { uuidFrom, type Bytes, type EpochMs, type Random } from '../engine/index.ts';
import type { Shelf } from '../store/index.ts';
import type { SealedObject, Watch, WorldApi } from './api.ts';
import { openFrames, sealFrames } from './envelope/index.ts';

export type SealSource = Parameters<WorldApi['seal']>[0];

/** The sealed files of one world. They live beside the journal: no call of KMS knows of them. */
export class Objects {
  readonly #shelf: Shelf;
  readonly #random: Random;

  constructor(shelf: Shelf, random: Random) {
    this.#shelf = shelf;
    this.#random = random;
  }

  /** @param id given by a caller who may ask again: what it asked for is made once */
  async seal(
    source: SealSource,
    created: EpochMs,
    { progress, signal }: Watch = {},
    id = uuidFrom(this.#random),
  ): Promise<SealedObject> {
    const made = await this.#shelf.getObject(id);
    if (made) return made.meta as SealedObject; // only `seal` puts something on this shelf
    const { name, mediaType, body, wrappedKey, keyArn, encryptionContext } = source;
    const dataKey = source.dataKey.slice(); // the caller may wipe its own as soon as it likes
    const header = {
      name,
      mediaType,
      wrappedKey: wrappedKey.slice(),
      keyArn,
      encryptionContext: { ...encryptionContext },
    };
    try {
      const sealed = await sealFrames({
        header,
        body,
        dataKey,
        onProgress: progress,
        signal,
        random: this.#random,
      });
      // The last moment: what is put on the shelf is there as a whole.
      signal?.throwIfAborted();
      const object: SealedObject = {
        ...header,
        id,
        plaintextLength: body.size,
        sealedLength: sealed.size,
        created,
      };
      await this.#shelf.putObject({ id: object.id, meta: object, body: sealed });
      return object;
    } finally {
      dataKey.fill(0);
    }
  }

  async open(id: string, dataKey: Bytes, { progress, signal }: Watch = {}): Promise<Blob> {
    const copy = dataKey.slice();
    try {
      return await openFrames({
        sealed: await this.sealedBytes(id),
        dataKey: copy,
        onProgress: progress,
        signal,
      });
    } finally {
      copy.fill(0);
    }
  }

  /** Newest first. */
  async list(): Promise<readonly SealedObject[]> {
    const rows = await this.#shelf.listObjects();
    // Only `seal` puts something on this shelf.
    return rows
      .map(({ meta }) => meta as SealedObject)
      .sort((a, b) => b.created - a.created || (a.id < b.id ? -1 : 1));
  }

  async sealedBytes(id: string): Promise<Blob> {
    const object = await this.#shelf.getObject(id);
    if (!object) throw new Error(`There is no sealed object "${id}" in this world.`);
    return object.body;
  }
}
