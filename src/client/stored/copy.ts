import type { WorldStore } from '../../store/index.ts';
import { Rewrap } from '../files/rewrap.ts';
import type { Job } from './job.ts';
import { Pinned } from './pinned.ts';

/**
 * Fills an empty store with a stored world, its history and its sealed objects: all of it, or as it was after entry `at`.
 * Nobody is held up meanwhile: neither who writes the first one nor who works in this thread.
 */
export async function copyWorld(
  from: WorldStore,
  to: WorldStore,
  { at, job }: { readonly at?: number | undefined; readonly job: Job },
): Promise<void> {
  const pinned = await Pinned.at(from, at);
  const { floor } = await from.open();
  const rewrap = new Rewrap(await from.device(), await to.device());
  job.expect((await from.count()) + pinned.seq - floor);
  for await (const rows of pinned.rows(job)) await to.put({ records: await rewrap.records(rows) });
  for await (const entries of pinned.entries(floor)) {
    await to.put({ entries: await rewrap.entries(entries) });
    await job.did(entries.length);
  }
  for (const { id } of await from.listObjects()) {
    const object = await from.getObject(id);
    if (object) await to.putObject(object);
    await job.did(0);
  }
  await to.found({ seq: pinned.seq, floor });
}
