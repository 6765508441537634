import { copyMaterial, makeMaterial, type Hsm } from './hsm.ts';
import { materialRefusal } from './machines/index.ts';
import { materialAfter, materialContext, materialStateOf, pendingMaterial } from './materialState.ts';
import { materialsOf } from './materials.ts';
import { relatedKeys } from './multiRegion.ts';
import {
  epochMs,
  ref,
  refuse,
  type EpochMs,
  type KeyArn,
  type KeyRec,
  type MaterialRec,
  type Refusal,
  type RotationRec,
  type View,
} from './model/index.ts';
import { dayInMs } from './usage.ts';

/*
 * Rotation: new material for new encryption, all old material kept (specs.json "rotation").
 */

export const defaultPeriodInDays = 365;

/** OURS: on AWS an on-demand rotation "took about a minute". */
export const onDemandTakesMs = 60_000;

export const rotationOf = (key: KeyArn, view: View): RotationRec =>
  view.get(ref.rotation(key)) ?? {
    key,
    enabled: false,
    periodInDays: defaultPeriodInDays,
    next: undefined,
    overdue: false,
    onDemand: 0,
    inProgress: undefined,
  };

/** Asymmetric, HMAC and key-store keys do not rotate; a key's type is checked after its state (FACTS.md). */
export function rotationFault(rec: KeyRec): Refusal | undefined {
  if (rec.KeySpec === 'SYMMETRIC_DEFAULT' && !rec.keyStore) return undefined;
  return refuse('UnsupportedOperationException', '', 'FACTS.md empty message: RotateKeyOnDemand on RSA');
}

/** Automatic rotation needs material made by KMS (key-states.json note 6). */
export const originFault = (rec: KeyRec): Refusal | undefined =>
  rec.Origin === 'EXTERNAL'
    ? refuse(
        'UnsupportedOperationException',
        `${rec.arn} origin is EXTERNAL which is not valid for this operation.`,
        'key-states.json note 6',
      )
    : undefined;

export const periodLater = (at: EpochMs, days: number): EpochMs => epochMs(at + days * dayInMs);

/** Makes new material current, in the key and in all keys related to it. @returns the material before and after. */
export async function rotate(
  rec: KeyRec,
  type: 'AUTOMATIC' | 'ON_DEMAND',
  hsm: Hsm,
): Promise<{ readonly before: string | undefined; readonly after: string }> {
  const materials = materialsOf(rec.arn, hsm.view);
  const current = materials.find(({ materialId }) => materialId === rec.currentMaterial);
  if (current) materialAfter(current, { type: 'RotateKey' }, rec, hsm.view);
  const rotated = { type, at: hsm.env.at };
  const pending = pendingMaterial(rec, hsm.view);
  const version = (materials.at(-1)?.version ?? -1) + 1;
  const fresh = pending
    ? promote(pending, rec, rotated, hsm)
    : await makeMaterial(
        { ...hsm, region: rec.region, note: hsm.note },
        rec.arn,
        rec.KeySpec,
        version,
        rotated,
      );
  for (const key of [rec, ...relatedKeys(rec, hsm.view)]) {
    if (key.arn !== rec.arn) await shareMaterial(fresh, key, rotated, hsm);
    hsm.view.put(ref.key(key.arn), { ...key, currentMaterial: fresh.materialId });
  }
  return { before: rec.currentMaterial, after: fresh.materialId };
}

/** What waited becomes current. */
function promote(
  material: MaterialRec,
  key: KeyRec,
  rotated: MaterialRec['rotated'],
  { view }: Hsm,
): MaterialRec {
  materialAfter(material, { type: 'RotateKey' }, key, view);
  const current = { ...material, rotated };
  view.put(ref.material(material.key, material.version), current);
  return current;
}

/** Gives a related key the new material: a copy of what KMS made, or its own import of the same. */
async function shareMaterial(
  fresh: MaterialRec,
  key: KeyRec,
  rotated: MaterialRec['rotated'],
  hsm: Hsm,
): Promise<void> {
  const own = materialsOf(key.arn, hsm.view).find(({ materialId }) => materialId === fresh.materialId);
  if (own) promote(own, key, rotated, hsm);
  else if (!fresh.imported) await copyMaterial(hsm, fresh, key.arn);
}

/** Whether a new imported material waits, in every Region of its key. */
export function readyToRotate(rec: KeyRec, view: View): boolean {
  const pending = pendingMaterial(rec, view);
  const state = pending ? materialStateOf(pending, rec, view) : 'none';
  const asked = { type: 'RotateKeyOnDemand' } as const;
  return materialRefusal(asked, state, materialContext(rec, pending?.materialId, view)) === undefined;
}

/** specs.json "disabledKey": a rotation whose date came while the key was disabled is made up for when it is enabled. */
export function makeUpRotation(key: KeyArn, { view, env }: Pick<Hsm, 'view' | 'env'>): void {
  const rotation = view.get(ref.rotation(key));
  if (rotation?.overdue) view.put(ref.rotation(key), { ...rotation, overdue: false, next: env.at });
}
