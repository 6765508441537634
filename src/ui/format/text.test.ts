import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callerName, grouped, middleCut, resourceName, shortBase64, shortId } from './text.ts';

describe('middleCut', () => {
  test('loses nothing and keeps the last 12 characters', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const [head, tail] = middleCut(text);
        expect(head + tail).toBe(text);
        expect(tail).toBe(text.slice(-12));
      }),
    );
  });
});

test('a key id shows its first 8 and last 4; mrk- stays; short texts are whole', () => {
  expect(shortId('1234abcd-12ab-34cd-56ef-1234567890ab')).toBe('1234abcd…90ab');
  expect(shortId('mrk-5d90aa00bb11cc22dd33ee44ff5577ce')).toBe('mrk-5d90…77ce');
  expect(shortId('short')).toBe('short');
});

test('an account is grouped by four', () => {
  expect(grouped('111122223333')).toBe('1111-2222-3333');
  expect(grouped('')).toBe('');
});

test.each([
  ['arn:aws:iam::111122223333:role/app-writer', 'app-writer'],
  ['arn:aws:iam::111122223333:user/path/Alice', 'Alice'],
  ['arn:aws:iam::111122223333:root', 'root'],
  ['arn:aws:sts::111122223333:assumed-role/app-writer/batch-07', 'app-writer'],
  ['kms.amazonaws.com', 'kms.amazonaws.com'],
])('the caller %s is called %s', (arn, name) => {
  expect(callerName(arn)).toBe(name);
});

test('keys and aliases are named by what tells them apart', () => {
  expect(resourceName('arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab')).toBe(
    'key 1234abcd…90ab',
  );
  expect(resourceName('arn:aws:kms:us-east-1:111122223333:alias/payroll')).toBe('alias/payroll');
  expect(resourceName('*')).toBe('*');
});

test('base64 in a line shows its first 12 and last 8', () => {
  expect(shortBase64('A'.repeat(24))).toBe('A'.repeat(24));
  expect(shortBase64('AQICAHhx1234' + 'x'.repeat(80) + 'ABCDEF==')).toBe('AQICAHhx1234…ABCDEF==');
});
