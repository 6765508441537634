import type { KeySpec, KeyUsage, Origin } from '../../../engine/index.ts';

/** A choice in words: what it allows, and what it forbids. */
export interface Said {
  readonly allows: string;
  readonly forbids?: string;
}

const usages: Readonly<Record<KeyUsage, Said>> = {
  ENCRYPT_DECRYPT: {
    allows: 'Encrypt and decrypt up to 4 KB; symmetric keys also make data keys for anything larger.',
    forbids: 'No signatures, no MACs.',
  },
  SIGN_VERIFY: {
    allows: 'Sign inside KMS; anybody with the public key verifies, without KMS.',
    forbids: 'No encryption.',
  },
  GENERATE_VERIFY_MAC: {
    allows: 'Make and check a MAC (HMAC). The same secret key does both, inside KMS.',
    forbids: 'Whoever cannot call KMS cannot check it.',
  },
  KEY_AGREEMENT: {
    allows: 'Derive a shared secret with another party’s public key (ECDH).',
    forbids: 'No encryption, no signatures.',
  },
  ENCAPSULATE_DECAPSULATE: {
    allows: 'Agree on a secret by ML-KEM, which a quantum computer does not open.',
    forbids: 'No encryption, no signatures.',
  },
};

// Sizes: specs.json keySpecs.
const specs: Readonly<Record<KeySpec, string>> = {
  SYMMETRIC_DEFAULT:
    'AES-256-GCM. Never leaves KMS; encryption context; can rotate. Most services ask for it.',
  RSA_2048: 'Ciphertexts and signatures of 256 bytes; OAEP with SHA-256 takes 190 bytes.',
  RSA_3072: 'Ciphertexts and signatures of 384 bytes; OAEP with SHA-256 takes 318 bytes.',
  RSA_4096: 'Ciphertexts and signatures of 512 bytes; OAEP with SHA-256 takes 446 bytes.',
  ECC_NIST_P256: 'ECDSA with SHA-256 (ES256) or ECDH with a secret of 32 bytes.',
  ECC_NIST_P384: 'ECDSA with SHA-384 (ES384) or ECDH with a secret of 48 bytes.',
  ECC_NIST_P521: 'ECDSA with SHA-512 (ES512) or ECDH with a secret of 66 bytes.',
  ECC_SECG_P256K1: 'ECDSA on the curve of cryptocurrencies (ES256K).',
  ECC_NIST_EDWARDS25519: 'Ed25519: signatures of 64 bytes, the same message gives the same signature.',
  HMAC_224: 'A MAC of 28 bytes.',
  HMAC_256: 'A MAC of 32 bytes: webhooks, tokens (HS256).',
  HMAC_384: 'A MAC of 48 bytes.',
  HMAC_512: 'A MAC of 64 bytes.',
  ML_DSA_44: 'Post-quantum signatures of 2,420 bytes.',
  ML_DSA_65: 'Post-quantum signatures of 3,309 bytes.',
  ML_DSA_87: 'Post-quantum signatures of 4,627 bytes.',
  ML_KEM_512: 'Encapsulated secret of 768 bytes.',
  ML_KEM_768: 'Encapsulated secret of 1,088 bytes.',
  ML_KEM_1024: 'Encapsulated secret of 1,568 bytes.',
  SM2: 'The asymmetric algorithm of the Chinese standards.',
};

const origins: Readonly<Record<Origin, Said>> = {
  AWS_KMS: {
    allows: 'KMS makes the material inside its HSMs and keeps it.',
    forbids: 'You can never take it out.',
  },
  EXTERNAL: {
    allows: 'You import material that you made; it may expire, and you can delete it at once.',
    forbids: 'The key begins as PendingImport. No automatic rotation. Keep a copy: KMS keeps none for you.',
  },
  AWS_CLOUDHSM: {
    allows: 'The material lives in your own CloudHSM cluster.',
    forbids: 'No import, no rotation, no multi-Region. Cluster away: key Unavailable.',
  },
  EXTERNAL_KEY_STORE: {
    allows: 'The material stays outside AWS, behind your proxy; every call goes there.',
    forbids: 'No rotation, no multi-Region. Proxy away: key Unavailable.',
  },
};

const scopes = {
  single: {
    allows: 'The key stays in this Region for ever.',
    forbids: 'No other Region can decrypt what it encrypts.',
  },
  multi: {
    allows: 'Can be replicated: keys with the same ID and material in other Regions decrypt for one another.',
    forbids: 'The material is then in more than one Region. Policies, grants and aliases are not shared.',
  },
} satisfies Readonly<Record<string, Said>>;

const or = (words: readonly string[]): string => words.join(' or ');

export const createWords = {
  usages,
  specs,
  origins,
  scopes,
  groups: {
    symmetric: 'Symmetric',
    rsa: 'RSA',
    ecc: 'Elliptic curves',
    hmac: 'HMAC',
    mlDsa: 'ML-DSA, post-quantum',
    mlKem: 'ML-KEM, post-quantum',
    sm2: 'SM2',
  },
  usage: 'What it does',
  spec: 'What kind of key',
  origin: 'Where its material comes from',
  scope: 'Where it can be used',
  single: 'One Region',
  multi: 'Multi-Region',
  otherSpecs: (n: number, usage: string) =>
    n === 1 ? `One kind cannot do ${usage}` : `${n} kinds cannot do ${usage}, and why`,
  fixed: 'These four can never be changed. For another choice one makes another key.',
  store: 'CustomKeyStoreId',
  xksKeyId: 'XksKeyId, the key in your external key manager',
  xksKeyIdHint:
    'Any name will do here: the simulated key manager makes a key of that name when it is first used.',
  more: 'Tags and key policy',

  usageNotHere: (region: string) => `Not in ${region}.`,
  otherUsage: (usages: readonly string[]) => `Does ${or(usages)} only.`,
  otherPlace: (china: boolean) => (china ? 'China Regions only.' : 'Not in China Regions.'),
  notImportable: (spec: string) => `${spec} material cannot be imported.`,
  storesAreSymmetric: 'Key stores hold SYMMETRIC_DEFAULT keys only.',
  noStore: (region: string) => `You have no key store of this kind in ${region}.`,
  storeNotConnected: 'Your key store of this kind is not connected.',
  storesAreRegional: 'A key in a key store cannot be multi-Region.',
  making: (spec: string) => `Making ${spec}…`,
} as const;

/** The heading that a spec stands under. */
export function groupOf(spec: KeySpec): keyof typeof createWords.groups {
  if (spec === 'SYMMETRIC_DEFAULT') return 'symmetric';
  if (spec === 'SM2') return 'sm2';
  if (spec.startsWith('RSA')) return 'rsa';
  if (spec.startsWith('ECC')) return 'ecc';
  if (spec.startsWith('HMAC')) return 'hmac';
  return spec.startsWith('ML_DSA') ? 'mlDsa' : 'mlKem';
}
