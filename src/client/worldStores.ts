import type { StoreLoss, WorldRow } from '../store/index.ts';
import type { Genesis } from './api.ts';
import type { Places } from './places.ts';
import type { Surroundings } from './step.ts';
import { openSharedWorld, type SharedWorld } from './tabs/sharedWorld.ts';
import type { Tabs } from './tabs/surroundings.ts';
import { World } from './world.ts';

export interface LabParts {
  readonly places: Places;
  readonly tabs: Tabs | undefined;
  readonly surroundings: Surroundings;
  /** Why the worlds are not kept where they should be. */
  readonly why?: string | undefined;
  /** Of the first world, when there is none yet. */
  readonly first: { readonly id: string; readonly database: string; readonly genesis: Genesis | undefined };
}

export interface WorldHooks {
  readonly kept: () => void;
  readonly lost: (loss: StoreLoss) => void;
}

/** Opens a world for this tab, which writes it or works through the tab that does. */
export async function openShared(
  row: WorldRow,
  { places, tabs, surroundings, why }: Pick<LabParts, 'places' | 'tabs' | 'surroundings' | 'why'>,
  hooks: WorldHooks,
  genesis: Genesis | undefined,
): Promise<SharedWorld> {
  return openSharedWorld({
    id: row.id,
    name: row.database,
    // Worlds in memory are this tab's alone.
    tabs: places.where === 'memory' ? undefined : tabs,
    where: places.where,
    why,
    onKept: hooks.kept,
    open: async (traces, claimed) => {
      const lost = (loss: StoreLoss) => (loss.kind === 'claimed' ? claimed() : hooks.lost(loss));
      const store =
        genesis && places.where === 'memory' ? places.fresh(row, genesis) : places.store(row, lost);
      try {
        // Only tabs that can find each other take turns.
        if (tabs && places.where !== 'memory') await store.claim();
        return await World.open(store, { ...surroundings, id: row.id, title: row.name, genesis, traces });
      } catch (error) {
        await store.close().catch(() => undefined);
        throw error;
      }
    },
  });
}

/** Removes a deleted world, unless a tab has it open. */
export async function drop(row: WorldRow, places: Places, tabs: Tabs | undefined): Promise<boolean> {
  const remove = async () => {
    await places.drop(row);
    await places.registry.remove(row.id);
    return true;
  };
  if (!tabs) return remove();
  return tabs.locks.request(row.database, { ifAvailable: true }, (lock) =>
    lock === null ? Promise.resolve(false) : remove(),
  );
}

/** What was deleted before this start is gone for good now, and so is what was begun and never finished. */
export async function purge(rows: readonly WorldRow[], { places, tabs }: LabParts): Promise<void> {
  for (const row of rows)
    if (row.deleted !== undefined || row.making) await drop(row, places, tabs).catch(() => false);
}
