import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../model/index.ts';
import { parsePolicy, type PolicyKind } from './index.ts';
import { isMistake, readJson } from './json.ts';
import '../../../test/support/seed.ts';

const parsed = (document: unknown, kind: PolicyKind = 'key') =>
  parsePolicy(typeof document === 'string' ? document : JSON.stringify(document), kind);
const ok = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
const one = (more: object) => ({ Statement: { ...ok, ...more } });
const iam = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };

describe('parsePolicy', () => {
  test('[policy.md §3] reads every element', () => {
    const document = parsed({
      Version: '2012-10-17',
      Id: 'id',
      Statement: [
        {
          Sid: 'a b',
          Effect: 'Deny',
          NotPrincipal: { Service: 's3.amazonaws.com', AWS: ['111122223333', '*'] },
          NotAction: ['kms:Encrypt', '*'],
          Resource: '*',
          Condition: { 'ForAnyValue:StringLikeIfExists': { 'kms:X': ['a', 1, true] } },
        },
      ],
    });
    expect(document).toMatchObject({
      version: '2012-10-17',
      id: 'id',
      statements: [
        {
          sid: 'a b',
          effect: 'Deny',
          principal: {
            negated: true,
            items: [
              { type: 'AWS', value: '111122223333' },
              { type: 'AWS', value: '*' },
              { type: 'Service', value: 's3.amazonaws.com' },
            ],
          },
          action: { negated: true, items: ['kms:Encrypt', '*'] },
          resource: { negated: false, items: ['*'] },
          conditions: [
            {
              operator: 'ForAnyValue:StringLikeIfExists',
              use: { set: 'ForAnyValue', ifExists: true },
              key: 'kms:X',
              values: ['a', '1', 'true'],
            },
          ],
        },
      ],
    });
  });

  test.each([
    ['no Version is 2008-10-17', { Statement: [ok] }, 'key'],
    ['no Action and no Resource in a key policy', { Statement: { Effect: 'Allow', Principal: '*' } }, 'key'],
    ['an identity policy', { Statement: [iam] }, 'identity'],
    [
      'an identity policy about another service',
      { Statement: { ...iam, Action: 's3:Get*', Resource: 'arn:aws:s3:::b' } },
      'identity',
    ],
  ] as const)('[policy.md §3] takes %s', (_, document, kind) => {
    expect(parsed(document, kind)).toHaveProperty('statements');
  });

  test.each([
    ['{"Statement": [', 'not valid JSON: expected a value at line 1, column 16'],
    ['{\n "Version" "2012-10-17"}', 'expected ":" at line 2, column 12'],
    ['', 'not valid JSON: expected a value at line 1, column 1'],
    ['{} x', 'expected the end of the text'],
    ['['.repeat(30_000), 'nested too deeply'],
    ['"\u20ac"', 'the character U+20AC at offset 1'],
    ['[]', 'The policy document must be a JSON object.'],
    [{}, 'The policy document has no Statement.'],
    [{ Statement: [] }, 'Statement must not be an empty list.'],
    [{ Statement: ['x'] }, 'Statement[0] must be a JSON object.'],
    [{ Statement: [ok, { ...ok, Effect: 'allow' }] }, 'Statement[1].Effect must be "Allow" or "Deny".'],
    [{ Version: '2012-10-18', Statement: [ok] }, 'Version must be "2012-10-17" or "2008-10-17".'],
    [{ Statements: [ok] }, 'The policy document has an unknown element "Statements".'],
    ['{"Statement":[],"Statement":[]}', 'has the element "Statement" twice.'],
    [one({ Actions: 'x' }), 'Statement has an unknown element "Actions".'],
    ['{"Statement":{"__proto__":1}}', 'Statement has an unknown element "__proto__".'],
    [one({ Sid: 1 }), 'Statement.Sid must be a string.'],
    [one({ Principal: undefined }), 'Statement has no Principal.'],
    [one({ Principal: 'arn:aws:iam::111122223333:root' }), 'Statement.Principal must be "*" or an object'],
    [one({ Principal: {} }), 'Statement.Principal names nobody.'],
    [one({ Principal: { Aws: '*' } }), 'Statement.Principal has an unknown element "Aws".'],
    [one({ Principal: { AWS: [] } }), 'Statement.Principal.AWS must not be an empty list.'],
    [one({ NotPrincipal: '*' }), 'Statement has both Principal and NotPrincipal.'],
    [one({ NotAction: 'kms:*' }), 'Statement has both Action and NotAction.'],
    [one({ Action: ['kms:Encrypt', 1] }), 'Statement.Action[1] must be a string.'],
    [one({ Action: 'Encrypt' }), 'Statement.Action has "Encrypt", which is not of the form service:Action.'],
    [one({ Condition: { StringEqual: {} } }), 'Statement.Condition has an unknown operator "StringEqual".'],
    [one({ Condition: { Bool: 'x' } }), 'Statement.Condition.Bool must be a JSON object.'],
    [one({ Condition: { Bool: { secure: 'true' } } }), 'is not a condition key of the form service:Key.'],
    [
      one({ Condition: { Bool: { 'aws:X': null } } }),
      'Statement.Condition.Bool."aws:X" must be a string, a number or a boolean.',
    ],
    [one({ Condition: { Bool: { 'aws:X': ['a', {}] } } }), 'Statement.Condition.Bool."aws:X"[1] must be'],
  ] as const)('[policy.md §3] refuses %j', (document, place) => {
    const read = parsed(document);
    expect(read).toMatchObject({ refused: 'MalformedPolicyDocumentException', status: 400 });
    expect(isRefusal(read) && read.message).toContain(place);
  });

  test.each([
    [{ Statement: { ...iam, Principal: '*' } }, 'unknown element "Principal"'],
    [{ Statement: { Effect: 'Allow', Action: 'kms:*' } }, 'has no Resource'],
    [{ Statement: { Effect: 'Allow', Resource: '*' } }, 'has no Action'],
    [{ Statement: { ...iam, Sid: 'a b' } }, 'letters and digits only'],
    [{ Statement: { ...iam, Resource: 'key/1' } }, 'neither "*" nor an ARN'],
  ])('refuses the identity policy %j', (document, place) => {
    const read = parsed(document, 'identity');
    expect(isRefusal(read) && read.message).toContain(place);
  });

  test('[quotas.json keyPolicyDocumentBytes] 32,768 bytes, and characters of two bytes count twice', () => {
    const sized = (bytes: number, fill: string): string => {
      const bare = JSON.stringify({ Id: '', Statement: ok });
      const width = new TextEncoder().encode(fill).length;
      return JSON.stringify({ Id: fill.repeat((bytes - bare.length) / width), Statement: ok });
    };
    expect(parsed(sized(32_768, 'a'))).toHaveProperty('statements');
    expect(parsed(sized(32_769, 'a'))).toMatchObject({ refused: 'LimitExceededException' });
    expect(parsed(sized(32_768, 'é'))).toHaveProperty('statements');
    expect(parsed(sized(32_790, 'é'))).toMatchObject({ refused: 'LimitExceededException' });
  });

  test('never throws, whatever the text', () => {
    const property = fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(() => parsePolicy(text, 'key')).not.toThrow();
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('readJson', () => {
  test('accepts exactly what JSON.parse accepts', () => {
    const accepts = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const json = fc.json({ maxDepth: 5 });
    // A cut and a stray character make nearly-JSON, which is where readers differ.
    const broken = fc
      .tuple(json, fc.nat(), fc.constantFrom('', ',', '0', '"', '\\', '-', '.', ']', '\n', '\u00a0'))
      .map(([text, at, stray]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + stray + text.slice(cut + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(json, broken), (text) => {
        expect(isMistake(readJson(text))).toBe(!accepts(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
