import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from './codec.ts';
import { credentialSecret, equalHex, sigV4Signature, sigV4SigningKey } from './sigV4.ts';

const exampleSecret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

describe('Signature Version 4', () => {
  // The example of AWS's documentation (General Reference, "Examples of how to derive a signing key" and "Calculate the signature"):
  // https://docs.aws.amazon.com/general/latest/gr/sigv4-calculate-signature.html
  const signingKey = sigV4SigningKey(exampleSecret, '20150830', 'us-east-1', 'iam');

  it('derives the published signing key', () =>
    expect(toHex(signingKey)).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9'));

  it('calculates the published signature', () => {
    const stringToSign = [
      'AWS4-HMAC-SHA256',
      '20150830T123600Z',
      '20150830/us-east-1/iam/aws4_request',
      'f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59',
    ].join('\n');
    expect(sigV4Signature(signingKey, stringToSign)).toBe(
      '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });

  it('agrees with the platform’s HMAC', () => {
    const platform = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (secret, region, text) => {
        const key = ['20261124', region, 'kms', 'aws4_request'].reduce<string | Buffer>(
          platform,
          `AWS4${secret}`,
        );
        const ours = sigV4SigningKey(secret, '20261124', region, 'kms');
        expect(sigV4Signature(ours, text)).toBe(platform(key, text).toString('hex'));
      }),
    );
  });
});

describe('simulated secrets', () => {
  const root = new Uint8Array(32).fill(7);
  it('are 40 base64 characters, one for each access key id and root', () => {
    const ids = ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLF', 'ASIAIOSFODNN7EXAMPLE'];
    const secrets = ids.map((id) => credentialSecret(root, id));
    for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(new Set(secrets).size).toBe(3);
    expect(credentialSecret(root, ids[0] ?? '')).toBe(secrets[0]);
    expect(credentialSecret(new Uint8Array(32).fill(8), ids[0] ?? '')).not.toBe(secrets[0]);
  });
});

describe('equalHex', () => {
  it.each([
    ['', '', true],
    ['ab', 'ab', true],
    ['ab', 'AB', false],
    ['ab', 'ac', false],
    ['ab', 'abab', false],
    ['', 'ab', false],
  ])('%j and %j: %s', (a, b, equal) => expect(equalHex(a, b)).toBe(equal));
});
