import { describe, expect, test } from 'vitest';
import { grantOperations } from './grants.ts';
import { actionNamed, actionsLike, conditionKeyNamed, conditionKeys, kmsActions } from './index.ts';

describe('the vocabulary', () => {
  test('every word of the data is one that the types know', () => {
    const on = new Set(kmsActions.flatMap((action) => action.on));
    expect([...on].sort()).toEqual(['*', 'alias', 'key']);
    const types = new Set(conditionKeys.map(({ type }) => type));
    expect([...types].sort()).toEqual(['Arn', 'Bool', 'Date', 'IpAddress', 'Numeric', 'String']);
  });

  test('every condition key that an action supplies is one of the keys', () => {
    const unknown = kmsActions
      .flatMap(({ keys }) => keys)
      .filter((key) => !conditionKeyNamed(key.replace('<key>', 'x')));
    expect(unknown).toEqual([]);
  });

  test('every operation that a grant can give is an action, and works across accounts', () => {
    expect(grantOperations.filter((operation) => !actionNamed(`kms:${operation}`)?.crossAccount)).toEqual([]);
  });

  test('[policy.md §5] what works across accounts beside those', () => {
    const granted = new Set(grantOperations.map((operation) => `kms:${operation}`));
    const others = kmsActions.filter(({ action, crossAccount }) => crossAccount && !granted.has(action));
    expect(others.map(({ action }) => action)).toEqual([
      'kms:GetKeyRotationStatus',
      'kms:ListGrants',
      'kms:RevokeGrant',
    ]);
  });

  test('names match without regard to case, patterns cover', () => {
    expect(actionNamed('KMS:decrypt')?.action).toBe('kms:Decrypt');
    expect(actionNamed('kms:ReEncrypt')).toBeUndefined();
    expect(actionsLike('kms:ReEncrypt*').map(({ action }) => action)).toEqual([
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ]);
    expect(actionsLike('*')).toHaveLength(kmsActions.length);
    expect(conditionKeyNamed('KMS:encryptioncontext:App')?.key).toBe('kms:EncryptionContext:<key>');
    expect(conditionKeyNamed('aws:PrincipalTag/team')?.key).toBe('aws:PrincipalTag/<key>');
    expect(conditionKeyNamed('kms:EncryptionContext:')).toBeUndefined();
    expect(conditionKeyNamed('s3:prefix')).toBeUndefined();
  });
});
