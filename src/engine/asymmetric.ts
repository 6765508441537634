import type {
  AsymmetricSpec,
  EncryptionAlgorithm,
  PrivateKey,
  PublicKey,
} from './crypto/asymmetric/index.ts';
import { useMaterial, type Hsm } from './hsm.ts';
import { currentMaterialOf } from './materials.ts';
import { refuse, type Bytes, type KeyRec, type Refusal, type View } from './model/index.ts';

/*
 * Asymmetric keys inside the HSM. The primitives are loaded when one is first used: the first screen does without them.
 */

export const primitives = () => import('./crypto/asymmetric/index.ts');

/** Keys once read, by the bytes that they were read from: the HSM's memory, like the cache of hsm.ts. */
const privateKeys = new WeakMap<Bytes, PrivateKey>();
const publicKeys = new WeakMap<Bytes, PublicKey>();

/** The algorithm lists of keySpecs.ts have let the spec through by then. */
const asymmetric = (spec: KeyRec['KeySpec']): AsymmetricSpec => spec as AsymmetricSpec;

/** The private key of a KMS key, opened inside the HSM. */
export async function privateKeyOf(hsm: Hsm, key: KeyRec): Promise<PrivateKey> {
  const { secret } = await useMaterial(hsm, key);
  const known = privateKeys.get(secret);
  if (known) return known;
  const { openPrivateKey } = await primitives();
  const opened = openPrivateKey(asymmetric(key.KeySpec), secret);
  privateKeys.set(secret, opened);
  return opened;
}

/** The public half of a KMS key, as kept beside its material. */
export async function publicKeyOf(key: KeyRec, view: View): Promise<PublicKey> {
  const spki = currentMaterialOf(key, view)?.publicKey;
  if (!spki) throw new Error(`key ${key.arn} has no public key`);
  const known = publicKeys.get(spki);
  if (known) return known;
  const { readPublicKey, isKeyFault } = await primitives();
  const read = readPublicKey(asymmetric(key.KeySpec), spki);
  if (isKeyFault(read))
    throw new Error(`key ${key.arn} has a public key that does not read: ${read.expected}`);
  publicKeys.set(spki, read);
  return read;
}

/** The longest plaintext of an RSA or SM2 encryption, in bytes. */
export async function plaintextFault(
  key: KeyRec,
  publicKey: PublicKey,
  algorithm: EncryptionAlgorithm,
  length: number,
): Promise<Refusal | undefined> {
  const { maxPlaintextOf } = await primitives();
  const longest = maxPlaintextOf(algorithm, publicKey);
  return length <= longest
    ? undefined
    : refuse(
        'ValidationException',
        `Algorithm ${algorithm} and key spec ${key.KeySpec} cannot encrypt data larger than ${longest} bytes.`,
        'FACTS.md RSA too long',
      );
}
