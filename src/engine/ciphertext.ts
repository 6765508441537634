import { findKey } from './find.ts';
import { isAsymmetric } from './keySpecs.ts';
import { readBlob } from './hsm.ts';
import { materialById } from './materials.ts';
import { parseKeyName, ref, refuse, type Bytes, type KeyRec, type Refusal } from './model/index.ts';
import type { LocatedKey, Step } from './operation.ts';
import { foreignKeyMessage } from './policy/index.ts';

/*
 * The key of a ciphertext: a symmetric blob names its material, so that KeyId may be missing. Used by Decrypt and by
 * the source side of ReEncrypt.
 */

export interface CiphertextAsked {
  readonly blob: Bytes | undefined;
  readonly KeyId: string | undefined;
  /** Member that names the key, and the one that holds the blob. */
  readonly by: string;
  readonly action: string;
}

export const invalidCiphertext = refuse('InvalidCiphertextException', '', 'FACTS.md empty message');

export function findKeyOfCiphertext(
  { blob, KeyId, by, action }: CiphertextAsked,
  step: Step,
): LocatedKey | Refusal {
  const read = blob && readBlob(step, blob);
  const material = read && materialById(read.materialId, step.region, step.view);
  const owner = material && step.view.get(ref.key(material.key));
  if (KeyId !== undefined) {
    return namedById(KeyId, owner, by, step) ?? findKey({ by, text: KeyId, action, aliases: true }, step);
  }
  if (!read) return invalidCiphertext;
  if (owner?.region !== step.region) {
    // The same sentence for a key that is gone, of another Region, or of another world (policy.md §8).
    return refuse(
      'AccessDeniedException',
      foreignKeyMessage(step.identity.arn, action, true),
      'policy.md §8: Decrypt without KeyId, foreign or unknown key',
    );
  }
  return { rec: owner, by: 'CiphertextBlob', named: read.materialId, alias: undefined, byCiphertext: true };
}

/** A bare key ID may name a foreign key here, because the blob says which one (model.json keyIdForms "crossAccount"). */
function namedById(KeyId: string, owner: KeyRec | undefined, by: string, step: Step): LocatedKey | undefined {
  const name = parseKeyName(KeyId);
  if (name.form !== 'id' || owner?.key !== name.key || owner.region !== step.region) return undefined;
  return { rec: owner, by, named: KeyId, alias: undefined, byCiphertext: false };
}

/** FACTS.md "Order of checks": the ciphertext's key against the named key, before usage. */
export function incorrectKey(blob: Bytes | undefined, key: LocatedKey, step: Step): Refusal | undefined {
  // Ciphertext of an asymmetric key names nothing.
  if (!blob || key.byCiphertext || isAsymmetric(key.rec.KeySpec)) return undefined;
  const read = readBlob({ note: () => undefined }, blob);
  const material = read && materialById(read.materialId, step.region, step.view);
  if (!material || material.key === key.rec.arn) return undefined;
  return refuse(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
    'FACTS.md wrong key for Decrypt',
  );
}
