import { changeState } from './changeState.ts';
import { ref, type KeyRec, type MaterialRec, type Work } from './model/index.ts';
import type { Overlay } from './overlay.ts';
import { pendingMaterial } from './rotation.ts';

/**
 * Imported material goes, by hand or because it has expired. Of what was in use the record stays, so that the same
 * material is known again; material that only waited for rotation goes whole (operations.json). Without one of its
 * materials the key is not usable: PendingImport, unless it waits for deletion.
 */
export function dropMaterial(
  rec: KeyRec,
  material: MaterialRec,
  place: { readonly view: Overlay; note(work: Work): void },
): void {
  const { view } = place;
  const at = ref.material(rec.arn, material.version);
  if (pendingMaterial(rec, view)?.materialId === material.materialId) {
    view.put(at, undefined);
    return;
  }
  view.put(at, { ...material, wrapped: undefined });
  if (rec.KeyState === 'Enabled' || rec.KeyState === 'Disabled')
    changeState(rec, 'DeleteImportedKeyMaterial', place);
}
