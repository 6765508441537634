import type { WorldStore } from '../store/index.ts';
import { FileFault } from './files/fault.ts';
import { readWorld } from './files/read.ts';
import { worldDocument, type WorldDocument } from './files/write.ts';
import type { World } from './world.ts';

/**
 * A world as plain JSON, in the one format of files: a checkpoint, the entries since, and a key that opens the key material
 * in it. Whoever has it can decrypt what its KMS keys encrypted. Keep it like a private key where that matters.
 */
export type Snapshot = WorldDocument;

/** A snapshot that cannot be used; the message says where and why. Nothing was changed. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

export const takeSnapshot = async (world: World): Promise<Snapshot> =>
  worldDocument({ ...(await world.contents()), name: 'lab' }, {});

/**
 * Reads a snapshot whole, and tries it, before anything is changed.
 * @returns what puts it into a store, in place of all that the store holds
 */
export async function readSnapshot(given: unknown): Promise<(store: WorldStore) => Promise<void>> {
  try {
    const read = await readWorld(given, '$', undefined);
    return async (store) => store.refill(await read.movedTo(await store.device()));
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    throw new SnapshotError(`The snapshot cannot be restored: ${error.place} ${error.reason}.`);
  }
}
