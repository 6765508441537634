import {
  nextMaterialState,
  type MaterialContext,
  type MaterialEvent,
  type MaterialState,
} from './machines/index.ts';
import { materialsOf } from './materials.ts';
import type { KeyRec, MaterialRec, View } from './model/index.ts';
import { isPrimary, relatedKeys } from './multiRegion.ts';

/*
 * Where imported material stands, read from the records (machines/material.ts has the words and decides what comes next).
 */

/** Imported material that waits for an on-demand rotation. */
export const pendingMaterial = (rec: KeyRec, view: View): MaterialRec | undefined =>
  materialsOf(rec.arn, view).find((material) => isPending(material, rec));

const isPending = ({ imported, rotated, version, materialId }: MaterialRec, rec: KeyRec): boolean =>
  imported !== undefined && rotated === undefined && version > 0 && materialId !== rec.currentMaterial;

const isReplica = (rec: KeyRec, view: View): boolean => rec.MultiRegion && !isPrimary(rec, view);

/** Whether every other key of the set has the material itself, not its name alone. */
const isEverywhereElse = (materialId: string, rec: KeyRec, view: View): boolean =>
  relatedKeys(rec, view).every((key) =>
    materialsOf(key.arn, view).some((one) => one.materialId === materialId && one.wrapped !== undefined),
  );

export function materialStateOf(material: MaterialRec, rec: KeyRec, view: View): MaterialState {
  const here = material.wrapped ? 'IMPORTED' : 'PENDING_IMPORT';
  if (!isPending(material, rec))
    return `${isCurrent(material, rec, view) ? 'CURRENT' : 'NON_CURRENT'}/${here}`;
  return material.wrapped && isEverywhereElse(material.materialId, rec, view)
    ? 'PENDING_ROTATION/IMPORTED'
    : `PENDING_MULTI_REGION_IMPORT_AND_ROTATION/${here}`;
}

/** A replica that has had no material yet follows its primary. */
const isCurrent = ({ materialId }: MaterialRec, rec: KeyRec, view: View): boolean =>
  materialId === (rec.currentMaterial ?? primaryMaterial(rec, view));

/** Identifier of the material that the set encrypts with, for a replica that has none of its own yet. */
export const primaryMaterial = (rec: KeyRec, view: View): string | undefined =>
  relatedKeys(rec, view).find((key) => isPrimary(key, view))?.currentMaterial;

/** What the machine asks of a key. @param materialId of the material in question, when it has one already. */
export function materialContext(rec: KeyRec, materialId: string | undefined, view: View): MaterialContext {
  const pending = pendingMaterial(rec, view);
  return {
    first: rec.currentMaterial === undefined,
    replica: isReplica(rec, view),
    symmetric: rec.KeySpec === 'SYMMETRIC_DEFAULT',
    otherPending: pending !== undefined && pending.materialId !== materialId,
    everywhere:
      materialId === undefined
        ? relatedKeys(rec, view).length === 0
        : isEverywhereElse(materialId, rec, view),
  };
}

/** The state after `event`. The table has allowed it by then. */
export function materialAfter(
  material: MaterialRec,
  event: MaterialEvent,
  rec: KeyRec,
  view: View,
): MaterialState {
  const from = materialStateOf(material, rec, view);
  const next = nextMaterialState(from, event, materialContext(rec, material.materialId, view));
  if (next === undefined) throw new Error(`the material machine has no way for ${event.type} from ${from}`);
  return next;
}
