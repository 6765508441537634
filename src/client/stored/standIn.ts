import { MemoryStore, type WorldStore } from '../../store/index.ts';
import type { WorldApi } from '../api.ts';
import { readFile } from '../files/read.ts';

/** A store with what a world holds that lives in memory, here or in another tab. */
export async function standIn(world: WorldApi): Promise<WorldStore> {
  const { blob } = await world.exportFile({ objects: true });
  const [read] = (await readFile(blob, undefined)).worlds;
  if (!read) throw new Error('a file of one world holds one');
  const store = new MemoryStore();
  await store.refill(await read.movedTo(await store.device()));
  return store;
}
