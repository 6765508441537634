import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountId } from '../model/index.ts';
import { defaultKeyPolicy, respacePolicy } from './index.ts';
import '../../../test/support/seed.ts';

const account = '111122223333' as AccountId;
const recorded = `{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::${account}:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`;

describe('respacePolicy', () => {
  test('[policies/default-policy-text] the default policy', () => {
    expect(defaultKeyPolicy(account)).toBe(recorded);
    expect(defaultKeyPolicy(account, 'aws-cn')).toBe(recorded.replace('arn:aws:', 'arn:aws-cn:'));
  });

  test('[policies/put-is-reformatted] lists stay on their line, objects are spread', () => {
    const compact =
      '{"Version":"2012-10-17","Statement":[{"Action":["kms:A","kms:B"],"Condition":{}},{"Sid":"é\\n"}],"N":1.50}';
    expect(respacePolicy(compact)).toBe(
      [
        '{',
        '  "Version" : "2012-10-17",',
        '  "Statement" : [ {',
        '    "Action" : [ "kms:A", "kms:B" ],',
        '    "Condition" : { }',
        '  }, {',
        '    "Sid" : "é\\n"',
        '  } ],',
        '  "N" : 1.50',
        '}',
      ].join('\n'),
    );
  });

  test('changes spacing only, and nothing the second time', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const spaced = respacePolicy(text);
        const before: unknown = JSON.parse(text);
        expect(JSON.parse(spaced)).toEqual(before);
        expect(respacePolicy(spaced)).toBe(spaced);
      }),
    );
  });

  test('keeps the order of names that JSON.parse would turn round', () => {
    expect(respacePolicy('{"b":1,"2":2,"1":3}')).toBe('{\n  "b" : 1,\n  "2" : 2,\n  "1" : 3\n}');
  });
});
