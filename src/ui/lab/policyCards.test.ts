import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policyCards, pretty } from './policyCards.ts';

test('a statement shows who, what and under which condition', () => {
  const cards = policyCards(
    JSON.stringify({
      Statement: [
        {
          Sid: 'EnableIAMPolicies',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'kms:*',
          Resource: '*',
        },
        {
          Effect: 'Deny',
          Principal: { AWS: ['arn:aws:iam::111122223333:role/app', '*'], Service: 's3.amazonaws.com' },
          Action: ['kms:Encrypt', 'kms:Decrypt'],
          Resource: '*',
          Condition: { StringEquals: { 'kms:EncryptionContext:app': ['payroll', 'hr'] } },
        },
      ],
    }),
  );
  expect(cards?.[0]).toMatchObject({
    sid: 'EnableIAMPolicies',
    effect: 'Allow',
    principals: ['111122223333:root'],
    actions: ['kms:*'],
    delegates: true,
  });
  expect(cards?.[1]).toMatchObject({
    sid: undefined,
    effect: 'Deny',
    principals: ['role/app', '*', 'Service s3.amazonaws.com'],
    actions: ['Encrypt', 'Decrypt'],
    conditions: ['StringEquals kms:EncryptionContext:app = payroll | hr'],
    delegates: false,
  });
});

test('Deny for the account delegates nothing; NotPrincipal and NotAction are told apart', () => {
  const [card] =
    policyCards(
      JSON.stringify({
        Statement: {
          Effect: 'Deny',
          NotPrincipal: { AWS: '111122223333' },
          NotAction: 'kms:List*',
          Resource: '*',
        },
      }),
    ) ?? [];
  expect(card).toMatchObject({ delegates: false, notPrincipal: true, notAction: true, actions: ['List*'] });
});

test('no JSON value makes it throw, and text that is none has no cards', () => {
  fc.assert(fc.property(fc.json(), (text) => void policyCards(text)));
  expect(policyCards('{')).toBeUndefined();
  expect(pretty('{')).toBe('{');
});
