import {
  decapsulate,
  decrypt,
  deriveSharedSecret,
  encapsulate,
  encrypt,
  generateKeyPair,
  isKeyFault,
  macOf,
  openPrivateKey,
  publicKeyOf,
  readPrivateKey,
  sign,
  verify,
  type AsymmetricSpec,
  type SigningAlgorithm,
} from '../src/engine/crypto/asymmetric/index.ts';
import type { Bytes } from '../src/engine/model/index.ts';
import type { Suite } from './suite.ts';

/*
 * Every asymmetric primitive beside WebCrypto where that has it, taken in turns in one run: the ratio says what the
 * simulation costs. Both get the message (WebCrypto signs no digest) and read no key inside the measured time, but where
 * the name says so. WebCrypto has neither SM2 nor secp256k1; whether it has the lattices depends on the browser.
 */

const random = (n: number): Bytes => crypto.getRandomValues(new Uint8Array(n));
const message = random(1024);
const samples = 25;

/** How many calls make a sample long enough for a clock that ticks in tenths of a millisecond. */
async function callsFor(run: () => unknown): Promise<number> {
  for (let calls = 1; ; calls *= 4) {
    const started = performance.now();
    for (let call = 0; call < calls; call++) await run();
    if (performance.now() - started >= 4) return calls;
  }
}

/** Medians in milliseconds of one call of two ways, sample by sample in turns. */
async function inTurns(
  runs: number,
  ours: () => unknown,
  theirs: () => Promise<unknown>,
): Promise<readonly [number, number]> {
  const ways = [
    { run: ours, calls: await callsFor(ours), times: [] as number[] },
    { run: theirs, calls: await callsFor(theirs), times: [] as number[] },
  ] as const;
  for (let sample = 0; sample < runs; sample++) {
    for (const { run, calls, times } of ways) {
      const started = performance.now();
      for (let call = 0; call < calls; call++) await run();
      times.push((performance.now() - started) / calls);
    }
  }
  const median = (of: number[]): number => of.sort((a, b) => a - b)[of.length >> 1] ?? Number.NaN;
  return [median(ways[0].times), median(ways[1].times)];
}

/** Undefined where the platform refuses the algorithm. */
async function ifKnown<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch {
    return undefined;
  }
}

interface Case {
  readonly spec: AsymmetricSpec;
  readonly algorithm: SigningAlgorithm;
  readonly imported?: RsaHashedImportParams | EcKeyImportParams | Algorithm;
  readonly used?: AlgorithmIdentifier | RsaPssParams | EcdsaParams;
}
const rsa = (name: string): RsaHashedImportParams => ({ name, hash: 'SHA-256' });
const ecdsa = (spec: AsymmetricSpec, bits: number, namedCurve: string): Case => ({
  spec,
  algorithm: bits === 256 ? 'ECDSA_SHA_256' : bits === 384 ? 'ECDSA_SHA_384' : 'ECDSA_SHA_512',
  imported: { name: 'ECDSA', namedCurve },
  used: { name: 'ECDSA', hash: `SHA-${bits}` },
});
const signatures: readonly Case[] = [
  {
    spec: 'RSA_2048',
    algorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    imported: rsa('RSASSA-PKCS1-v1_5'),
    used: { name: 'RSASSA-PKCS1-v1_5' },
  },
  {
    spec: 'RSA_3072',
    algorithm: 'RSASSA_PSS_SHA_256',
    imported: rsa('RSA-PSS'),
    used: { name: 'RSA-PSS', saltLength: 32 },
  },
  {
    spec: 'RSA_4096',
    algorithm: 'RSASSA_PSS_SHA_256',
    imported: rsa('RSA-PSS'),
    used: { name: 'RSA-PSS', saltLength: 32 },
  },
  ecdsa('ECC_NIST_P256', 256, 'P-256'),
  ecdsa('ECC_NIST_P384', 384, 'P-384'),
  ecdsa('ECC_NIST_P521', 512, 'P-521'),
  { spec: 'ECC_SECG_P256K1', algorithm: 'ECDSA_SHA_256' },
  {
    spec: 'ECC_NIST_EDWARDS25519',
    algorithm: 'ED25519_SHA_512',
    imported: { name: 'Ed25519' },
    used: { name: 'Ed25519' },
  },
  { spec: 'SM2', algorithm: 'SM2DSA' },
  {
    spec: 'ML_DSA_44',
    algorithm: 'ML_DSA_SHAKE_256',
    imported: { name: 'ML-DSA-44' },
    used: { name: 'ML-DSA-44' },
  },
  {
    spec: 'ML_DSA_65',
    algorithm: 'ML_DSA_SHAKE_256',
    imported: { name: 'ML-DSA-65' },
    used: { name: 'ML-DSA-65' },
  },
  {
    spec: 'ML_DSA_87',
    algorithm: 'ML_DSA_SHAKE_256',
    imported: { name: 'ML-DSA-87' },
    used: { name: 'ML-DSA-87' },
  },
];

