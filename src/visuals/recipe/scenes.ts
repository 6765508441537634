import type { Act, FleetRules, Run, Setting, Story, StoryChoices, StoryRun } from '../../flows/index.ts';
import { count, plural } from '../words.ts';
import { backOff } from '../../flows/index.ts';
import { Ref, type InEach, type Recipe, type RecipeStep } from './parts.ts';

/* The recipes of the scenes. What was not asked yet is written with the values that it would be asked with. */

const refusedAt = (run: Run): string | undefined => run.stop?.refusal.refused;
const jsFile = (name: string): string => `'${name.replaceAll("'", '')}'`;

function encryption(setting: Setting, refused: string | undefined): readonly RecipeStep[] {
  const { keyId, encryptionContext } = setting;
  const file = jsFile(setting.file.name);
  const sealed = jsFile(`${setting.file.name}.enc`);
  return [
    {
      kind: 'call',
      at: [0, 1, 2, 3],
      call: {
        operation: 'GenerateDataKey',
        input: { KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: encryptionContext },
      },
      take: { Plaintext: 'dataKey', CiphertextBlob: 'wrappedKey' },
      refused,
    },
    {
      kind: 'local',
      at: [4],
      code: {
        cli: `# The CLI encrypts no files: your own program does, with $data_key, by AES-256-GCM.\nseal ${file} "$data_key" >sealed`,
        js: `const nonce = randomBytes(12);\nconst cipher = createCipheriv('aes-256-gcm', dataKey, nonce);\nconst sealed = Buffer.concat([\n  cipher.update(await readFile(${file})),\n  cipher.final(),\n  cipher.getAuthTag(),\n]);`,
        python: `nonce = os.urandom(12)\nsealed = AESGCM(data_key).encrypt(nonce, open(${file}, 'rb').read(), None)`,
        java: `byte[] key = dataKey.asByteArray();\nbyte[] nonce = SecureRandom.getSeed(12);\nCipher cipher = Cipher.getInstance("AES/GCM/NoPadding");\ncipher.init(ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));\nbyte[] sealed = cipher.doFinal(Files.readAllBytes(Path.of(${file.replaceAll("'", '"')})));`,
      },
    },
    {
      kind: 'local',
      at: [5],
      code: {
        cli: 'unset data_key',
        js: 'dataKey.fill(0);',
        python: 'del data_key  # bytes of Python cannot be overwritten',
        java: 'Arrays.fill(key, (byte) 0);',
      },
    },
    {
      kind: 'local',
      at: [6, 7],
      code: {
        cli: `cat <(base64 -d <<<"$wrapped_key") sealed >${sealed}`,
        js: `await writeFile(${sealed}, Buffer.concat([wrappedKey, nonce, sealed]));`,
        python: `open(${sealed}, 'wb').write(wrapped_key + nonce + sealed)`,
        java: `try (var out = Files.newOutputStream(Path.of(${sealed.replaceAll("'", '"')}))) {\n  out.write(wrappedKey.asByteArray());\n  out.write(nonce);\n  out.write(sealed);\n}`,
      },
    },
  ];
}

function decryption(
  setting: Setting,
  wrappedLength: number,
  refused: string | undefined,
): readonly RecipeStep[] {
  const sealed = jsFile(`${setting.file.name}.enc`);
  const n = wrappedLength;
  return [
    {
      kind: 'local',
      at: [0],
      code: {
        cli: `wrapped_key=$(head -c ${n} ${sealed} | base64 -w 0)`,
        js: `const stored = await readFile(${sealed});\nconst wrappedKey = stored.subarray(0, ${n});\nconst nonce = stored.subarray(${n}, ${n + 12});\nconst sealed = stored.subarray(${n + 12});`,
        python: `stored = open(${sealed}, 'rb').read()\nwrapped_key, nonce, sealed = stored[:${n}], stored[${n}:${n + 12}], stored[${n + 12}:]`,
        java: `byte[] stored = Files.readAllBytes(Path.of(${sealed.replaceAll("'", '"')}));\nSdkBytes wrappedKey = SdkBytes.fromByteArray(copyOf(stored, ${n}));\nbyte[] nonce = copyOfRange(stored, ${n}, ${n + 12});`,
      },
    },
    {
      kind: 'call',
      at: [1, 2, 3, 4],
      call: {
        operation: 'Decrypt',
        input: { CiphertextBlob: new Ref('wrappedKey'), EncryptionContext: setting.encryptionContext },
      },
      take: { Plaintext: 'dataKey' },
      refused,
    },
    {
      kind: 'local',
      at: [5],
      code: {
        cli: `# Again your own program, with $data_key.\nopen_sealed ${sealed} "$data_key" >${jsFile(setting.file.name)}`,
        js: `const decipher = createDecipheriv('aes-256-gcm', dataKey, nonce);\ndecipher.setAuthTag(sealed.subarray(-16));\nconst file = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);`,
        python: 'file = AESGCM(data_key).decrypt(nonce, sealed, None)',
        java: `byte[] key = dataKey.asByteArray();\nCipher cipher = Cipher.getInstance("AES/GCM/NoPadding");\ncipher.init(DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));\nbyte[] file = cipher.doFinal(stored, ${n + 12}, stored.length - ${n + 12});`,
      },
    },
    {
      kind: 'local',
      at: [6],
      code: {
        cli: 'unset data_key',
        js: 'dataKey.fill(0);',
        python: 'del data_key  # bytes of Python cannot be overwritten',
        java: 'Arrays.fill(key, (byte) 0);',
      },
    },
    { kind: 'note', at: [7], text: 'length and SHA-256 are those of the file before' },
  ];
}

