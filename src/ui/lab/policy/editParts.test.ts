import { expect, test } from 'vitest';
import { editParts } from './editParts.ts';

const statement = (more: object) => ({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', ...more });
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

test('a principal that comes into a statement is said with its statement and its place', () => {
  const before = policy(statement({ Sid: 'Use', Principal: { AWS: 'a' } }), statement({ Sid: 'Other' }));
  const after = policy(
    statement({ Sid: 'Use', Principal: { AWS: ['a', 'b'] } }),
    statement({ Sid: 'Other' }),
  );
  expect(editParts(before, after)).toEqual([
    { sign: 'added', statement: 'Use', where: 'Principal.AWS', value: 'b' },
  ]);
});
test('two edits of one kind on two statements differ', () => {
  const before = policy(statement({ Sid: 'One' }), statement({ Sid: 'Two' }));
  const more = { Action: ['kms:Decrypt', 'kms:Encrypt'] };
  const one = editParts(before, policy(statement({ Sid: 'One', ...more }), statement({ Sid: 'Two' })));
  const two = editParts(before, policy(statement({ Sid: 'One' }), statement({ Sid: 'Two', ...more })));
  expect(one).not.toEqual(two);
  expect(one).toEqual([{ sign: 'added', statement: 'One', where: 'Action', value: 'kms:Encrypt' }]);
});
test('a statement that is taken out is said value by value, by its number when it has no Sid', () => {
  const deny = { Effect: 'Deny', Action: 'kms:*' };
  expect(editParts(policy(statement({}), deny), policy(statement({})))).toEqual([
    { sign: 'removed', statement: '2', where: 'Effect', value: 'Deny' },
    { sign: 'removed', statement: '2', where: 'Action', value: 'kms:*' },
  ]);
});
test('a new document and a grant are said whole; what is no JSON is said not at all', () => {
  expect(editParts(undefined, '{"Operations":["Decrypt"]}')).toEqual([
    { sign: 'added', statement: undefined, where: 'Operations', value: 'Decrypt' },
  ]);
  expect(editParts('{', policy(statement({})))).toEqual([]);
});
