import type { Bytes, KeyArn } from '../model/index.ts';
import { concat, fromHex, toHex, uint32, utf8 } from './codec.ts';
import { expectLength } from './expect.ts';
import { openGcm, sealGcm } from './gcm.ts';

/**
 * ASCII of "simulated" in hex: how every identifier of ours begins. The same 32 bytes lie open in each ciphertext blob,
 * so that anybody can tell one of ours, and KMS, whose identifiers are random, knows no such material and refuses.
 * In base64 such a blob begins `AQICAHhzaW11bGF0ZW` or `AQIDAHhzaW11bGF0ZW`.
 */
export const simulatedPrefix = '73696d756c61746564';

/** The identifier of new material from 32 random bytes: 23 of them stay, more than enough to be unique. */
export function materialIdentifier(random: Bytes): string {
  expectLength('random', random, 32);
  return simulatedPrefix + toHex(random).slice(simulatedPrefix.length);
}

/** Whether a material identifier (hex) was made by a simulator of this house. */
export const isSimulatedMaterialId = (materialId: string): boolean =>
  materialId.toLowerCase().startsWith(simulatedPrefix);

/** The 32 bytes of an identifier as it stands in the blob. */
export function materialIdBytes(materialId: string): Bytes {
  const bytes = fromHex(materialId);
  if (bytes?.length !== 32)
    throw new RangeError(`"materialId" expected 64 hex digits, got ${JSON.stringify(materialId)}`);
  return bytes;
}

/** Binds wrapped material to its key and its identifier: a token moved to another record does not open. */
export function materialAad(key: KeyArn, materialId: string): Bytes {
  const arn = utf8(key);
  return concat(uint32(arn.length), arn, materialIdBytes(materialId));
}

/**
 * Key material as it is kept: an exported key token (EKT), AES-256-GCM under the Region's domain key (KMS Cryptographic
 * Details, "Key hierarchy"). Nonce ‖ ciphertext ‖ tag. `nonce` is 12 fresh bytes, `aad` comes from {@link materialAad}.
 * OURS: the layout of the token.
 */
export const wrapMaterial = (domainKey: Bytes, material: Bytes, nonce: Bytes, aad: Bytes): Bytes =>
  concat(nonce, sealGcm(domainKey, nonce, material, aad));

/** Undefined when the token was changed, or belongs to another domain key, key or identifier. */
export function unwrapMaterial(domainKey: Bytes, wrapped: Bytes, aad: Bytes): Bytes | undefined {
  if (wrapped.length < 12 + 16) return undefined;
  return openGcm(domainKey, wrapped.slice(0, 12), wrapped.slice(12), aad);
}