const imports = (isSealing: boolean): InEach => ({
  cli: '',
  js: isSealing
    ? "import { createCipheriv, randomBytes } from 'node:crypto';\nimport { readFile, writeFile } from 'node:fs/promises';"
    : "import { createDecipheriv } from 'node:crypto';\nimport { readFile } from 'node:fs/promises';",
  python: `${isSealing ? 'import os\n' : ''}from cryptography.hazmat.primitives.ciphers.aead import AESGCM`,
  java: '',
});

export const envelopeRecipe = (run: Run, wrappedLength: number): Recipe => ({
  region: run.setting.region,
  imports: imports(run.scene === 'envelopeEncrypt'),
  steps:
    run.scene === 'envelopeEncrypt'
      ? encryption(run.setting, refusedAt(run))
      : decryption(run.setting, wrappedLength, refusedAt(run)),
});

/** What an act does that is no call. */
const bytesCode = (choices: StoryChoices): InEach => {
  const at = choices.flipAt;
  return {
    cli: `flipped=$(base64 -d <<<"$first" | xxd -p -c 0 | flip_bit ${at} | xxd -r -p | base64 -w 0)`,
    js: `const flipped = Uint8Array.from(first);\nflipped[${at}] ^= 1;`,
    python: `flipped = bytearray(first)\nflipped[${at}] ^= 1`,
    java: `byte[] bytes = first.asByteArray();\nbytes[${at}] ^= 1;\nSdkBytes flipped = SdkBytes.fromByteArray(bytes);`,
  };
};

/** Asks an act for its request with names in the place of blobs: so it can be written before it was made. */
function callOf(act: Extract<Act, { kind: 'call' }>, memo: { keyArn: string; choices: StoryChoices }) {
  const marks = new Map<unknown, Ref>();
  const blobs = new Proxy<Record<string, Uint8Array<ArrayBuffer>>>(
    {},
    {
      get: (_, name) => {
        const mark = new Uint8Array(1);
        marks.set(mark, new Ref(String(name)));
        return mark;
      },
    },
  );
  // A key's ARN that an answer of KMS told.
  const { operation, input, service } = act.request({ ...memo, blobs } as Parameters<typeof act.request>[0]);
  const named = Object.entries(input).map(([name, value]) => [name, marks.get(value) ?? value] as const);
  return { operation, service, input: Object.fromEntries(named) };
}

export function storyRecipe(story: Story, run: StoryRun, choices: StoryChoices): Recipe {
  const keyArn = run.opening?.key?.arn ?? 'alias/…';
  const steps = story.acts.map((act, i): RecipeStep => {
    const record = run.records.find(({ id }) => id === act.id);
    const now = record?.choices ?? choices;
    const at = [i];
    switch (act.kind) {
      case 'call':
        return {
          kind: 'call',
          at,
          call: callOf(act, { keyArn, choices: now }),
          take: act.keeps,
          refused: record?.refusal?.refused,
        };
      case 'advance':
        return { kind: 'note', at, text: laterSaid(act.said ?? '', run, record?.at, i) };
      case 'bytes':
        return { kind: 'local', at, code: bytesCode(now) };
    }
  });
  return { region: story.region, steps };
}
function laterSaid(said: string, run: StoryRun, at: number | undefined, i: number): string {
  const before = run.records[i - 1]?.at ?? run.opening?.at;
  if (at === undefined || before === undefined) return said;
  const days = Math.round((at - before) / 86_400_000);
  return days > 0
    ? `${plural(days, 'day')} later`
    : `${plural(Math.round((at - before) / 1000), 'second')} later`;
}

