import type { Bytes } from '../../model/index.ts';
import { curves } from './curves.ts';
import { readPublicKey } from './keys.ts';
import { isKeyFault, mismatch, type PrivateKey } from './specs.ts';

/**
 * ECDH (NIST SP 800-56A §5.7.1.2, cofactor 1): the bare x-coordinate, as long as the field (specs.json "ecdhSecret").
 * Undefined when `publicKey`, DER SPKI, is no key on the same curve; on these curves, whose order is prime, no such point
 * leads to infinity.
 */
export function deriveSharedSecret(key: PrivateKey, publicKey: Bytes): Bytes | undefined {
  // secp256k1 signs only (specs.json "usages").
  if (key.kind !== 'EC' || key.spec === 'ECC_SECG_P256K1') throw mismatch('ECDH', key.spec);
  const other = readPublicKey(key.spec, publicKey);
  if (isKeyFault(other) || other.kind !== 'EC') return undefined;
  return curves[key.spec].getSharedSecret(key.secret, other.point, true).slice(1);
}
