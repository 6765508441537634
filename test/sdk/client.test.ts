import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  KMSServiceException,
  ListKeysCommand,
  type KMSClientConfig,
} from '@aws-sdk/client-kms';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Credentials, type Lab } from '../../src/client/lab.ts';

const admin = 'arn:aws:iam::111122223333:user/Admin';
const role = 'arn:aws:iam::111122223333:role/ExampleRole';
const region = 'eu-central-1';
const bytes = (text: string) => new TextEncoder().encode(text);
const failed = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'succeeded',
    (error: unknown) => error,
  );

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});

/** A client that signs with these credentials, and does not try again. */
const clientWith = (credentials: Credentials, more: Partial<KMSClientConfig> = {}) =>
  new KMSClient({ region, credentials, requestHandler: lab.requestHandler, maxAttempts: 1, ...more });

describe('an SDK client that signs', () => {
  it('creates a key, encrypts and decrypts', async () => {
    const client = clientWith(await lab.credentialsFor(admin));
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description: 'first' }));
    expect(KeyMetadata).toMatchObject({
      Description: 'first',
      KeyState: 'Enabled',
      AWSAccountId: '111122223333',
    });
    expect(KeyMetadata?.Arn).toMatch(/^arn:aws:kms:eu-central-1:111122223333:key\//);
    expect(KeyMetadata?.CreationDate).toBeInstanceOf(Date);

    const context = { EncryptionContext: { purpose: 'ü "quoted"' } };
    const { CiphertextBlob } = await client.send(
      new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: bytes('hello'), ...context }),
    );
    const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob, ...context }));
    expect(new TextDecoder().decode(Plaintext)).toBe('hello');
    const events = await lab.trail();
    expect(events.map(({ eventName }) => eventName)).toEqual(['CreateKey', 'Encrypt', 'Decrypt']);
    expect(events.map(({ userIdentity }) => userIdentity['arn'])).toEqual([admin, admin, admin]);
  });

  it('is a session when its credentials are those of a role', async () => {
    const credentials = await lab.credentialsFor(role, { sessionName: 'Build' });
    expect(credentials).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
      sessionToken: expect.any(String),
    });
    const error = await failed(clientWith(credentials).send(new ListKeysCommand({})));
    expect(error).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('arn:aws:sts::111122223333:assumed-role/ExampleRole/Build'),
    });
  });

  it('has the same access key each time when it is a user', async () => {
    const credentials = await lab.credentialsFor(admin);
    expect(credentials).toEqual({
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
    });
    expect(await lab.credentialsFor(admin)).toEqual(credentials);
    const root = await lab.credentialsFor('arn:aws:iam::111122223333:root');
    expect(root).not.toEqual(credentials);
    await clientWith(root).send(new ListKeysCommand({}));
  });

  it('keeps its secret out of everything that is stored', async () => {
    const { secretAccessKey } = await lab.credentialsFor(admin);
    expect(JSON.stringify(await lab.snapshot())).not.toContain(secretAccessKey);
  });
});

