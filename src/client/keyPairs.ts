import {
  asymmetricPrimitives,
  seededBytes,
  toHex,
  type Bytes,
  type Call,
  type KeyPair,
  type KeySpec,
} from '../engine/index.ts';

/*
 * Key pairs. RSA is slow to make in TypeScript, so that free worlds let the platform do it, before the step enters the
 * queue; seeded worlds make all pairs from a seed, so that the same draws give the same keys.
 */

/** What asks for a pair of this world: its way to make one. */
export type PairMaker = (spec: KeySpec, seed: Bytes) => Promise<KeyPair>;

/** From the seed alone. RSA 2048 takes a fifth of a second, 4096 some seconds. */
export const seededPair: PairMaker = async (spec, seed) => {
  const { generateKeyPair, asymmetricSpecs } = await asymmetricPrimitives();
  const known = asymmetricSpecs.find((one) => one === spec);
  if (!known) throw new Error(`"keyPair" expected the spec of an asymmetric key, got ${spec}`);
  return generateKeyPair(known, seededBytes(toHex(seed), 0));
};

/** By the platform for RSA, else from the seed. */
export const platformPair: PairMaker = async (spec, seed) => {
  const bits = rsaBits(spec);
  if (bits === undefined) return seededPair(spec, seed);
  const pair = await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: bits,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  );
  const [priv, pub] = await Promise.all([
    crypto.subtle.exportKey('pkcs8', pair.privateKey),
    crypto.subtle.exportKey('spki', pair.publicKey),
  ]);
  return { private: new Uint8Array(priv), public: new Uint8Array(pub) };
};

const rsaBits = (spec: string): number | undefined => {
  const match = /^RSA_(\d+)$/.exec(spec);
  return match ? Number(match[1]) : undefined;
};

/** The slow pair that a call will ask for, if any: worth making before its turn comes. */
export function slowPairOf({ operation, input }: Call): KeySpec | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const member = { CreateKey: 'KeySpec', GetParametersForImport: 'WrappingKeySpec' }[operation];
  const named = operation.startsWith('GenerateDataKeyPair') ? 'KeyPairSpec' : member;
  const given = input as Readonly<Record<string, unknown>>;
  if (operation === 'CreateKey' && (given['Origin'] ?? 'AWS_KMS') !== 'AWS_KMS') return undefined;
  const spec = named === undefined ? undefined : given[named];
  return typeof spec === 'string' && /^RSA_(2048|3072|4096)$/.test(spec) ? (spec as KeySpec) : undefined;
}
