import type { Page } from 'playwright';
import type { Bytes } from '../../src/engine/index.ts';
import { hashOf, Lacks, rsaBits, type Row, type Side } from './side.ts';

/* WebCrypto of a Chromium, asked in a page. Its signatures of curves are r ‖ s; KMS writes them as DER. */

/** What crosses into the page and back: bytes as numbers, WebCrypto's own words beside them. */
interface Asked {
  readonly what: 'pair' | 'sign' | 'verify' | 'encrypt' | 'decrypt' | 'agree' | 'encapsulate' | 'decapsulate';
  readonly algorithm: object;
  /** Algorithm of the key, which may say more. */
  readonly key: object;
  /** Of the private key, and of the public one. */
  readonly usages: readonly [readonly string[], readonly string[]];
  readonly format: 'pkcs8' | 'raw';
  readonly bytes: readonly (readonly number[])[];
}

/** Runs in the page. */
async function inPage(asked: Asked): Promise<{ readonly bytes?: number[][]; readonly lacks?: string }> {
  const { subtle } = globalThis.crypto;
  const bytes = asked.bytes.map((one) => Uint8Array.from(one));
  const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = bytes;
  const of = (buffer: ArrayBuffer): number[] => [...new Uint8Array(buffer)];
  const key = asked.key as RsaHashedImportParams;
  const algorithm = asked.algorithm as AlgorithmIdentifier;
  const [privateUses, publicUses] = asked.usages as [KeyUsage[], KeyUsage[]];
  const secret = () => subtle.importKey(asked.format as 'pkcs8', first, key, true, privateUses);
  const open = (der: BufferSource) => subtle.importKey('spki', der, key, true, publicUses);
  const kem = subtle as unknown as {
    encapsulateBits(of: object, key: CryptoKey): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>;
    decapsulateBits(of: object, key: CryptoKey, ciphertext: BufferSource): Promise<ArrayBuffer>;
  };
  try {
    switch (asked.what) {
      case 'pair': {
        const uses = [...new Set([...privateUses, ...publicUses])];
        const pair = (await subtle.generateKey(key as RsaHashedKeyGenParams, true, uses)) as CryptoKeyPair;
        return {
          bytes: [
            of(await subtle.exportKey('pkcs8', pair.privateKey)),
            of(await subtle.exportKey('spki', pair.publicKey)),
          ],
        };
      }
      case 'sign':
        return { bytes: [of(await subtle.sign(algorithm, await secret(), second))] };
      case 'verify':
        return { bytes: [[Number(await subtle.verify(algorithm, await open(first), third, second))]] };
      case 'encrypt':
        return {
          bytes: [
            of(
              await subtle.encrypt(
                algorithm,
                await (asked.format === 'raw' ? secret() : open(first)),
                second,
              ),
            ),
          ],
        };
      case 'decrypt':
        return { bytes: [of(await subtle.decrypt(algorithm, await secret(), second))] };
      case 'agree': {
        const ecdh = { ...asked.algorithm, public: await open(second) } as unknown as AlgorithmIdentifier;
        return { bytes: [of(await subtle.deriveBits(ecdh, await secret(), null as unknown as number))] };
      }
      case 'encapsulate': {
        const { sharedKey, ciphertext } = await kem.encapsulateBits(asked.algorithm, await open(first));
        return { bytes: [of(ciphertext), of(sharedKey)] };
      }
      case 'decapsulate':
        return { bytes: [of(await kem.decapsulateBits(asked.algorithm, await secret(), second))] };
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return { lacks: error.message };
    throw error;
  }
}

const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P256: 'P-256',
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
  ECC_SECG_P256K1: 'K-256',
};

