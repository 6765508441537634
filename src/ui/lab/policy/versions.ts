import type { HistoryEntry, WorldApi } from '../../../client/index.ts';
import type { EpochMs, KeyArn } from '../../../engine/index.ts';

/** One text that the policy of a key has had. */
export interface PolicyVersion {
  /** The journal entry that wrote it. */
  readonly seq: number;
  readonly at: EpochMs;
  readonly operation: string;
  readonly document: string;
}

/** OURS: as many entries are looked through; a longer history shows its newest versions. */
const looked = 3000;

/** The texts that the policy of this key has had on the way to the present world, newest first. */
export async function versionsOf(world: WorldApi, key: KeyArn): Promise<readonly PolicyVersion[]> {
  const found: PolicyVersion[] = [];
  let before: number | undefined;
  for (let seen = 0; seen < looked;) {
    const page = await world.history.list({ n: 500, ...(before === undefined ? {} : { before }) });
    const entries = page.groups.flatMap((group) => group.entries);
    const writers = entries
      .filter((entry) => entry.onPath && !entry.travel && entry.tables.includes('keyPolicy'))
      .toSorted((a, b) => b.seq - a.seq);
    for (const entry of writers) {
      const version = await versionAt(world, key, entry);
      if (version) found.push(version);
    }
    seen += entries.length;
    if (page.next === undefined || entries.length === 0) break;
    before = page.next;
  }
  return found;
}

async function versionAt(
  world: WorldApi,
  key: KeyArn,
  { seq, at, call }: HistoryEntry,
): Promise<PolicyVersion | undefined> {
  const changes = await world.history.changes(seq);
  const mine = changes?.find(({ table, after }) => table === 'keyPolicy' && after?.['key'] === key);
  const document = mine?.after?.['document'];
  return typeof document === 'string' ? { seq, at, operation: call.operation, document } : undefined;
}
