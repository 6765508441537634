import type { ServiceName, TrailEvent } from '../../engine/index.ts';

/*
 * Who holds the key? For each kind of custody the same calls are made in a world, and what the engine answers is the table.
 * A kind that KMS has no call for (AWS owned keys, a CloudHSM without KMS) says so itself: there is no key to ask about.
 * What no call can answer is in stated.ts.
 */

export const custodies = [
  'awsOwned',
  'awsManaged',
  'customerManaged',
  'imported',
  'cloudHsmStore',
  'externalStore',
  'cloudHsm',
] as const;
export type Custody = (typeof custodies)[number];
type KeyCustody = Exclude<Custody, 'cloudHsm'>;

export const questions = [
  'see',
  'readPolicy',
  'changePolicy',
  'share',
  'useElsewhere',
  'rotateByItself',
  'rotateNow',
  'disable',
  'deleteMaterial',
  'delete',
  'cancel',
  'gone',
  'audit',
  'whenLost',
  'restore',
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
  /** As somebody of another account, who may there do everything. */
  askElsewhere(operation: string, input: Readonly<Record<string, unknown>>): Promise<string | undefined>;
  wait(seconds: number): Promise<void>;
  events(): Promise<readonly TrailEvent[]>;
  importMaterial(key: string): Promise<void>;
  /** Takes away what stands behind a key store: its cluster, its proxy. */
  breakStore(id: string): Promise<void>;
  mendStore(id: string): Promise<void>;
}

type Say = (
  question: CustodyQuestion,
  call: string,
  can: CustodyAnswer['can'],
  refused?: string | undefined,
) => void;

interface Made {
  /** Undefined: no key that one could name. */
  readonly key: string | undefined;
  readonly store?: string | undefined;
  /** The call that opens what was encrypted. */
  readonly opensBy: string;
  /** Encrypts something of this custody, and answers how to open it. */
  readonly use: () => Promise<() => Promise<string | undefined>>;
}

/** @throws when what has to be prepared is refused: the comparison is wrong */
export async function compareCustody(door: CustodyDoor): Promise<readonly CustodyAnswer[]> {
  const answers: CustodyAnswer[] = [];
  for (const custody of custodies)
    answers.push(...(custody === 'cloudHsm' ? withoutKms(custody) : await ofOne(custody, door)));
  return answers;
}

/** No KMS key, so nothing of KMS to ask. */
const withoutKms = (custody: Custody): readonly CustodyAnswer[] =>
  questions.map((question) => ({ custody, question, can: 'notAsked', refused: undefined, call: '' }));

async function ofOne(custody: KeyCustody, door: CustodyDoor): Promise<readonly CustodyAnswer[]> {
  const made = await prepare(custody, door);
  const before = (await door.events()).length;
  const open = await made.use();
  await open();
  const uses = (await door.events()).slice(before);
  const audited = uses.some(({ eventName }) => eventName === 'GenerateDataKey' || eventName === 'Encrypt');
  const found: CustodyAnswer[] = [];
  const { key } = made;
  const say: Say = (question, call, can, refused) =>
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
    GranteePrincipal: `arn:aws:iam::${otherAccount}:user/Admin`,
    Operations: ['Decrypt'],
  });
  await elsewhere(key, door, say);
  await ask('rotateByItself', 'EnableKeyRotation');
  await ask('rotateNow', 'RotateKeyOnDemand');
  await door.wait(60);
  say('audit', 'GenerateDataKey', audited);
  await loss(custody, made, open, door, say);
  await ask('disable', 'DisableKey');
  await ask('deleteMaterial', 'DeleteImportedKeyMaterial');
  await ask('delete', 'ScheduleKeyDeletion', { PendingWindowInDays: 7 });
  await ask('cancel', 'CancelKeyDeletion');
  if (key !== undefined) await door.ask('kms', 'ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
  await door.wait(8 * 86_400);
  const afterwards = await open();
  say('gone', made.opensBy, afterwards === undefined, afterwards);
  return found;
}

/** The policy lets another account in, where it can be written; then somebody there uses the key. */
async function elsewhere(key: string | undefined, door: CustodyDoor, say: Say): Promise<void> {
  if (key === undefined) return say('useElsewhere', 'kms:Encrypt', 'notAsked');
  await door.ask('kms', 'PutKeyPolicy', { KeyId: key, PolicyName: 'default', Policy: sharedPolicy });
  const refused = await door.askElsewhere('Encrypt', { KeyId: key, Plaintext: new Uint8Array([1]) });
  say('useElsewhere', 'kms:Encrypt', refused === undefined, refused);
  await door.ask('kms', 'PutKeyPolicy', { KeyId: key, PolicyName: 'default', Policy: ownPolicy });
}

/** What a use answers when what holds the material is gone, and when it is there again. */
async function loss(
  custody: KeyCustody,
  { key, store, opensBy }: Made,
  open: () => Promise<string | undefined>,
  door: CustodyDoor,
  say: Say,
): Promise<void> {
  const again = async (): Promise<void> => {
    const refused = await open();
    say('restore', opensBy, refused === undefined, refused);
  };
  if (custody === 'imported' && key !== undefined) {
    const gone = await door.ask('kms', 'DeleteImportedKeyMaterial', { KeyId: key });
    say('whenLost', opensBy, gone.refused === undefined, await open());
    await door.importMaterial(key);
    await again();
  } else if (store !== undefined) {
    await door.breakStore(store);
    const refused = await open();
    say('whenLost', opensBy, refused !== undefined, refused);
    await door.mendStore(store);
    await door.wait(3600);
    await again();
  } else {
    say('whenLost', opensBy, false, await open());
    say('restore', opensBy, 'notAsked');
  }
}

const account = '111122223333';
const otherAccount = '444455556666';
const forRootOf = (id: string) => ({
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${id}:root` },
  Action: 'kms:*',
  Resource: '*',
});
const sharedPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [forRootOf(account), forRootOf(otherAccount)],
});
const ownPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [forRootOf(account)],
});

async function prepare(custody: KeyCustody, door: CustodyDoor): Promise<Made> {
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
    const opensBy = 's3:GetObject';
    if (custody === 'awsOwned') return { key: undefined, use, opensBy };
    // It comes with its first use.
    await use();
    const { KeyMetadata } = await must('kms', 'DescribeKey', { KeyId: 'alias/aws/s3' });
    return { key: (KeyMetadata as { readonly Arn: string }).Arn, use, opensBy };
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
    opensBy: 'kms:Decrypt',
    use: async () => {
      const { CiphertextBlob } = await must('kms', 'GenerateDataKey', { KeyId: key, KeySpec: 'AES_256' });
      return async () => (await door.ask('kms', 'Decrypt', { CiphertextBlob })).refused;
    },
  };
}

async function storeFor(
  custody: KeyCustody,
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