function wordsFor(row: Row): Pick<Asked, 'algorithm' | 'key' | 'usages' | 'format'> {
  const { spec, algorithm, use } = row;
  const hash = `SHA-${hashOf(row)}`;
  const modulus = { modulusLength: rsaBits(row), publicExponent: Uint8Array.of(1, 0, 1), hash };
  const signs = [['sign'], ['verify']] as const;
  if (algorithm.includes('PH_SHA')) throw new Lacks('WebCrypto has no Ed25519ph');
  if (algorithm.endsWith('EXTERNAL_MU')) throw new Lacks('WebCrypto takes no external mu');
  if (spec === 'SM2' || algorithm.startsWith('SM4')) throw new Lacks('WebCrypto has no SM2 and no SM4');
  if (spec.startsWith('RSA_')) {
    if (use === 'wrap') throw new Lacks('WebCrypto wraps with AES-KW, which has no padding (AES-KWP)');
    const encrypts = use === 'encrypt';
    const name = encrypts ? 'RSA-OAEP' : algorithm.includes('PSS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5';
    const usages = encrypts ? ([['decrypt'], ['encrypt']] as const) : signs;
    return {
      algorithm: { name, saltLength: Number(hashOf(row)) / 8 },
      key: { name, ...modulus },
      usages,
      format: 'pkcs8',
    };
  }
  const namedCurve = curves[spec];
  if (namedCurve !== undefined && use === 'agree')
    return {
      algorithm: { name: 'ECDH' },
      key: { name: 'ECDH', namedCurve },
      usages: [['deriveBits'], []],
      format: 'pkcs8',
    };
  if (namedCurve !== undefined)
    return {
      algorithm: { name: 'ECDSA', hash },
      key: { name: 'ECDSA', namedCurve },
      usages: signs,
      format: 'pkcs8',
    };
  if (use === 'mac')
    return { algorithm: { name: 'HMAC' }, key: { name: 'HMAC', hash }, usages: signs, format: 'raw' };
  if (use === 'seal')
    return {
      algorithm: { name: 'AES-GCM' },
      key: { name: 'AES-GCM' },
      usages: [['encrypt', 'decrypt'], []],
      format: 'raw',
    };
  const name = spec === 'ECC_NIST_EDWARDS25519' ? 'Ed25519' : spec.replaceAll('_', '-');
  const kem = [['decapsulateBits'], ['encapsulateBits']] as const;
  return { algorithm: { name }, key: { name }, usages: use === 'encapsulate' ? kem : signs, format: 'pkcs8' };
}

/** r ‖ s of the field's length, and DER's SEQUENCE of two INTEGERs. */
const fieldLength: Readonly<Record<string, number>> = {
  ECC_NIST_P256: 32,
  ECC_NIST_P384: 48,
  ECC_NIST_P521: 66,
};
function toRaw(der: Bytes, length: number): Bytes {
  let at = der[1] === 0x81 ? 3 : 2;
  const raw = new Uint8Array(2 * length);
  for (const end of [length, 2 * length]) {
    const size = der[at + 1] ?? 0;
    const integer = der.slice(at + 2, at + 2 + size).slice(Math.max(0, size - length));
    raw.set(integer, end - integer.length);
    at += 2 + size;
  }
  return raw;
}
function toDer(raw: Bytes): Bytes {
  const integer = (half: Bytes): number[] => {
    const from = half.findIndex((byte) => byte !== 0);
    const plain = [...half.slice(from < 0 ? half.length - 1 : from)];
    const own = (plain[0] ?? 0) >= 0x80 ? [0, ...plain] : plain;
    return [2, own.length, ...own];
  };
  const content = [...integer(raw.slice(0, raw.length / 2)), ...integer(raw.slice(raw.length / 2))];
  return Uint8Array.from([0x30, ...(content.length < 0x80 ? [] : [0x81]), content.length, ...content]);
}

export function chromiumSide(page: Page, about: string): Side {
  async function ask(
    row: Row,
    what: Asked['what'],
    given: readonly Bytes[],
    more: object = {},
  ): Promise<readonly Bytes[]> {
    const words = wordsFor(row);
    const asked: Asked = {
      ...words,
      algorithm: { ...words.algorithm, ...more },
      what,
      bytes: given.map((one) => [...one]),
    };
    const { bytes } = await page.evaluate(inPage, asked);
    if (bytes) return bytes.map((one) => Uint8Array.from(one));
    const missing =
      row.spec === 'HMAC_224'
        ? 'SHA-224'
        : (curves[row.spec] ?? row.spec.replaceAll('_', '-')).replace('K-256', 'secp256k1');
    throw new Lacks(`WebCrypto of this Chromium has no ${missing}`);
  }
  const one = async (...args: Parameters<typeof ask>): Promise<Bytes> =>
    (await ask(...args))[0] ?? new Uint8Array();
  const none = (row: Row): never => {
    wordsFor(row);
    throw new Error(`${row.algorithm} is not asked of WebCrypto`);
  };
  return {
    name: 'Chromium',
    about,
    async pair(row) {
      const [privateKey = new Uint8Array(), publicKey = new Uint8Array()] = await ask(row, 'pair', []);
      return { private: privateKey, public: publicKey };
    },
    async sign(row, key, message) {
      const signature = await one(row, 'sign', [key, message]);
      return row.algorithm.startsWith('ECDSA') ? toDer(signature) : signature;
    },
    async verify(row, key, message, signature) {
      const length = fieldLength[row.spec];
      const raw = length === undefined ? signature : toRaw(signature, length);
      return (await one(row, 'verify', [key, message, raw]))[0] === 1;
    },
    encrypt: (row, key, plaintext) => one(row, 'encrypt', [key, plaintext]),
    decrypt: (row, key, ciphertext) => one(row, 'decrypt', [key, ciphertext]),
    agree: (row, key, other) => one(row, 'agree', [key, other]),
    mac: (row, key, message) => one(row, 'sign', [key, message]),
    async encapsulate(row, key) {
      const [ciphertext = new Uint8Array(), secret = new Uint8Array()] = await ask(row, 'encapsulate', [key]);
      return { ciphertext, secret };
    },
    decapsulate: (row, key, ciphertext) => one(row, 'decapsulate', [key, ciphertext]),
    wrap: async (row) => none(row),
    unwrap: async (row) => none(row),
    seal: (row, key, iv, plaintext, aad) =>
      one(row, 'encrypt', [key, plaintext], { iv, additionalData: aad }),
    open: (row, key, iv, sealed, aad) => one(row, 'decrypt', [key, sealed], { iv, additionalData: aad }),
  };
}
