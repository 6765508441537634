import { changeState } from './changeState.ts';
import { materialAfter } from './materialState.ts';
import { materialsOf } from './materials.ts';
import { ref, type KeyRec, type MaterialRec, type Work } from './model/index.ts';
import { relatedKeys } from './multiRegion.ts';
import type { Overlay } from './overlay.ts';

/**
 * Imported material goes, by hand or because it has expired; the machine says whether its record stays, so that the same
 * material is known again, or goes whole, here and in the replicas (operations.json DeleteImportedKeyMaterial). Without
 * one of its materials the key is not usable: PendingImport, unless it waits for deletion.
 */
export function dropMaterial(
  rec: KeyRec,
  material: MaterialRec,
  type: 'DeleteImportedKeyMaterial' | 'DeleteExpiredKeyMaterial',
  place: { readonly view: Overlay; note(work: Work): void },
): void {
  const { view } = place;
  const next = materialAfter(material, { type }, rec, view);
  if (next === 'gone') {
    for (const key of relatedKeys(rec, view)) {
      const theirs = materialsOf(key.arn, view).find(({ materialId }) => materialId === material.materialId);
      if (theirs && materialAfter(theirs, { type: 'primaryDropsIt' }, key, view) === 'gone')
        view.put(ref.material(key.arn, theirs.version), undefined);
    }
    view.put(ref.material(rec.arn, material.version), undefined);
    return;
  }
  view.put(ref.material(rec.arn, material.version), { ...material, wrapped: undefined });
  if (next.startsWith('PENDING_')) return;
  if (rec.KeyState === 'Enabled' || rec.KeyState === 'Disabled')
    changeState(rec, 'DeleteImportedKeyMaterial', place);
}
