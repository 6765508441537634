import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessKeyIdsIn, findAccessKeys } from './accessKeys.ts';
import { createLab } from './lab.ts';
import { openLab } from './local.ts';
import { genesis } from './world.fixture.ts';

const id = 'AKIAQ7WZ2LMN5XYB3DCT';
const secret = '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';

describe('pasted text', () => {
  const found: readonly (readonly [string, string, readonly string[]])[] = [
    ['an access key id', `export AWS_ACCESS_KEY_ID=${id}`, ['accessKeyId']],
    ['a temporary one', `"ASIA${id.slice(4)}"`, ['accessKeyId']],
    ['a secret by its name', `aws_secret_access_key = ${secret}`, ['secretAccessKey']],
    ['a secret alone', secret, ['secretAccessKey']],
    ['both', `${id}\n${secret}`, ['accessKeyId', 'secretAccessKey']],
    [
      'a CSV of the console',
      `Access key ID,Secret access key\n${id},${secret}`,
      ['accessKeyId', 'secretAccessKey'],
    ],
    [
      'JSON of the CLI',
      JSON.stringify({ AccessKeyId: id, SecretAccessKey: secret }),
      ['accessKeyId', 'secretAccessKey'],
    ],
  ];
  it.each(found)('with %s is noticed', (_, text, kinds) => {
    const keys = findAccessKeys(text);
    expect(keys.map(({ kind }) => kind)).toEqual(kinds);
    for (const { start, end, masked } of keys) {
      expect([id, secret, `ASIA${id.slice(4)}`]).toContain(text.slice(start, end));
      expect(masked).toHaveLength(5);
    }
  });

  it.each([
    ['prose', 'The quick brown fox jumps over the lazy dog, and KMS keys are never exported.'],
    ['a key ARN', 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
    ['a SHA-1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['a SHA-256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [
      'ciphertext',
      Buffer.from(Array.from({ length: 150 }, (_, i) => (i * 73 + 11) % 256)).toString('base64'),
    ],
    ["AWS's own examples", 'AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a part of a longer word', `X${id}`],
    ['unique ids that are no secret', 'AIDAQ7WZ2LMN5XYB3DCT AROAQ7WZ2LMN5XYB3DCT'],
  ])('with %s is harmless', (_, text) => {
    expect(findAccessKeys(text)).toEqual([]);
  });

  it('is found wherever it stands, and never shown', () => {
    fc.assert(
      fc.property(fc.lorem(), fc.lorem(), (before, after) => {
        const [key] = findAccessKeys(`${before} ${id} ${after}`);
        expect(key).toMatchObject({ kind: 'accessKeyId', start: before.length + 1, masked: 'AKIA…' });
      }),
    );
  });

  it("with this lab's own keys is harmless; the world knows which they are", async () => {
    const lab = await createLab({ seed: 'own' });
    const { accessKeyId, secretAccessKey } = await lab.credentialsFor('arn:aws:iam::111122223333:user/Admin');
    const text = `${accessKeyId} ${secretAccessKey}`;
    expect(findAccessKeys(text)).toHaveLength(2);
    expect(findAccessKeys(text, [accessKeyId, secretAccessKey])).toEqual([]);
    const { main } = await openLab({ store: 'memory', genesis });
    const own = await main.read(
      (view) => view.range('ref', { prefix: 'credential/', n: 1 })[0]?.ref.slice(11) ?? '',
    );
    expect(accessKeyIdsIn(`${own}, ${id}, ${own}`)).toEqual([own, id]);
    expect(await main.ownAccessKeys([own, id])).toEqual([own]);
  });
});
