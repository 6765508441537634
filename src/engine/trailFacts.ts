import type { KeyRec } from './model/index.ts';

/** `KeyMaterialId` of an answer: symmetric encryption keys outside custom key stores only (FACTS.md "Values"). */
export const shownMaterial = (rec: KeyRec): { readonly KeyMaterialId?: string } =>
  rec.currentMaterial !== undefined && rec.KeySpec === 'SYMMETRIC_DEFAULT' && !rec.keyStore
    ? { KeyMaterialId: rec.currentMaterial }
    : {};

/** additionalEventData of cryptographic calls (cloudtrail.json "add"). */
export function keyMaterial(
  rec: KeyRec,
  used: string | undefined = rec.currentMaterial,
): Readonly<Record<string, unknown>> {
  if (rec.keyStore) {
    const { id, xksKeyId } = rec.keyStore;
    return { customKeyStoreId: id, ...(xksKeyId === undefined ? {} : { xksKeyId }) };
  }
  return used !== undefined && rec.KeySpec === 'SYMMETRIC_DEFAULT' ? { keyMaterialId: used } : {};
}
