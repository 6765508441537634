import { invert, type Diff, type Rec, type Ref } from '../engine/index.ts';
import type { Contents, Journal, Shelf, StoredObject } from '../store/index.ts';

/** What a world holds, and what its journal begins with. */
export type ContentsSince = Contents & { readonly checkpoint: ReadonlyMap<Ref, Rec> };

/**
 * What a world was after entry `at` of its journal, made from what it is by taking back what came after.
 * @param now all records as they are after entry `head`, which is on disk; `floor` is the checkpoint
 * @throws RangeError when that entry is folded away or was never written
 */
export async function contentsAt(
  store: Journal & Shelf,
  now: ReadonlyMap<Ref, Rec>,
  of: { readonly at: number; readonly head: number; readonly floor: number; readonly objects: boolean },
): Promise<ContentsSince> {
  const { at, head, floor } = of;
  if (at > head || at < Math.max(1, floor))
    throw new RangeError(`"at" expected an entry from ${Math.max(1, floor)} to ${head}, got ${at}`);
  const all = (await store.entries({ n: head - floor })).toReversed();
  const records = new Map(now);
  const back = (from: number, to: number) => {
    for (const { seq, diff } of all.toReversed()) if (seq > to && seq <= from) applyTo(records, invert(diff));
  };
  back(head, at);
  const then = new Map(records);
  back(at, floor);
  return {
    seq: at,
    floor,
    records: then,
    checkpoint: records,
    entries: all.filter(({ seq }) => seq <= at),
    objects: of.objects ? await allObjects(store) : [],
  };
}

async function allObjects(store: Shelf): Promise<readonly StoredObject[]> {
  const rows = await store.listObjects();
  const objects = await Promise.all(rows.map(({ id }) => store.getObject(id)));
  return objects.filter((object) => object !== undefined);
}

function applyTo(records: Map<Ref, Rec>, diff: Diff): void {
  for (const { ref: at, after } of diff) {
    if (after) records.set(at, after);
    else records.delete(at);
  }
}
