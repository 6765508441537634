import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import { concat, equalBytes } from '../codec.ts';
import { equalSecret, hashes, mgf1, xorInto, type HashName } from './hashes.ts';
import { bytesOf, mod, numberOf, powMod } from './numbers.ts';
import { modulusBytes } from './rsaKey.ts';
import type { RsaPrivateKey, RsaPublicKey, ShaName } from './specs.ts';

/* RFC 8017. Every modulus has a whole number of bytes, all bits of it used. */

/**
 * RSADP and RSASP1 (§5.1.2, §5.2.1) by the Chinese remainder theorem: four times faster than with d itself. The result is
 * checked with the public exponent, since a wrong half would betray the primes. No blinding: it hides timing from a
 * stranger, and there is none beside the one whose machine this is.
 */
function privateOperation(key: RsaPrivateKey, value: bigint): bigint {
  const { n, e, p, q, dp, dq, qInv } = key;
  const modQ = powMod(value, dq, q);
  const h = mod((powMod(value, dp, p) - modQ) * qInv, p);
  const result = modQ + h * q;
  if (powMod(result, e, n) !== value) throw new Error('an RSA key whose numbers do not fit each other');
  return result;
}

/** RSAEP and RSAVP1; undefined when the representative is out of range. */
const publicOperation = ({ n, e }: RsaPublicKey, value: bigint): bigint | undefined =>
  value < n ? powMod(value, e, n) : undefined;

/** EMSA-PKCS1-v1_5 (§9.2). */
function pkcs1Encoded(hash: ShaName, digest: Bytes, length: number): Bytes {
  const { digestInfo } = hashes[hash];
  const padding = new Uint8Array(length - digestInfo.length - digest.length - 3).fill(0xff);
  return concat(Uint8Array.of(0, 1), padding, Uint8Array.of(0), digestInfo, digest);
}

export const signPkcs1 = (key: RsaPrivateKey, hash: ShaName, digest: Bytes): Bytes => {
  const length = modulusBytes(key.spec);
  return bytesOf(privateOperation(key, numberOf(pkcs1Encoded(hash, digest, length))), length);
};

/** §8.2.2: encodes again and compares, so that no lax reading of the padding can be fooled. */
export function verifyPkcs1(key: RsaPublicKey, hash: ShaName, digest: Bytes, signature: Bytes): boolean {
  const length = modulusBytes(key.spec);
  const encoded = opened(key, signature);
  return encoded !== undefined && equalBytes(encoded, pkcs1Encoded(hash, digest, length));
}

function opened(key: RsaPublicKey, signature: Bytes): Bytes | undefined {
  const length = modulusBytes(key.spec);
  if (signature.length !== length) return undefined;
  const value = publicOperation(key, numberOf(signature));
  return value === undefined ? undefined : bytesOf(value, length);
}

/** EMSA-PSS-ENCODE (§9.1.1), salt as long as the hash; emBits is one less than the modulus, whose bytes are whole. */
export function signPss(key: RsaPrivateKey, hashName: ShaName, digest: Bytes, random: Random): Bytes {
  const hash = hashes[hashName];
  const length = modulusBytes(key.spec);
  const salt = random(hash.length);
  const h = hash.digest(concat(new Uint8Array(8), digest, salt));
  const padding = new Uint8Array(length - 2 * hash.length - 2);
  const db = concat(padding, Uint8Array.of(1), salt);
  xorInto(db, mgf1(hash, h, db.length));
  db[0] = (db[0] ?? 0) & 0x7f;
  const encoded = concat(db, h, Uint8Array.of(0xbc));
  return bytesOf(privateOperation(key, numberOf(encoded)), length);
}

/** EMSA-PSS-VERIFY (§9.1.2). */
export function verifyPss(key: RsaPublicKey, hashName: ShaName, digest: Bytes, signature: Bytes): boolean {
  const hash = hashes[hashName];
  const encoded = opened(key, signature);
  if (encoded === undefined || encoded.at(-1) !== 0xbc || (encoded[0] ?? 0) >= 0x80) return false;
  const db = encoded.slice(0, encoded.length - hash.length - 1);
  const h = encoded.slice(db.length, -1);
  xorInto(db, mgf1(hash, h, db.length));
  db[0] = (db[0] ?? 0) & 0x7f;
  const mark = db.length - hash.length - 1;
  if (db[mark] !== 1 || db.subarray(0, mark).some((byte) => byte !== 0)) return false;
  return equalBytes(h, hash.digest(concat(new Uint8Array(8), digest, db.slice(mark + 1))));
}

/** keyBits/8 - 2·hashBits/8 - 2 (specs.json "rsaOaepMax"). */
export const maxOaep = (key: RsaPublicKey, hashName: HashName): number =>
  modulusBytes(key.spec) - 2 * hashes[hashName].length - 2;

/** RSAES-OAEP-ENCRYPT (§7.1.1), empty label, MGF1 with the same hash. Throws when the message is too long. */
export function encryptOaep(key: RsaPublicKey, hashName: HashName, message: Bytes, random: Random): Bytes {
  const hash = hashes[hashName];
  const most = maxOaep(key, hashName);
  if (message.length > most)
    throw new RangeError(`"message" expected at most ${most} bytes, got ${message.length}`);
  const padding = new Uint8Array(most - message.length);
  const db = concat(hash.digest(new Uint8Array(0)), padding, Uint8Array.of(1), message);
  const seed = random(hash.length);
  xorInto(db, mgf1(hash, seed, db.length));
  const maskedSeed = xorInto(seed.slice(), mgf1(hash, db, hash.length));
  const value = publicOperation(key, numberOf(concat(Uint8Array.of(0), maskedSeed, db)));
  if (value === undefined) throw new Error('an OAEP encoding as large as the modulus');
  return bytesOf(value, modulusBytes(key.spec));
}

/**
 * RSAES-OAEP-DECRYPT (§7.1.2). Undefined on any error, and the padding is walked in the same way whichever it is: what
 * was wrong must not be told (Manger's attack).
 */
export function decryptOaep(key: RsaPrivateKey, hashName: HashName, ciphertext: Bytes): Bytes | undefined {
  const hash = hashes[hashName];
  const length = modulusBytes(key.spec);
  const value = numberOf(ciphertext);
  if (ciphertext.length !== length || value >= key.n) return undefined;
  const encoded = bytesOf(privateOperation(key, value), length);
  const db = encoded.slice(1 + hash.length);
  const seed = xorInto(encoded.slice(1, 1 + hash.length), mgf1(hash, db, hash.length));
  xorInto(db, mgf1(hash, seed, db.length));
  let bad = encoded[0] ?? 1;
  bad |= equalSecret(db.slice(0, hash.length), hash.digest(new Uint8Array(0))) ? 0 : 1;
  // 0 while in the zeros, 1 from the mark on.
  let found = 0;
  let mark = 0;
  for (let i = hash.length; i < db.length; i++) {
    const byte = db[i] ?? 0;
    const isMark = byte === 1 ? 1 : 0;
    bad |= (1 - found) & (1 - isMark) & (byte === 0 ? 0 : 1);
    mark += (1 - found) * isMark * i;
    found |= isMark;
  }
  return (bad | (1 - found)) === 0 ? db.slice(mark + 1) : undefined;
}