describe('a signature that AWS would refuse', () => {
  const expectRefused = async (client: KMSClient, name: string, message: string | RegExp) => {
    const error = await failed(client.send(new ListKeysCommand({})));
    expect(error).toBeInstanceOf(KMSServiceException);
    expect(error).toMatchObject({ name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
    expect(error).toMatchObject({
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    expect(await lab.trail()).toEqual([]);
  };
  const unknownToken = 'The security token included in the request is invalid.';

  it('was made with a wrong secret', async () => {
    const credentials = await lab.credentialsFor(admin);
    const secretAccessKey = credentials.secretAccessKey.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'));
    await expectRefused(
      clientWith({ ...credentials, secretAccessKey }),
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  });

  it('names an access key that nobody has', async () => {
    const credentials = await lab.credentialsFor(admin);
    const client = clientWith({ ...credentials, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' });
    await expectRefused(client, 'UnrecognizedClientException', unknownToken);
  });

  it('lacks the token of its session, or has another', async () => {
    const { sessionToken, ...credentials } = await lab.credentialsFor(role);
    await expectRefused(clientWith(credentials), 'UnrecognizedClientException', unknownToken);
    const other = clientWith({ ...credentials, sessionToken: `${sessionToken}x` });
    await expectRefused(other, 'UnrecognizedClientException', unknownToken);
  });

  it('belongs to a session that is over, in virtual time', async () => {
    const client = clientWith(await lab.credentialsFor(role, { durationSeconds: 900 }));
    await lab.advance({ seconds: 899 });
    expect(await failed(client.send(new ListKeysCommand({})))).toMatchObject({
      name: 'AccessDeniedException',
    });
    await lab.advance({ seconds: 1 });
    const error = await failed(client.send(new ListKeysCommand({})));
    expect(error).toMatchObject({
      name: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
    });
  });

  it.each([
    [
      'before',
      -6 * 60_000,
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
    ],
    ['after', 6 * 60_000, /^Signature not yet current: /],
  ])('was made by a clock that is minutes %s ours', async (_, systemClockOffset, message) => {
    const client = clientWith(await lab.credentialsFor(admin), { systemClockOffset });
    await expectRefused(client, 'InvalidSignatureException', message);
    // The SDK corrects its clock by the date of the answer.
    await client.send(new ListKeysCommand({}));
  });

  it('is checked against the wall clock, wherever virtual time is', async () => {
    const client = clientWith(await lab.credentialsFor(admin));
    await lab.advance({ days: 4000 });
    await client.send(new ListKeysCommand({}));
  });

  it('is for another Region than the endpoint', async () => {
    const client = clientWith(await lab.credentialsFor(admin));
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { hostname: 'kms.us-west-2.amazonaws.com' });
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'moved' },
    );
    await expectRefused(
      client,
      'InvalidSignatureException',
      /^Credential should be scoped to a valid region\./,
    );
  });
});

describe('what comes in', () => {
  /** A client whose requests carry this body, rightly signed. */
  const sending = async (body: string) => {
    const client = clientWith(await lab.credentialsFor(admin));
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { body });
        return next(args);
      },
      { step: 'build', name: 'otherBody' },
    );
    return client;
  };

  it.each([
    ['no JSON', '{"KeyId":'],
    ['a list', '[]'],
    ['a number for a text', '{"KeyId":5}'],
    ['no base64', '{"KeyId":"k","Plaintext":"*"}'],
  ])('with %s as its body is a SerializationException', async (_, body) => {
    const client = await sending(body);
    const error = await failed(client.send(new EncryptCommand({ KeyId: 'k', Plaintext: bytes('x') })));
    expect(error).toMatchObject({ name: 'SerializationException', $metadata: { httpStatusCode: 400 } });
  });

  it('is validated like in AWS', async () => {
    const client = await sending('{"KeyId":"","Plaintext":""}');
    const error = await failed(client.send(new EncryptCommand({ KeyId: 'k', Plaintext: bytes('x') })));
    expect(error).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/^2 validation errors detected: /),
    });
  });

  it('may be aborted before, and is then not done', async () => {
    const client = clientWith(await lab.credentialsFor(admin));
    const abortSignal = AbortSignal.abort();
    const error = await failed(client.send(new CreateKeyCommand({}), { abortSignal }));
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(await lab.trail()).toEqual([]);
  });
});

describe('many at once', () => {
  it('are all answered, each with its own', async () => {
    const client = clientWith(await lab.credentialsFor(admin));
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    await client.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: KeyMetadata?.KeyId }));
    const sealed = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        client.send(new EncryptCommand({ KeyId: 'alias/a', Plaintext: bytes(`no ${i}`) })),
      ),
    );
    const opened = await Promise.all(
      sealed.map(({ CiphertextBlob }) => client.send(new DecryptCommand({ CiphertextBlob }))),
    );
    expect(opened.map(({ Plaintext }) => new TextDecoder().decode(Plaintext))).toEqual(
      Array.from({ length: 20 }, (_, i) => `no ${i}`),
    );
    const dataKey = await client.send(new GenerateDataKeyCommand({ KeyId: 'alias/a', KeySpec: 'AES_256' }));
    expect(dataKey.Plaintext).toHaveLength(32);
    expect(dataKey.CiphertextBlob).toHaveLength(184);
    const described = await client.send(new DescribeKeyCommand({ KeyId: 'alias/a' }));
    expect(described.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    const last = (await lab.trail()).at(-1);
    expect(last?.requestID).toBe(described.$metadata.requestId);
  });
});
