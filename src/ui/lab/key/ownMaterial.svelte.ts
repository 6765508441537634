import type { WorldApi } from '../../../client/index.ts';
import type { Bytes } from '../../../engine/index.ts';

/** Key material that was made or read in this page, told from others by its print. */
export interface Material {
  /** First bytes of its SHA-256, in hex. */
  readonly print: string;
  readonly bytes: Bytes;
}

/** Kept while the page lives, never stored: what expires or is deleted comes back by the same bytes only. */
class OwnMaterial {
  all = $state.raw<readonly Material[]>([]);

  keep(material: Material): void {
    if (!this.all.some(({ print }) => print === material.print)) this.all = [...this.all, material];
  }
}

const kept = new WeakMap<WorldApi, OwnMaterial>();
export function ownMaterialIn(world: WorldApi): OwnMaterial {
  const own = kept.get(world) ?? new OwnMaterial();
  kept.set(world, own);
  return own;
}
