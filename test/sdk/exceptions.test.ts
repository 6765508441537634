import * as sdk from '@aws-sdk/client-kms';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Lab } from '../../src/client/lab.ts';

const admin = 'arn:aws:iam::111122223333:user/Admin';
const alice = 'arn:aws:iam::111122223333:user/Alice';
const region = 'us-east-1';
const Plaintext = new Uint8Array([1]);

let lab: Lab;
let client: sdk.KMSClient;
/** Two keys that work, one that is disabled, one that waits for its deletion. */
const ids = { key: '', other: '', disabled: '', going: '' };

const clientOf = (principal: string) =>
  new sdk.KMSClient({
    region,
    maxAttempts: 1,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    requestHandler: lab.requestHandlerFor({ principal }),
  });

beforeAll(async () => {
  lab = await createLab();
  client = clientOf(admin);
  for (const name of ['key', 'other', 'disabled', 'going'] as const) {
    const { KeyMetadata } = await client.send(new sdk.CreateKeyCommand({}));
    ids[name] = KeyMetadata?.KeyId ?? '';
  }
  await client.send(new sdk.CreateAliasCommand({ AliasName: 'alias/taken', TargetKeyId: ids.key }));
  await client.send(new sdk.DisableKeyCommand({ KeyId: ids.disabled }));
  await client.send(new sdk.ScheduleKeyDeletionCommand({ KeyId: ids.going }));
});

const seal = async () =>
  (await client.send(new sdk.EncryptCommand({ KeyId: ids.key, Plaintext }))).CiphertextBlob;
const encrypt = (input: Partial<sdk.EncryptCommandInput>) =>
  client.send(new sdk.EncryptCommand({ KeyId: ids.key, Plaintext, ...input }));

async function tooManyAliases() {
  const alias = (i: number) =>
    new sdk.CreateAliasCommand({ AliasName: `alias/many-${i}`, TargetKeyId: ids.other });
  for (let i = 0; i < 50; i++) await client.send(alias(i));
  return client.send(alias(50));
}

/** One call for each exception of the model that this version can answer with. */
const modelled: readonly (readonly [
  abstract new (...args: never[]) => sdk.KMSServiceException,
  () => Promise<unknown>,
])[] = [
  [
    sdk.AlreadyExistsException,
    () => client.send(new sdk.CreateAliasCommand({ AliasName: 'alias/taken', TargetKeyId: ids.key })),
  ],
  [sdk.DisabledException, () => encrypt({ KeyId: ids.disabled })],
  [sdk.DryRunOperationException, () => encrypt({ DryRun: true })],
  [
    sdk.CustomKeyStoreNotFoundException,
    () => client.send(new sdk.GenerateRandomCommand({ NumberOfBytes: 1, CustomKeyStoreId: 'cks-0' })),
  ],
  [
    sdk.IncorrectKeyException,
    async () => client.send(new sdk.DecryptCommand({ CiphertextBlob: await seal(), KeyId: ids.other })),
  ],
  [
    sdk.InvalidCiphertextException,
    () => client.send(new sdk.DecryptCommand({ CiphertextBlob: new Uint8Array(184) })),
  ],
  [sdk.InvalidGrantTokenException, () => encrypt({ GrantTokens: ['nonsense'] })],
  [sdk.InvalidKeyUsageException, () => encrypt({ EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' })],
  [sdk.InvalidMarkerException, () => client.send(new sdk.ListKeysCommand({ Marker: 'nonsense' }))],
  [sdk.KMSInvalidStateException, () => encrypt({ KeyId: ids.going })],
  [sdk.LimitExceededException, tooManyAliases],
  [
    sdk.MalformedPolicyDocumentException,
    () => client.send(new sdk.PutKeyPolicyCommand({ KeyId: ids.key, Policy: '{"a":' })),
  ],
  [sdk.NotFoundException, () => client.send(new sdk.DescribeKeyCommand({ KeyId: 'alias/nothing' }))],
  [
    sdk.TagException,
    () =>
      client.send(new sdk.TagResourceCommand({ KeyId: ids.key, Tags: [{ TagKey: 'aws:x', TagValue: '' }] })),
  ],
];

describe('a refusal reaches the client as its own class', () => {
  it.each(modelled)('%o', async (Exception, call) => {
    const error = await call().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Exception);
    expect(error).toMatchObject({
      $fault: 'client',
      name: Exception.name,
      $metadata: { httpStatusCode: 400 },
    });
  });

  it.each([
    ['ValidationException', () => encrypt({ Plaintext: new Uint8Array(4097) })],
    ['AccessDeniedException', () => clientOf(alice).send(new sdk.ListKeysCommand({}))],
  ])('or, like %s, as the base class where the model has none', async (name, call) => {
    const error = await call().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(sdk.KMSServiceException);
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });
});

describe('the switches of a lab', () => {
  it.each([
    ['KMSInternalException', sdk.KMSInternalException],
    ['DependencyTimeoutException', sdk.DependencyTimeoutException],
  ] as const)('make it answer %s, with status 500', async (fault, Exception) => {
    await lab.setSwitches({ fault });
    const error = await encrypt({}).catch((e: unknown) => e);
    await lab.setSwitches({ fault: undefined });
    expect(error).toBeInstanceOf(Exception);
    expect(error).toMatchObject({ $fault: 'server', $metadata: { httpStatusCode: 500 } });
    await encrypt({});
  });

  it('make a client try again until the fault is over', async () => {
    await lab.setSwitches({ fault: 'KMSInternalException' });
    const { handle, ...rest } = lab.requestHandlerFor({ principal: admin });
    let tries = 0;
    const patient = new sdk.KMSClient({
      region,
      maxAttempts: 3,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      requestHandler: {
        ...rest,
        handle: async (...request: Parameters<typeof handle>) => {
          tries += 1;
          if (tries === 2) await lab.setSwitches({ fault: undefined });
          return handle(...request);
        },
      },
    });
    await patient.send(new sdk.EncryptCommand({ KeyId: ids.key, Plaintext }));
    expect(tries).toBe(2);
  });

  it('make request quotas bite', async () => {
    const strict = await createLab({ now: new Date('2026-01-01'), throttling: true });
    const CreateKey = () => strict.handle({ operation: 'CreateKey', principal: admin });
    const answers = await Promise.all(Array.from({ length: 20 }, CreateKey));
    const refused = answers.flatMap(({ result }) => (result.ok ? [] : [result.refusal.refused]));
    expect(new Set(refused)).toEqual(new Set(['ThrottlingException']));
    await strict.advance({ seconds: 1 });
    expect((await CreateKey()).result.ok).toBe(true);
  });
});
