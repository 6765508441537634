import { plaintextFault, primitives, privateKeyOf, publicKeyOf } from './asymmetric.ts';
import type { EncryptionAlgorithm } from './crypto/asymmetric/index.ts';
import { open, seal, type Context } from './hsm.ts';
import { refuse, type Bytes, type KeyRec, type Refusal } from './model/index.ts';
import type { Step } from './operation.ts';

/*
 * Encryption and decryption under a KMS key of any spec. Symmetric keys make blobs that name their material; RSA and SM2
 * ciphertext is the bare output of the primitive.
 */

/** The usage stage has found the algorithm in the list of the key's spec. */
const named = (algorithm: string): EncryptionAlgorithm => algorithm as EncryptionAlgorithm;

export interface Sealed {
  readonly blob: Bytes;
  /** Undefined for asymmetric keys. */
  readonly materialId: string | undefined;
}

export async function encryptUnder(
  key: KeyRec,
  algorithm: string,
  plaintext: Bytes,
  context: Context | undefined,
  step: Step,
): Promise<Sealed | Refusal> {
  if (key.KeySpec === 'SYMMETRIC_DEFAULT') {
    return { blob: await seal(step, key, plaintext, context, 'Encrypt'), materialId: key.currentMaterial };
  }
  const publicKey = await publicKeyOf(key, step.view);
  const tooLong = await plaintextFault(key, publicKey, named(algorithm), plaintext.length);
  if (tooLong) return tooLong;
  const { encrypt } = await primitives();
  const random = (n: number) => step.env.random(n);
  const blob = encrypt({ algorithm: named(algorithm), publicKey, plaintext, random });
  step.note({ kind: 'sealed', plaintextLength: plaintext.length, aadLength: 0, blobLength: blob.length });
  return { blob, materialId: undefined };
}

export interface Opened {
  readonly plaintext: Bytes;
  readonly materialId: string | undefined;
}

/** Undefined when a check fails: KMS tells nobody which one; the trace does. */
export async function decryptUnder(
  key: KeyRec,
  algorithm: string,
  blob: Bytes,
  context: Context | undefined,
  step: Step,
): Promise<Opened | undefined> {
  if (key.KeySpec === 'SYMMETRIC_DEFAULT') {
    return open(step, key, blob, context);
  }
  const { decrypt } = await primitives();
  const privateKey = await privateKeyOf(step, key);
  const plaintext = decrypt({ algorithm: named(algorithm), privateKey, ciphertext: blob });
  if (!plaintext) {
    step.note({ kind: 'openFailed', check: 'tag' });
    return undefined;
  }
  step.note({ kind: 'opened', blobLength: blob.length, aadLength: 0, plaintextLength: plaintext.length });
  return { plaintext, materialId: undefined };
}

/**
 * OURS: an encryption context with an asymmetric key is refused; the documentation says it cannot be given, the text is
 * in no recording.
 */
export function contextFault(key: KeyRec, context: Context | undefined): Refusal | undefined {
  if (key.KeySpec === 'SYMMETRIC_DEFAULT' || Object.keys(context ?? {}).length === 0) return undefined;
  return refuse('ValidationException', '', 'model.json crossMemberRules Encrypt');
}