const inSeconds = (ms: number): number => ms / 1000;
/** How each SDK is told to try again as a run does. */
function retrying({ retry, attempts }: FleetRules, region: string): InEach {
  const { baseMs, capMs } = backOff;
  const cap = inSeconds(capMs);
  const js = {
    none: '() => 0',
    atOnce: '() => 0',
    backOff: `(attempt) => Math.min(${capMs}, ${baseMs} * 2 ** attempt)`,
    fullJitter: `(attempt) => Math.random() * Math.min(${capMs}, ${baseMs} * 2 ** attempt)`,
  }[retry];
  const ofJava = {
    none: 'retryImmediately()',
    atOnce: 'retryImmediately()',
    backOff: `exponentialDelayWithoutJitter(Duration.ofMillis(${baseMs}), Duration.ofSeconds(${cap}))`,
    fullJitter: `exponentialDelay(Duration.ofMillis(${baseMs}), Duration.ofSeconds(${cap}))`,
  }[retry];
  const n = retry === 'none' ? 1 : attempts;
  const own =
    retry === 'fullJitter' || retry === 'none' ? '' : '  # the mode waits with jitter, whatever is wanted';
  return {
    cli: `export AWS_MAX_ATTEMPTS=${n} AWS_RETRY_MODE=standard${own}`,
    js: `const kms = new KMSClient({\n  region: '${region}',\n  retryStrategy: new ConfiguredRetryStrategy(${n}, ${js}),\n});`,
    python: `retries = {'total_max_attempts': ${n}, 'mode': 'standard'}${own}\nkms = boto3.client('kms', region_name='${region}', config=Config(retries=retries))`,
    java: `RetryStrategy retries = DefaultRetryStrategy.standardStrategyBuilder()\n    .maxAttempts(${n})\n    .throttlingBackoffStrategy(BackoffStrategy.${ofJava})\n    .build();\nKmsClient kms = KmsClient.builder()\n    .region(Region.of("${region}"))\n    .overrideConfiguration(c -> c.retryStrategy(retries))\n    .build();`,
  };
}
const caching = ({ uses, seconds }: NonNullable<FleetRules['dataKeyCache']>): InEach => ({
  cli: `aws-encryption-cli --encrypt --caching capacity=10 max_age=${seconds} max_messages_encrypted=${uses} --input jobs --output sealed`,
  js: `const materials = new NodeCachingMaterialsManager({\n  backingMaterials: keyring,\n  cache: getLocalCryptographicMaterialsCache(10),\n  maxAge: ${seconds * 1000},\n  maxMessagesEncrypted: ${uses},\n});`,
  python: `materials = CachingCryptoMaterialsManager(\n    master_key_provider=keys,\n    cache=LocalCryptoMaterialsCache(10),\n    max_age=${seconds}.0,\n    max_messages_encrypted=${uses},\n)`,
  java: `var materials = CachingCryptoMaterialsManager.newBuilder()\n    .withMasterKeyProvider(keys)\n    .withCache(new LocalCryptoMaterialsCache(10))\n    .withMaxAge(${seconds}, TimeUnit.SECONDS)\n    .withMessageUseLimit(${uses})\n    .build();`,
});
const decrypting: InEach = {
  cli: 'aws kms decrypt --ciphertext-blob fileb://job.key',
  js: 'const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob: job.key }));',
  python: "data_key = kms.decrypt(CiphertextBlob=job.key)['Plaintext']",
  java: 'SdkBytes dataKey = kms.decrypt(request -> request.ciphertextBlob(job.key())).plaintext();',
};

/** One run of the fleet as a client would be set up: its cures, then the one call of a job. */
export function fleetRecipe(
  name: string,
  setting: FleetRules,
  region: string,
  raised: boolean,
  seconds: number,
): Recipe {
  const at = Array.from({ length: seconds }, (_, second) => second);
  const { dataKeyCache, bucketKeys } = setting;
  return {
    region,
    imports: {
      cli: '',
      js: `import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';\nimport { ConfiguredRetryStrategy } from '@smithy/util-retry';`,
      python: 'import boto3\nfrom botocore.config import Config',
      java: '',
    },
    steps: [
      { kind: 'note', at, text: name },
      ...(raised
        ? [
            {
              kind: 'note' as const,
              at,
              text: `asked for in Service Quotas: ${count(setting.quota)} symmetric cryptographic requests a second`,
            },
          ]
        : []),
      ...(bucketKeys
        ? [
            {
              kind: 'call' as const,
              at,
              call: {
                service: 's3',
                operation: 'PutBucketEncryption',
                input: {
                  Bucket: 'jobs',
                  ServerSideEncryptionConfiguration: {
                    Rules: [
                      {
                        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' },
                        BucketKeyEnabled: true,
                      },
                    ],
                  },
                },
              },
            },
          ]
        : []),
      { kind: 'local', at, code: retrying(setting, region) },
      ...(dataKeyCache ? [{ kind: 'local' as const, at, code: caching(dataKeyCache) }] : []),
      { kind: 'local', at, code: decrypting },
    ],
  };
}
