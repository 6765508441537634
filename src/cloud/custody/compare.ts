import type { ServiceName, TrailEvent } from '../../engine/index.ts';

/*
 * Who holds the key? For each kind of custody the same calls are made in a world, and what the engine answers is the table.
 * A kind that KMS has no call for (AWS owned keys, a CloudHSM without KMS) says so itself: there is no key to ask about.
 */

export const custodies = [
  'awsOwned',
  'awsManaged',
  'customerManaged',
  'imported',
  'cloudHsmStore',
  'externalStore',
] as const;
export type Custody = (typeof custodies)[number];

export const questions = [
  'see',
  'readPolicy',
  'changePolicy',
  'share',
  'rotateByItself',
  'rotateNow',
  'disable',
  'deleteMaterial',
  'delete',
  'audit',
  'whenLost',
] as const;
export type CustodyQuestion = (typeof questions)[number];

export interface CustodyAnswer {
  readonly custody: Custody;
  readonly question: CustodyQuestion;
  /** `notAsked`: there is no key that one could name. */
  readonly can: boolean | 'notAsked';
  /** What the engine answered: AWS's name of the refusal; undefined when it did as asked. */
  readonly refused: string | undefined;
  /** The call that was made, `kms:PutKeyPolicy`. */
  readonly call: string;
}

export interface CustodyDoor {
  ask(
    service: ServiceName,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly refused: string | undefined; readonly output: Readonly<Record<string, unknown>> }>;
  wait(seconds: number): Promise<void>;
  events(): Promise<readonly TrailEvent[]>;
  importMaterial(key: string): Promise<void>;
  /** Takes away what stands behind a key store: its cluster, its proxy. */
  breakStore(id: string): Promise<void>;
}

interface Made {
  /** Undefined: no key that one could name. */
  readonly key: string | undefined;
  readonly store?: string | undefined;
  /** Encrypts something of this custody, and answers how to open it. */
  readonly use: () => Promise<() => Promise<string | undefined>>;
}

/** @throws when what has to be prepared is refused: the comparison is wrong */
export async function compareCustody(door: CustodyDoor): Promise<readonly CustodyAnswer[]> {
  const answers: CustodyAnswer[] = [];
  for (const custody of custodies) answers.push(...(await ofOne(custody, door)));
  return answers;
}

async function ofOne(custody: Custody, door: CustodyDoor): Promise<readonly CustodyAnswer[]> {
  const made = await prepare(custody, door);
  const before = (await door.events()).length;
  const open = await made.use();
  await open();
  const uses = (await door.events()).slice(before);
  const audited = uses.some(({ eventName }) => eventName === 'GenerateDataKey' || eventName === 'Encrypt');
  const found: CustodyAnswer[] = [];
  const { key } = made;
  const say = (question: CustodyQuestion, call: string, can: CustodyAnswer['can'], refused?: string): void =>
    void found.push({ custody, question, can, refused, call });
  const ask = async (question: CustodyQuestion, operation: string, more: object = {}): Promise<void> => {
    if (key === undefined) return say(question, `kms:${operation}`, 'notAsked');
    const { refused } = await door.ask('kms', operation, { KeyId: key, ...more });
    say(question, `kms:${operation}`, refused === undefined, refused);
  };
  await ask('see', 'DescribeKey');
  await ask('readPolicy', 'GetKeyPolicy', { PolicyName: 'default' });
  await ask('changePolicy', 'PutKeyPolicy', { PolicyName: 'default', Policy: ownPolicy });
  await ask('share', 'CreateGrant', {
    GranteePrincipal: 'arn:aws:iam::444455556666:user/Admin',
    Operations: ['Decrypt'],
  });
  await ask('rotateByItself', 'EnableKeyRotation');
  await ask('rotateNow', 'RotateKeyOnDemand');
  await door.wait(60);
  say('audit', 'GenerateDataKey', audited);
  await loss(custody, made, open, door, say);
  await ask('disable', 'DisableKey');
  await ask('deleteMaterial', 'DeleteImportedKeyMaterial');
  await ask('delete', 'ScheduleKeyDeletion', { PendingWindowInDays: 7 });
  return found;
}

