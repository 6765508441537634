import { describe, expect, test } from 'vitest';
import { completionsAt } from './completions.ts';
import type { DocumentKind, PolicyFacts } from './facts.ts';
import { standingAt } from './place.ts';

const facts: PolicyFacts = {
  account: '111122223333',
  region: 'us-east-1',
  principals: ['arn:aws:iam::111122223333:role/app'],
  accounts: ['111122223333', '444455556666'],
  keys: ['arn:aws:kms:us-east-1:111122223333:key/1'],
};
/** `|` is where the caret stands. */
function at(marked: string, kind: DocumentKind = 'key'): readonly string[] | undefined {
  const offset = marked.indexOf('|');
  return completionsAt(marked.replace('|', ''), offset, kind, facts)?.options.map(({ label }) => label);
}

describe('the place in a text that is not JSON yet', () => {
  test.each([
    ['|', [], 'value'],
    ['{|', [], 'name'],
    ['{"|', [], 'name'],
    ['{"a|": 1}', [], 'name'],
    ['{"a": |', ['a'], 'value'],
    ['{"Statement": [{}, {"Action": ["x", "|', ['Statement', 1, 'Action', 1], 'value'],
    [
      '{"Statement": [{"Condition": {"Bool": {"k": "v", |}}}]}',
      ['Statement', 0, 'Condition', 'Bool'],
      'name',
    ],
    ['{"a": "\\"|"}', ['a'], 'value'],
  ] as const)('%s', (marked, path, role) => {
    expect(standingAt(marked.replace('|', ''), marked.indexOf('|'))).toMatchObject({ path, role });
  });
});

describe('what may stand there', () => {
  test('elements of a statement, each once, by the kind of document', () => {
    expect(at('{"Statement": [{"Effect": "Allow", "|"}]}')).toEqual([
      'Sid',
      'Principal',
      'NotPrincipal',
      'Action',
      'NotAction',
      'Resource',
      'NotResource',
      'Condition',
    ]);
    expect(at('{"Statement": {"NotAction": "kms:*", "|"}}', 'identity')).toEqual([
      'Sid',
      'Effect',
      'Resource',
      'NotResource',
      'Condition',
    ]);
    expect(at('{"Statement": [{"|": 1}]}', 'trust')).not.toContain('Resource');
  });
  test('actions, those of the list left out', () => {
    const offered = at('{"Statement": [{"Action": ["kms:Decrypt", "kms:|"]}]}');
    expect(offered).toContain('kms:ReEncrypt*');
    expect(offered).toContain('kms:Encrypt');
    expect(offered).not.toContain('kms:Decrypt');
  });
  test('this world’s principals, its accounts, everybody', () => {
    expect(at('{"Statement": [{"Principal": {"AWS": "|"}}]}')).toEqual([
      'arn:aws:iam::111122223333:role/app',
      'arn:aws:iam::111122223333:root',
      'arn:aws:iam::444455556666:root',
      '*',
    ]);
  });
  test('operators; condition keys that these actions carry and this operator compares stand first', () => {
    expect(at('{"Statement": [{"Condition": {"|"}}]}')?.[0]).toBe('ArnEquals');
    const text = '{"Statement": [{"Action": "kms:CreateGrant", "Condition": {"Bool": {"": "true"}}}]}';
    const offered = completionsAt(text, text.indexOf('""') + 1, 'key', facts)?.options ?? [];
    const best = Math.max(...offered.map(({ boost = 0 }) => boost));
    expect(offered.filter(({ boost }) => boost === best).map(({ label }) => label)).toContain(
      'kms:GrantIsForAWSResource',
    );
  });
  test('values that a key can have', () => {
    expect(at('{"Statement": [{"Condition": {"Bool": {"kms:MultiRegion": "|"}}}]}')).toEqual([
      'true',
      'false',
    ]);
    expect(at('{"Statement": [{"Condition": {"StringEquals": {"kms:ViaService": ["|"]}}}]}')).toContain(
      's3.us-east-1.amazonaws.com',
    );
    expect(at('{"Statement": [{"Condition": {"StringEquals": {"kms:CallerAccount": "|"}}}]}')).toEqual(
      facts.accounts,
    );
  });
  test('nothing where nothing is known', () => {
    expect(at('{"Statement": [{"Sid": "|"}]}')).toBeUndefined();
    expect(at('{"Odd": "|"}')).toBeUndefined();
  });
});