const suite: Suite = async (bench) => {
  const figures = (name: string, [ours, theirs]: readonly [number, number]): void => {
    bench.figure(name, ours, 'ms');
    bench.figure(`${name} / WebCrypto`, ours / theirs, '×');
  };
  const alone = async (name: string, run: () => unknown): Promise<void> =>
    bench.time(name, run, { runs: samples, calls: await callsFor(run) });

  for (const { spec, algorithm, imported, used } of signatures) {
    // 4096 bits: pairs differ by seconds; the pair that is used may as well come from the platform.
    const pair = spec === 'RSA_4096' ? await platformRsa(4096) : generateKeyPair(spec, random);
    const privateKey = openPrivateKey(spec, pair.private);
    const publicKey = publicKeyOf(privateKey);
    const signature = sign({ algorithm, privateKey, message, random });
    const signing = (): unknown => sign({ algorithm, privateKey, message, random });
    const verifying = (): void => {
      if (!verify({ algorithm, publicKey, message, signature })) throw new Error(`${spec} does not verify`);
    };
    const theirs =
      imported &&
      used &&
      (await ifKnown(async () => ({
        used,
        secret: await crypto.subtle.importKey('pkcs8', pair.private, imported, false, ['sign']),
        open: await crypto.subtle.importKey('spki', pair.public, imported, false, ['verify']),
      })));
    if (theirs) {
      const { secret, open } = theirs;
      // Its own signature: ECDSA is r ‖ s there, not DER.
      const signed = await crypto.subtle.sign(theirs.used, secret, message);
      figures(
        `sign ${spec} ${algorithm}`,
        await inTurns(samples, signing, () => crypto.subtle.sign(theirs.used, secret, message)),
      );
      figures(
        `verify ${spec} ${algorithm}`,
        await inTurns(samples, verifying, async () => {
          if (!(await crypto.subtle.verify(theirs.used, open, signed, message)))
            throw new Error(`${spec} of the platform`);
        }),
      );
    } else {
      await alone(`sign ${spec} ${algorithm}`, signing);
      await alone(`verify ${spec} ${algorithm}`, verifying);
    }
    await alone(`open a private key ${spec}`, () => openPrivateKey(spec, pair.private));
  }

  for (const bits of [2048, 3072, 4096] as const) {
    const spec = `RSA_${bits}` as const;
    const pair = await platformRsa(bits);
    const privateKey = openPrivateKey(spec, pair.private);
    const publicKey = publicKeyOf(privateKey);
    const ciphertext = encrypt({ algorithm: 'RSAES_OAEP_SHA_256', publicKey, plaintext: random(32), random });
    const secret = await crypto.subtle.importKey('pkcs8', pair.private, rsa('RSA-OAEP'), false, ['decrypt']);
    figures(
      `decrypt ${spec} OAEP`,
      await inTurns(
        samples,
        () => decrypt({ algorithm: 'RSAES_OAEP_SHA_256', privateKey, ciphertext }),
        () => crypto.subtle.decrypt({ name: 'RSA-OAEP' }, secret, ciphertext),
      ),
    );
    await alone(`encrypt ${spec} OAEP`, () =>
      encrypt({ algorithm: 'RSAES_OAEP_SHA_256', publicKey, plaintext: message.slice(0, 32), random }),
    );
    await alone(`read and check an imported key ${spec}`, () => readPrivateKey(spec, pair.private));
    // Means: how long a search for primes takes is luck, and a median hides the bad luck.
    const runs = { 2048: 20, 3072: 8, 4096: 5 }[bits];
    const [ours, platform] = [0, 0].map(() => ({ time: 0 }));
    if (!ours || !platform) throw new Error('no clock');
    for (let run = -1; run < runs; run++) {
      const started = performance.now();
      generateKeyPair(spec, random);
      const between = performance.now();
      await platformRsa(bits);
      if (run < 0) continue;
      ours.time += between - started;
      platform.time += performance.now() - between;
    }
    bench.figure(`generate ${spec}, mean of ${runs}`, ours.time / runs, 'ms');
    bench.figure(`generate ${spec} / WebCrypto`, ours.time / platform.time, '×');
  }

  for (const [spec, namedCurve] of [
    ['ECC_NIST_P256', 'P-256'],
    ['ECC_NIST_P384', 'P-384'],
    ['ECC_NIST_P521', 'P-521'],
  ] as const) {
    const [mine, other] = [generateKeyPair(spec, random), generateKeyPair(spec, random)];
    const key = openPrivateKey(spec, mine.private);
    const algorithm = { name: 'ECDH', namedCurve };
    const secret = await crypto.subtle.importKey('pkcs8', mine.private, algorithm, false, ['deriveBits']);
    const open = await crypto.subtle.importKey('spki', other.public, algorithm, false, []);
    figures(
      `ECDH ${spec}, with reading the public key`,
      await inTurns(
        samples,
        () => deriveSharedSecret(key, other.public),
        () =>
          crypto.subtle.deriveBits(
            { name: 'ECDH', public: open },
            secret,
            spec === 'ECC_NIST_P521' ? 528 : null,
          ),
      ),
    );
  }

  for (const spec of ['ECC_NIST_P256', 'ECC_NIST_EDWARDS25519', 'SM2', 'ML_DSA_65', 'ML_KEM_768'] as const) {
    await alone(`generate ${spec}`, () => generateKeyPair(spec, random));
  }
  for (const spec of ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const) {
    const key = openPrivateKey(spec, generateKeyPair(spec, random).private);
    const publicKey = publicKeyOf(key);
    if (key.kind !== 'ML-KEM' || isKeyFault(publicKey) || publicKey.kind !== 'ML-KEM') throw new Error(spec);
    const { ciphertext } = encapsulate(publicKey, random);
    await alone(`encapsulate ${spec}`, () => encapsulate(publicKey, random));
    await alone(`decapsulate ${spec}`, () => decapsulate(key, ciphertext));
  }

  const sm2 = openPrivateKey('SM2', generateKeyPair('SM2', random).private);
  const sealed = encrypt({ algorithm: 'SM2PKE', publicKey: publicKeyOf(sm2), plaintext: random(32), random });
  await alone('decrypt SM2PKE', () => decrypt({ algorithm: 'SM2PKE', privateKey: sm2, ciphertext: sealed }));

  const macKey = random(32);
  const hmac = await crypto.subtle.importKey('raw', macKey, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  figures(
    'HMAC-SHA-256 of 1 KiB',
    await inTurns(
      samples,
      () => macOf('HMAC_SHA_256', macKey, message),
      () => crypto.subtle.sign('HMAC', hmac, message),
    ),
  );
};

async function platformRsa(bits: number): Promise<{ readonly private: Bytes; readonly public: Bytes }> {
  const parameters = { ...rsa('RSA-PSS'), modulusLength: bits, publicExponent: Uint8Array.of(1, 0, 1) };
  const pair = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify']);
  return {
    private: new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)),
    public: new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)),
  };
}
export default suite;
