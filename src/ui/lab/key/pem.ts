import type { Bytes, KeySpec, KeyUsage } from '../../../engine/index.ts';
import { toBase64 } from '../../format/bytes.ts';

/** RFC 7468. */
export const pemOf = (spki: Bytes): string =>
  `-----BEGIN PUBLIC KEY-----\n${toBase64(spki).replace(/(.{64})(?=.)/g, '$1\n')}\n-----END PUBLIC KEY-----\n`;

const base64url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

const curves: Partial<Readonly<Record<KeySpec, string>>> = {
  ECC_NIST_P256: 'P-256',
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
};

/** The key as JWK (RFC 7517, 8037, 8812); undefined where no settled form exists. */
export async function jwkOf(spki: Bytes, spec: KeySpec): Promise<object | undefined> {
  const curve = curves[spec];
  if (curve !== undefined || spec.startsWith('RSA')) {
    const algorithm =
      curve === undefined ? { name: 'RSA-OAEP', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: curve };
    const uses = curve === undefined ? (['encrypt'] as const) : (['verify'] as const);
    const key = await crypto.subtle.importKey('spki', spki, algorithm, true, uses);
    // What the key may do is KMS's to say, not the browser's.
    const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey('jwk', key);
    return JSON.parse(JSON.stringify({ kty, crv, n, e, x, y })) as object;
  }
  // Raw points at the end of the SubjectPublicKeyInfo: 32 bytes (RFC 8410), or 04 and twice 32 (SEC 1).
  if (spec === 'ECC_NIST_EDWARDS25519') return { kty: 'OKP', crv: 'Ed25519', x: base64url(spki.slice(-32)) };
  if (spec === 'ECC_SECG_P256K1')
    return { kty: 'EC', crv: 'secp256k1', x: base64url(spki.slice(-64, -32)), y: base64url(spki.slice(-32)) };
  return undefined;
}

/**
 * What one does with the public key outside KMS, as OpenSSL 3 has it; for a signature, of this algorithm. Empty: OpenSSL has
 * no line for it that gives what KMS gives.
 */
export function openSslLines(spec: KeySpec, usage: KeyUsage, algorithm: string): readonly string[] {
  const hash = (/SHA_(\d+)$/.exec(algorithm)?.[1] ?? '256').replace(/^/, 'sha');
  if (usage === 'ENCRYPT_DECRYPT' && spec !== 'SM2') {
    return [
      'openssl pkeyutl -encrypt -pubin -inkey public.pem -in message.bin -out ciphertext.bin \\',
      `  -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:${hash} -pkeyopt rsa_mgf1_md:${hash}`,
    ];
  }
  if (usage === 'KEY_AGREEMENT')
    return ['openssl pkeyutl -derive -inkey mine.pem -peerkey public.pem -out shared-secret.bin'];
  if (usage === 'ENCAPSULATE_DECAPSULATE')
    return [
      '# OpenSSL 3.5 or later',
      'openssl pkeyutl -encap -pubin -inkey public.pem -out encapsulated.bin -secret shared-secret.bin',
    ];
  if (algorithm.startsWith('RSASSA_PKCS1'))
    return [`openssl dgst -${hash} -verify public.pem -signature signature.bin message.bin`];
  if (spec.startsWith('RSA'))
    return [
      `openssl dgst -${hash} -verify public.pem -signature signature.bin \\`,
      '  -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest message.bin',
    ];
  if (spec.startsWith('ML_DSA'))
    return [
      '# OpenSSL 3.5 or later',
      'openssl pkeyutl -verify -pubin -inkey public.pem -in message.bin -sigfile signature.bin',
    ];
  // KMS takes only the digest for it, and hashes that again (specs.json): not what OpenSSL does with the message.
  if (algorithm === 'ED25519_PH_SHA_512') return [];
  if (spec === 'ECC_NIST_EDWARDS25519')
    return ['openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in message.bin -sigfile signature.bin'];
  if (spec === 'SM2') return ['openssl dgst -sm3 -verify public.pem -signature signature.bin message.bin'];
  return [`openssl dgst -${hash} -verify public.pem -signature signature.bin message.bin`];
}

/** Lengths in bytes, post-quantum beside classic: specs.json keySpecs; public keys without their DER wrapping. */
export const sizes: readonly {
  readonly spec: KeySpec;
  readonly publicKey: number;
  readonly output: number;
  readonly postQuantum: boolean;
}[] = [
  { spec: 'ECC_NIST_EDWARDS25519', publicKey: 32, output: 64, postQuantum: false },
  { spec: 'ECC_NIST_P256', publicKey: 65, output: 72, postQuantum: false },
  { spec: 'RSA_2048', publicKey: 256, output: 256, postQuantum: false },
  { spec: 'RSA_4096', publicKey: 512, output: 512, postQuantum: false },
  { spec: 'ML_DSA_44', publicKey: 1312, output: 2420, postQuantum: true },
  { spec: 'ML_DSA_65', publicKey: 1952, output: 3309, postQuantum: true },
  { spec: 'ML_DSA_87', publicKey: 2592, output: 4627, postQuantum: true },
  { spec: 'ML_KEM_512', publicKey: 800, output: 768, postQuantum: true },
  { spec: 'ML_KEM_768', publicKey: 1184, output: 1088, postQuantum: true },
  { spec: 'ML_KEM_1024', publicKey: 1568, output: 1568, postQuantum: true },
];