/** What a use answers when what holds the material is gone. */
async function loss(
  custody: Custody,
  { key, store }: Made,
  open: () => Promise<string | undefined>,
  door: CustodyDoor,
  say: (question: CustodyQuestion, call: string, can: CustodyAnswer['can'], refused?: string) => void,
): Promise<void> {
  if (custody === 'imported' && key !== undefined) {
    const gone = await door.ask('kms', 'DeleteImportedKeyMaterial', { KeyId: key });
    say('whenLost', 'kms:Decrypt', gone.refused === undefined, await open());
    await door.importMaterial(key);
  } else if (store !== undefined) {
    await door.breakStore(store);
    say('whenLost', 'kms:Decrypt', true, await open());
  } else say('whenLost', 'kms:Decrypt', false, await open());
}

const account = '111122223333';
const ownPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
  ],
});

async function prepare(custody: Custody, door: CustodyDoor): Promise<Made> {
  const must = async (service: ServiceName, operation: string, input: object) => {
    const { refused, output } = await door.ask(service, operation, { ...input });
    if (refused !== undefined) throw new Error(`custody ${custody}: ${operation} was refused: ${refused}`);
    return output;
  };
  if (custody === 'awsOwned' || custody === 'awsManaged') {
    const Bucket = custody === 'awsOwned' ? 'owned' : 'managed';
    await must('s3', 'CreateBucket', { Bucket });
    const asked = custody === 'awsOwned' ? {} : { ServerSideEncryption: 'aws:kms' };
    const use = async () => {
      await must('s3', 'PutObject', { Bucket, Key: 'one', Body: new Uint8Array([1, 2, 3]), ...asked });
      return async () => (await door.ask('s3', 'GetObject', { Bucket, Key: 'one' })).refused;
    };
    if (custody === 'awsOwned') return { key: undefined, use };
    // It comes with its first use.
    await use();
    const { KeyMetadata } = await must('kms', 'DescribeKey', { KeyId: 'alias/aws/s3' });
    return { key: (KeyMetadata as { readonly Arn: string }).Arn, use };
  }
  const store = await storeFor(custody, must, door);
  const origin = {
    customerManaged: {},
    imported: { Origin: 'EXTERNAL' },
    cloudHsmStore: { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: store },
    externalStore: { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: store, XksKeyId: 'custody' },
  }[custody];
  const { KeyMetadata } = await must('kms', 'CreateKey', origin);
  const key = (KeyMetadata as { readonly Arn: string }).Arn;
  if (custody === 'imported') await door.importMaterial(key);
  return {
    key,
    store,
    use: async () => {
      const { CiphertextBlob } = await must('kms', 'GenerateDataKey', { KeyId: key, KeySpec: 'AES_256' });
      return async () => (await door.ask('kms', 'Decrypt', { CiphertextBlob })).refused;
    },
  };
}

async function storeFor(
  custody: Custody,
  must: (
    service: ServiceName,
    operation: string,
    input: object,
  ) => Promise<Readonly<Record<string, unknown>>>,
  door: CustodyDoor,
): Promise<string | undefined> {
  if (custody !== 'cloudHsmStore' && custody !== 'externalStore') return undefined;
  const store =
    custody === 'cloudHsmStore'
      ? {
          CustomKeyStoreName: 'cluster',
          CloudHsmClusterId: 'cluster-abcdefghijk',
          TrustAnchorCertificate: '-----BEGIN CERTIFICATE-----\nsimulated\n-----END CERTIFICATE-----',
          KeyStorePassword: 'kmsuser-password',
        }
      : {
          CustomKeyStoreName: 'outside',
          CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
          XksProxyUriEndpoint: 'https://xks.example.com',
          XksProxyUriPath: '/kms/xks/v1',
          XksProxyConnectivity: 'PUBLIC_ENDPOINT',
          XksProxyAuthenticationCredential: {
            AccessKeyId: 'ABCDE234567EXAMPLEABC',
            RawSecretAccessKey: 'A'.repeat(44),
          },
        };
  const { CustomKeyStoreId } = await must('kms', 'CreateCustomKeyStore', store);
  await must('kms', 'ConnectCustomKeyStore', { CustomKeyStoreId });
  await door.wait(3600);
  return String(CustomKeyStoreId);
}

/** What no engine can answer, dated: myths.md 1, as of 2026. */
export const fipsFacts = {
  level: 'FIPS 140-3 Security Level 3',
  before: 'FIPS 140-2 Level 3 since 2023',
  asOf: '2026',
} as const;
