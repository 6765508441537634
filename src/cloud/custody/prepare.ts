import type { ServiceName } from '../../engine/index.ts';
import type { CustodyDoor, KeyCustody } from './asked.ts';

/* A key of each kind of custody, and something encrypted under it. */

export interface Made {
  /** Undefined: no key that one could name. */
  readonly key: string | undefined;
  readonly store?: string | undefined;
  /** The call that opens what was encrypted. */
  readonly opensBy: string;
  /** Encrypts something of this custody, and answers how to open it. */
  readonly use: () => Promise<() => Promise<string | undefined>>;
}

const account = '111122223333';
export const otherAccount = '444455556666';
const forRootOf = (id: string) => ({
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${id}:root` },
  Action: 'kms:*',
  Resource: '*',
});
export const sharedPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [forRootOf(account), forRootOf(otherAccount)],
});
export const ownPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [forRootOf(account)],
});

/** @throws when a call that it needs is refused */
export async function prepare(custody: KeyCustody, door: CustodyDoor): Promise<Made> {
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
