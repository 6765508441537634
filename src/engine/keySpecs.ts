import { refuse, type KeyRec, type KeySpec, type KeyUsage, type Refusal } from './model/index.ts';

/*
 * What each key spec is, as data: specs.json "keySpecs", algorithms in the order of "algorithmListOrder".
 */

interface SpecFacts {
  readonly class: 'symmetric' | 'hmac' | 'asymmetric';
  readonly usages: readonly KeyUsage[];
  readonly encryption?: readonly string[];
  readonly signing?: readonly string[];
  readonly agreement?: readonly string[];
  readonly mac?: readonly string[];
  readonly encapsulation?: readonly string[];
  /** Material can come from outside. */
  readonly importable: boolean;
  /** `china`: only there; `notChina`: everywhere else. */
  readonly where?: 'china' | 'notChina';
}

const rsa: SpecFacts = {
  class: 'asymmetric',
  usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  encryption: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  signing: [
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
  ],
  importable: true,
};
const nist = (hash: string): SpecFacts => ({
  class: 'asymmetric',
  usages: ['SIGN_VERIFY', 'KEY_AGREEMENT'],
  signing: [`ECDSA_${hash}`],
  agreement: ['ECDH'],
  importable: true,
});
const hmac = (bits: number): SpecFacts => ({
  class: 'hmac',
  usages: ['GENERATE_VERIFY_MAC'],
  mac: [`HMAC_SHA_${bits}`],
  importable: true,
});
const mlDsa: SpecFacts = {
  class: 'asymmetric',
  usages: ['SIGN_VERIFY'],
  signing: ['ML_DSA_SHAKE_256'],
  importable: false,
};
const mlKem: SpecFacts = {
  class: 'asymmetric',
  usages: ['ENCAPSULATE_DECAPSULATE'],
  encapsulation: ['ML_KEM'],
  importable: false,
  where: 'notChina',
};

export const keySpecs: Readonly<Record<KeySpec, SpecFacts>> = {
  SYMMETRIC_DEFAULT: {
    class: 'symmetric',
    usages: ['ENCRYPT_DECRYPT'],
    encryption: ['SYMMETRIC_DEFAULT'],
    importable: true,
  },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: nist('SHA_256'),
  ECC_NIST_P384: nist('SHA_384'),
  ECC_NIST_P521: nist('SHA_512'),
  ECC_SECG_P256K1: {
    class: 'asymmetric',
    usages: ['SIGN_VERIFY'],
    signing: ['ECDSA_SHA_256'],
    importable: true,
  },
  ECC_NIST_EDWARDS25519: {
    class: 'asymmetric',
    usages: ['SIGN_VERIFY'],
    signing: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'],
    importable: true,
  },
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
  ML_DSA_44: mlDsa,
  ML_DSA_65: mlDsa,
  ML_DSA_87: mlDsa,
  ML_KEM_512: mlKem,
  ML_KEM_768: mlKem,
  ML_KEM_1024: mlKem,
  SM2: {
    class: 'asymmetric',
    usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'KEY_AGREEMENT'],
    encryption: ['SM2PKE'],
    signing: ['SM2DSA'],
    agreement: ['ECDH'],
    importable: true,
    where: 'china',
  },
};

export const isAsymmetric = (KeySpec: KeySpec): boolean => keySpecs[KeySpec].class === 'asymmetric';

const algorithmMembers = {
  ENCRYPT_DECRYPT: ['EncryptionAlgorithms', 'encryption'],
  SIGN_VERIFY: ['SigningAlgorithms', 'signing'],
  KEY_AGREEMENT: ['KeyAgreementAlgorithms', 'agreement'],
  GENERATE_VERIFY_MAC: ['MacAlgorithms', 'mac'],
  ENCAPSULATE_DECAPSULATE: ['EncapsulationAlgorithms', 'encapsulation'],
} as const;

/** The algorithms that a key may be used with: those of its usage. */
export const algorithmsOf = ({
  KeySpec,
  KeyUsage,
}: Pick<KeyRec, 'KeySpec' | 'KeyUsage'>): readonly string[] =>
  keySpecs[KeySpec][algorithmMembers[KeyUsage][1]] ?? [];

/** The one algorithm member of an answer about a key; lists of the other usages are absent, not empty. */
export const algorithmMember = (
  key: Pick<KeyRec, 'KeySpec' | 'KeyUsage'>,
): Readonly<Record<string, readonly string[]>> => ({
  [algorithmMembers[key.KeyUsage][0]]: algorithmsOf(key),
});

/** Whether spec and usage go together (specs.json "usageRules"). */
export function usageFault(KeySpec: KeySpec, KeyUsage: KeyUsage | undefined): Refusal | undefined {
  if (KeyUsage === undefined) {
    return KeySpec === 'SYMMETRIC_DEFAULT'
      ? undefined
      : refuse(
          'ValidationException',
          'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
          'FACTS.md CreateKey',
        );
  }
  return keySpecs[KeySpec].usages.includes(KeyUsage)
    ? undefined
    : refuse(
        'ValidationException',
        `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`,
        'FACTS.md CreateKey',
      );
}

/**
 * Whether a key of a spec can be made in a Region. OURS: what is said of a spec that a Region
 * does not have is in no recording.
 */
export function placeFault(KeySpec: KeySpec, region: string): Refusal | undefined {
  const { where } = keySpecs[KeySpec];
  const china = region.startsWith('cn-');
  return where === undefined || (where === 'china') === china
    ? undefined
    : refuse('UnsupportedOperationException', '', `specs.json keySpecs ${KeySpec} region`);
}
