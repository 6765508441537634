import { createHmac } from 'node:crypto';
import {
  DescribeKeyCommand,
  EncryptCommand,
  KMSClient,
  ListAliasesCommand,
  NotFoundException,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import type { Call, PrincipalArn, Result, SigV4 } from '../../engine/index.ts';
import { createRequestHandler, type Trust } from './requestHandler.ts';
import type { HandleOptions, HttpRequest, HttpResponse } from './http.ts';

const root = 'arn:aws:iam::111122223333:root' as PrincipalArn;
const credentials = {
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'secret/of+example',
  sessionToken: 'token',
};

/** A client in front of a world that answers what it is told, and tells what it was asked. */
function clientOf(
  answer: Result,
  trust: Trust = 'signed',
  changed: (request: HttpRequest) => HttpRequest = (r) => r,
) {
  const calls: Call[] = [];
  const handler = createRequestHandler(
    () => ({
      handle: (call) => {
        calls.push(call);
        return Promise.resolve({ result: answer, trace: { id: 'request-id' } });
      },
    }),
    trust,
  );
  const answers: HttpResponse[] = [];
  const client = new KMSClient({
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
    requestHandler: {
      ...handler,
      handle: async (request: HttpRequest, options?: HandleOptions) => {
        const answered = await handler.handle(changed(request), options);
        answers.push({ ...answered.response });
        return answered;
      },
    },
  });
  return { client, calls, answers };
}

const ok = (output: unknown): Result => ({ ok: true, output });
const body = (answer: HttpResponse | undefined) => new TextDecoder().decode(answer?.body);

function signatureOf(calls: readonly Call[]): SigV4 {
  const caller = calls[0]?.caller;
  if (caller?.kind !== 'sigV4') throw new Error(`no signature arrived: ${JSON.stringify(calls)}`);
  return caller.signature;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, by another library. */
function sign({ date, region, service, stringToSign }: SigV4, secret: string): string {
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  return hmac(
    hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request'),
    stringToSign,
  ).toString('hex');
}

describe('a signed request', () => {
  it('arrives with the string that the SDK signed', async () => {
    const { client, calls } = clientOf(ok({ KeyId: 'k' }));
    await client.send(new EncryptCommand({ KeyId: 'alias/ä b', Plaintext: new Uint8Array([1, 2]) }));
    const signature = signatureOf(calls);
    expect(signature).toMatchObject({
      ...idOf(credentials),
      region: 'eu-west-1',
      service: 'kms',
      sessionToken: 'token',
    });
    expect(signature.signature).toBe(sign(signature, credentials.secretAccessKey));
    expect(signature.signature).not.toBe(sign(signature, 'another secret'));
    expect(Math.abs(signature.signedAt - Date.now())).toBeLessThan(5000);
  });

  it('goes to the Region of the endpoint, and to that of the signature where the endpoint has none', async () => {
    const elsewhere = (change: (r: HttpRequest) => HttpRequest) => clientOf(ok({}), 'signed', change);
    const moved = elsewhere((r) => ({ ...r, hostname: 'kms-fips.us-west-2.amazonaws.com' }));
    await moved.client.send(new DescribeKeyCommand({ KeyId: 'k' }));
    expect(moved.calls[0]).toMatchObject({
      region: 'us-west-2',
      caller: { signature: { region: 'eu-west-1' } },
    });
    const local = elsewhere((r) => ({ ...r, hostname: 'localhost' }));
    await local.client.send(new DescribeKeyCommand({ KeyId: 'k' }));
    expect(local.calls[0]?.region).toBe('eu-west-1');
    const trusted = clientOf(ok({}), { principal: root }, (r) => ({ ...r, hostname: 'localhost' }));
    await trusted.client.send(new DescribeKeyCommand({ KeyId: 'k' }));
    expect(trusted.calls[0]?.region).toBe('eu-west-1');
  });

  const tamper: readonly (readonly [string, (r: HttpRequest) => HttpRequest])[] = [
    ['body', (r) => ({ ...r, body: `${String(r.body)} ` })],
    ['target', (r) => ({ ...r, headers: { ...r.headers, 'x-amz-target': 'TrentService.Decrypt' } })],
    ['query', (r) => ({ ...r, query: { a: 'b' } })],
    ['token', (r) => ({ ...r, headers: { ...r.headers, 'x-amz-security-token': 'other' } })],
  ];
  it.each(tamper)('whose %s was changed on the way no longer fits its signature', async (_, changed) => {
    const { client, calls } = clientOf(ok({}), 'signed', changed);
    await client.send(new EncryptCommand({ KeyId: 'k', Plaintext: new Uint8Array([1]) }));
    const signature = signatureOf(calls);
    expect(signature.signature).not.toBe(sign(signature, credentials.secretAccessKey));
  });

  const withAuthorization = (change: (header: string) => string | undefined) => (request: HttpRequest) => {
    const { authorization = '', ...headers } = request.headers;
    const changed = change(authorization);
    return { ...request, headers: changed === undefined ? headers : { ...headers, authorization: changed } };
  };
  const refused: readonly (readonly [string, (h: string) => string | undefined, string, RegExp])[] = [
    ['no header', () => undefined, 'MissingAuthenticationTokenException', /^Missing Authentication Token$/],
    [
      'another scheme',
      () => 'Bearer abc',
      'IncompleteSignatureException',
      /requires 'Credential' parameter\. .*Authorization=Bearer abc$/,
    ],
    [
      'no signature',
      (h) => h.replace(/, Signature=.*/, ''),
      'IncompleteSignatureException',
      /^Authorization header requires 'Signature' parameter\. Authorization=/,
    ],
    [
      'a blank in it',
      (h) => h.replace('=AKIA', '= AKIA'),
      'IncompleteSignatureException',
      /not a valid key=value pair \(missing equal-sign\)/,
    ],
    [
      'a short scope',
      (h) => h.replace('/kms/', '/'),
      'IncompleteSignatureException',
      /exactly 5 slash-delimited elements/,
    ],
    [
      'another day',
      (h) => h.replace(/\/\d{8}\//, '/20150830/'),
      'InvalidSignatureException',
      /^Date in Credential scope does not match .*'20150830' != /,
    ],
    [
      'another end',
      (h) => h.replace('/aws4_request', '/aws5_request'),
      'InvalidSignatureException',
      /^Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'\.$/,
    ],
    [
      'the host unsigned',
      (h) => h.replace('host;', ''),
      'InvalidSignatureException',
      /'Host' or ':authority'/,
    ],
  ];
  it.each(refused)('with %s is refused at the door', async (_, change, name, message) => {
    const { client, calls } = clientOf(ok({}), 'signed', withAuthorization(change));
    const error = await client.send(new DescribeKeyCommand({ KeyId: 'k' })).catch((e: unknown) => e);
    expect(error).toMatchObject({
      name,
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: 400 },
    });
    expect(calls).toEqual([]);
  });
});

const idOf = ({ accessKeyId }: typeof credentials) => ({ accessKeyId });

describe('the AWS JSON protocol', () => {
  it('brings blobs as bytes, and maps with any name', async () => {
    const { client, calls } = clientOf(ok({}), { principal: root });
    const EncryptionContext = Object.fromEntries([
      ['__proto__', 'x'],
      ['a', 'b'],
    ]);
    await client.send(
      new EncryptCommand({ KeyId: 'k', Plaintext: new Uint8Array([0, 255]), EncryptionContext }),
    );
    expect(calls).toMatchObject([
      { operation: 'Encrypt', region: 'eu-west-1', caller: { kind: 'principal', arn: root } },
    ]);
    expect(calls[0]?.input).toEqual({ KeyId: 'k', Plaintext: new Uint8Array([0, 255]), EncryptionContext });
    expect(calls[0]?.userAgent).toMatch(/aws-sdk-js/);
  });

  it('takes blobs and dates back', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    const { client } = clientOf(
      ok({ Aliases: [{ AliasName: 'alias/a', CreationDate: at, LastUpdatedDate: undefined }] }),
      { principal: root },
    );
    const answer = await client.send(new ListAliasesCommand({}));
    expect(answer.Aliases).toEqual([{ AliasName: 'alias/a', CreationDate: at }]);
    expect(answer.$metadata).toMatchObject({ httpStatusCode: 200, requestId: 'request-id' });

    const big = new Uint8Array(100_000).map((_, i) => i);
    const encrypted = clientOf(ok({ CiphertextBlob: big }), { principal: root });
    expect(
      (await encrypted.client.send(new EncryptCommand({ KeyId: 'k', Plaintext: big }))).CiphertextBlob,
    ).toEqual(big);
  });

  it('answers a refusal with its type and text, and no text where AWS sends none', async () => {
    const refusal = { refused: 'NotFoundException', message: 'gone', status: 400, because: 'test' };
    const { client } = clientOf({ ok: false, refusal }, { principal: root });
    const error = await client.send(new DescribeKeyCommand({ KeyId: 'k' })).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotFoundException);
    expect(error).toMatchObject({
      message: 'gone',
      $fault: 'client',
      $metadata: { httpStatusCode: 400, requestId: 'request-id' },
    });

    const silent = clientOf({ ok: false, refusal: { ...refusal, message: '' } }, { principal: root });
    await silent.client.send(new DescribeKeyCommand({ KeyId: 'k' })).catch(() => {});
    expect(body(silent.answers[0])).toBe('{"__type":"NotFoundException"}');
  });

  it('answers operations without output with an empty body', async () => {
    const handler = createRequestHandler(
      () => ({ handle: () => Promise.resolve({ result: ok({}), trace: { id: 'i' } }) }),
      { principal: root },
    );
    const headers = { 'x-amz-target': 'TrentService.EnableKey' };
    const { response } = await handler.handle({
      method: 'POST',
      path: '/',
      hostname: 'kms.eu-west-1.amazonaws.com',
      headers,
      body: '{"KeyId":"k"}',
    });
    expect(response).toMatchObject({ statusCode: 200, body: new Uint8Array() });
    expect(response.headers['content-length']).toBe('0');
  });

  it.each([
    ['text', '{"KeyId":"k"}', { KeyId: 'k' }],
    ['bytes', new TextEncoder().encode('{"KeyId":"k"}'), { KeyId: 'k' }],
    ['a stream', new Blob(['{"KeyId":"k"}']).stream(), { KeyId: 'k' }],
    ['nothing', undefined, {}],
    ['no JSON', '{"KeyId":', undefined],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), undefined],
    ['no base64 in a blob', '{"CiphertextBlob":"AA=A"}', { CiphertextBlob: 'AA=A' }],
  ])('reads a body of %s', async (_, given, input) => {
    const calls: Call[] = [];
    const handler = createRequestHandler(
      () => ({
        handle: (call) => (calls.push(call), Promise.resolve({ result: ok({}), trace: { id: 'i' } })),
      }),
      { principal: root },
    );
    const headers = { 'X-Amz-Target': 'TrentService.Decrypt' };
    await handler.handle({
      method: 'POST',
      path: '/',
      hostname: 'kms.eu-west-1.amazonaws.com',
      headers,
      body: given,
    });
    expect(calls[0]?.input).toEqual(input);
  });

  it.each([
    ['GET', '/', 'TrentService.Encrypt'],
    ['POST', '/x', 'TrentService.Encrypt'],
    ['POST', '/', 'DynamoDB_20120810.Query'],
    ['POST', '/', undefined],
  ])('%s %s for %s is an unknown operation', async (method, path, target) => {
    const handler = createRequestHandler(
      () => {
        throw new Error('asked the world');
      },
      { principal: root },
    );
    const { response } = await handler.handle({
      method,
      path,
      headers: target ? { 'x-amz-target': target } : {},
    });
    expect(response.statusCode).toBe(400);
    expect(body(response)).toBe('{"__type":"UnknownOperationException"}');
  });
});

describe('an abort', () => {
  const never = () =>
    createRequestHandler(() => ({ handle: () => new Promise<never>(() => {}) }), { principal: root });

  it('before the request rejects at once', async () => {
    const client = new KMSClient({ region: 'eu-west-1', credentials, requestHandler: never() });
    const abortSignal = AbortSignal.abort();
    await expect(client.send(new ListAliasesCommand({}), { abortSignal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('during the request rejects then', async () => {
    const client = new KMSClient({ region: 'eu-west-1', credentials, requestHandler: never() });
    const controller = new AbortController();
    const asked = client.send(new ListAliasesCommand({}), { abortSignal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
