import { expect, test } from 'vitest';
import { apiOperations, operationShape } from '../../../client/index.ts';
import { boundsOf, doubtOf, emptyFields, filledField, inputOf, memberNamedIn } from './fields.ts';
import { operationGroups, operationHelp } from './operationWords.ts';
import { typeShape } from '../../../client/index.ts';

test('every operation of the API stands in one group, with its line', () => {
  const grouped = operationGroups.flatMap(({ operations }) => Object.keys(operations));
  expect(grouped.toSorted()).toEqual(apiOperations.toSorted());
  for (const operation of apiOperations) expect(operationHelp[operation]?.length).toBeGreaterThan(15);
});

test('a form that nobody touched sends nothing, for every operation', () => {
  for (const operation of apiOperations)
    expect(inputOf(emptyFields(operationShape(operation)?.in ?? {}))).toEqual({ input: {}, faults: [] });
});

test('texts become values: bytes in three forms, numbers, dates in UTC, lists, maps, structures', () => {
  const members = {
    ...operationShape('CreateGrant')?.in,
    ...operationShape('ImportKeyMaterial')?.in,
    ...operationShape('Encrypt')?.in,
    ...operationShape('EnableKeyRotation')?.in,
    ...operationShape('TagResource')?.in,
  };
  const fields = {
    ...emptyFields(members),
    Plaintext: { kind: 'blob' as const, text: '00 ff', as: 'hex' as const },
    ImportToken: { kind: 'blob' as const, text: 'AQI=', as: 'base64' as const },
    RotationPeriodInDays: filledField('RotationPeriodInDaysType', 90),
    ValidTo: { kind: 'timestamp' as const, text: '2027-01-31T12:00' },
    EncryptionContext: { kind: 'map' as const, pairs: [{ name: 'app', value: 'payroll' }] },
    Operations: filledField('GrantOperationList', ['Decrypt']),
    Tags: filledField('TagList', [{}]),
    DryRun: { kind: 'boolean' as const, text: 'false' },
  };
  if (fields.Tags.kind === 'list' && fields.Tags.items[0]?.kind === 'structure')
    fields.Tags.items[0].members['TagKey'] = { kind: 'text', text: 'team' };
  expect(inputOf(fields)).toEqual({
    faults: [],
    input: {
      Plaintext: new Uint8Array([0, 255]),
      ImportToken: new Uint8Array([1, 2]),
      RotationPeriodInDays: 90,
      ValidTo: new Date('2027-01-31T12:00:00Z'),
      EncryptionContext: { app: 'payroll' },
      Operations: ['Decrypt'],
      Tags: [{ TagKey: 'team' }],
      DryRun: false,
    },
  });
});

test('what cannot be read names its field; what KMS will refuse is doubted, not stopped', () => {
  const { faults } = inputOf({
    Plaintext: { kind: 'blob', text: 'abc', as: 'hex' },
    NumberOfBytes: { kind: 'integer', text: '1.5' },
  });
  expect(faults.map(({ label }) => label)).toEqual(['Plaintext', 'NumberOfBytes']);
  expect(doubtOf({ kind: 'integer', text: '400' }, 'PendingWindowInDaysType')).toContain('this is 400');
  expect(doubtOf({ kind: 'integer', text: '30' }, 'RotationPeriodInDaysType')).toContain('90 to 2560');
  expect(doubtOf({ kind: 'text', text: 'alias/a b' }, 'AliasNameType')).toContain('only what fits');
  expect(doubtOf({ kind: 'text', text: 'alias/ab' }, 'AliasNameType')).toBeUndefined();
  expect(boundsOf(typeShape('PlaintextType'))).toBe('1 to 4096 bytes');
});

test('KMS names a member in its own way; the field is found', () => {
  const message =
    "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096";
  expect(memberNamedIn(message, ['KeyId', 'Plaintext'])).toBe('Plaintext');
  expect(memberNamedIn('Digest is invalid length', ['KeyId'])).toBeUndefined();
});
