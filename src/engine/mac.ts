import { primitives } from './asymmetric.ts';
import type { MacAlgorithm } from './crypto/asymmetric/index.ts';
import { useMaterial } from './hsm.ts';
import type { Bytes, KeyRec } from './model/index.ts';
import type { Step } from './operation.ts';

/** The MAC of a message under an HMAC key (RFC 2104). */
export async function macUnder(key: KeyRec, algorithm: string, message: Bytes, step: Step): Promise<Bytes> {
  const { macOf } = await primitives();
  const { secret } = await useMaterial(step, key);
  // The usage stage has found the algorithm in the list of the key's spec.
  return macOf(algorithm as MacAlgorithm, secret, message);
}
