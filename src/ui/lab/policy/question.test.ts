import { expect, test } from 'vitest';
import type { KeyArn } from '../../../engine/index.ts';
import { questionOf, unusual, usualCircumstances } from './question.ts';

const key = 'arn:aws:kms:us-east-1:111122223333:key/1' as KeyArn;
const bare = { principal: {}, key: {} };
const alice = 'arn:aws:iam::111122223333:user/Alice';

test('as usual, nothing is asked but who and what', () => {
  const usual = usualCircumstances();
  expect(unusual(usual)).toBe(0);
  expect(questionOf(key, alice, 'kms:Decrypt', usual, undefined, bare)).toEqual({
    key,
    principal: alice,
    action: 'kms:Decrypt',
    context: {},
  });
});

test('every field reaches the question, by the condition key or the way that it stands for', () => {
  const given = {
    sourceIp: '203.0.113.7',
    vpcEndpoint: 'vpce-1',
    mfa: 'yes' as const,
    viaService: 's3.us-east-1.amazonaws.com',
    sourceArn: 'arn:aws:s3:::bucket',
    sourceAccount: '444455556666',
    time: '2026-03-01T12:00Z',
    principalTags: undefined,
    keyTags: undefined,
    requestTags: [],
    encryptionContext: [
      { name: 'app', value: 'pay' },
      { name: '', value: 'not yet named' },
    ],
    others: [
      { name: 'aws:PrincipalTag/team', value: 'red' },
      { name: 'kms:GrantOperations', value: 'Encrypt, Decrypt' },
    ],
  };
  expect(unusual(given)).toBe(10);
  const asked = questionOf(key, 's3.amazonaws.com', 'kms:Decrypt', given, '{}', bare);
  expect(asked).toEqual({
    key,
    principal: 's3.amazonaws.com',
    action: 'kms:Decrypt',
    keyPolicy: '{}',
    sourceIp: '203.0.113.7',
    vpcEndpoint: 'vpce-1',
    mfa: true,
    viaService: 's3.us-east-1.amazonaws.com',
    sourceArn: 'arn:aws:s3:::bucket',
    sourceAccount: '444455556666',
    context: {
      'kms:EncryptionContext:app': 'pay',
      'kms:EncryptionContextKeys': ['app'],
      'aws:CurrentTime': '2026-03-01T12:00:00.000Z',
      'aws:EpochTime': '1772366400',
      'aws:PrincipalTag/team': 'red',
      'kms:GrantOperations': ['Encrypt', 'Decrypt'],
    },
  });
  // A service's source is nobody else's.
  const person = questionOf(key, alice, 'kms:Decrypt', given, undefined, bare);
  expect(person).not.toHaveProperty('sourceArn');
  expect(person).not.toHaveProperty('sourceAccount');
});

test('tags that are tried stand in place of those that there are; one that is taken out is absent', () => {
  const stored = { principal: { team: 'red', Cost: '7' }, key: { team: 'blue' } };
  const given = {
    ...usualCircumstances(),
    principalTags: [
      { name: 'Team', value: 'blue' },
      { name: 'level', value: '2' },
      { name: '', value: 'not yet named' },
    ],
  };
  expect(unusual(given)).toBe(1);
  expect(questionOf(key, alice, 'kms:Decrypt', given, undefined, stored).context).toEqual({
    'aws:PrincipalTag/team': 'blue',
    'aws:PrincipalTag/Cost': [],
    'aws:PrincipalTag/level': '2',
  });
  const none = { ...usualCircumstances(), keyTags: [] };
  expect(questionOf(key, alice, 'kms:Decrypt', none, undefined, stored).context).toEqual({
    'aws:ResourceTag/team': [],
  });
});

test('only requests that send tags carry them; UntagResource sends their names alone', () => {
  const given = { ...usualCircumstances(), requestTags: [{ name: 'team', value: 'red' }] };
  const asked = (action: string) => questionOf(key, alice, action, given, undefined, bare).context;
  expect(asked('kms:Decrypt')).toEqual({});
  expect(asked('kms:TagResource')).toEqual({ 'aws:TagKeys': ['team'], 'aws:RequestTag/team': 'red' });
  expect(asked('kms:ReplicateKey')).toEqual(asked('kms:TagResource'));
  expect(asked('kms:UntagResource')).toEqual({ 'aws:TagKeys': ['team'] });
});
