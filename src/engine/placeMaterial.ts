import { changeState } from './changeState.ts';
import { storeMaterial } from './hsm.ts';
import { importedMaterialId, type Material } from './imports.ts';
import { materialRefusal, nextMaterialState, type ImportType, type MaterialEvent } from './machines/index.ts';
import { materialContext, materialStateOf, pendingMaterial, primaryMaterial } from './materialState.ts';
import { materialsOf } from './materials.ts';
import { ref, refuse, type EpochMs, type KeyRec, type MaterialRec, type Refusal } from './model/index.ts';
import { relatedKeys, roleFault } from './multiRegion.ts';
import type { Step } from './operation.ts';

/*
 * Where an imported material belongs in its key: its first, one that it knows, or a new one that waits for rotation.
 */

export interface ImportAsked {
  readonly importType: ImportType | undefined;
  readonly KeyMaterialId: string | undefined;
  readonly description: string | undefined;
  readonly expires: EpochMs | undefined;
}

/** Stores what was unwrapped, or says why it is not to be. @returns the identifier of the material. */
export async function placeMaterial(
  rec: KeyRec,
  material: Material,
  asked: ImportAsked,
  step: Step,
): Promise<string | Refusal> {
  const { view } = step;
  const materials = materialsOf(rec.arn, view);
  const known = materials.find(({ imported }) => imported?.fingerprint === material.fingerprint);
  // model.json ImportKeyMaterial: new while nothing was ever imported. A replica knows what its primary has.
  const importType =
    asked.importType ?? (materials.length === 0 ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL');
  if (importType === 'NEW_KEY_MATERIAL' && asked.KeyMaterialId !== undefined) {
    return refuse('ValidationException', '', 'model.json crossMemberRules ImportKeyMaterial');
  }
  const materialId = known?.materialId ?? importedMaterialId(material.secret, rec.key);
  const event: MaterialEvent = { type: 'ImportKeyMaterial', importType };
  const from = known ? materialStateOf(known, rec, view) : 'none';
  const context = materialContext(rec, materialId, view);
  const next = nextMaterialState(from, event, context);
  if (next === undefined) return refusal(materialRefusal(event, from, context), rec, materialId, step);
  if (asked.KeyMaterialId !== undefined && asked.KeyMaterialId !== materialId) return incorrect;
  const version = known?.version ?? (materials.at(-1)?.version ?? -1) + 1;
  const placed = await storeMaterial(step, rec.arn, material.secret, {
    materialId,
    version,
    publicKey: material.publicKey,
    rotated: known?.rotated,
    imported: {
      expires: asked.expires,
      // Without a description the one of the last import of this material stays.
      description: asked.description ?? known?.imported?.description,
      fingerprint: material.fingerprint,
    },
  });
  if (!context.replica) tellReplicas(placed, rec, step);
  if (!next.startsWith('PENDING_')) settle(rec, materialId, step);
  return materialId;
}

const incorrect = refuse('IncorrectKeyMaterialException', '', 'specs.json import wrongMaterial');

function refusal(exception: string | undefined, rec: KeyRec, materialId: string, { view }: Step): Refusal {
  if (exception === 'UnsupportedOperationException')
    return roleFault(rec, 'importNewMaterial', view) ?? incorrect;
  if (exception !== 'KMSInvalidStateException') return incorrect;
  return refuse(
    exception,
    `New key material (id: ${materialId}) cannot be imported into KMS key ${rec.arn}, because another key material (id: ${pendingMaterial(rec, view)?.materialId ?? ''}) is pending rotation.`,
    'FACTS.md import',
  );
}

/**
 * specs.json multiRegion "shared": of imported material the replicas learn identifier and description; the material itself
 * has to be imported in each Region.
 */
function tellReplicas(material: MaterialRec, rec: KeyRec, { view }: Step): void {
  for (const key of relatedKeys(rec, view)) {
    const theirs = view.get(ref.material(key.arn, material.version));
    view.put(ref.material(key.arn, material.version), knownElsewhere(material, key, theirs));
  }
}

/** A material as a related key knows it: by name, and with what it holds of it already. */
export const knownElsewhere = (
  material: MaterialRec,
  key: KeyRec,
  theirs: MaterialRec | undefined,
): MaterialRec => ({
  ...material,
  key: key.arn,
  wrapped: theirs?.wrapped,
  publicKey: theirs?.publicKey,
  imported: material.imported && { ...material.imported, expires: theirs?.imported?.expires },
});

/** A key that has all its materials (again) is usable (again); its first import gives it a current one. */
function settle(rec: KeyRec, materialId: string, step: Step): void {
  const { view } = step;
  const currentMaterial = rec.currentMaterial ?? primaryMaterial(rec, view) ?? materialId;
  const withCurrent = { ...rec, currentMaterial };
  const complete = materialsOf(rec.arn, view).every(
    (one) => one.wrapped !== undefined || materialStateOf(one, withCurrent, view).startsWith('PENDING_'),
  );
  if (rec.KeyState === 'PendingImport' && complete)
    changeState(rec, 'ImportKeyMaterial', step, { currentMaterial });
  else if (rec.currentMaterial === undefined) view.put(ref.key(rec.arn), withCurrent);
}
