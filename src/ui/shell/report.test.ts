import { expect, test } from 'vitest';
import { isFault, reportText } from './report.ts';

const secret = 'plaintext-of-somebody';
const report = (stack: string): string => {
  const error = new TypeError(`cannot read "${secret}"`);
  error.stack = stack;
  return reportText({
    version: '1.2.3',
    where: 'lab',
    error,
    operations: ['Encrypt', 'CreateKey'],
    userAgent: 'a browser',
  });
};

test.each([
  [
    'Chromium',
    `TypeError: cannot read "${secret}"\n    at call (https://lab.example/${secret}/assets/index-1.js:3:14)\n    at https://lab.example/assets/index-1.js:9:1`,
    ['call index-1.js:3:14', '(no name) index-1.js:9:1'],
  ],
  [
    'Firefox',
    `call@https://lab.example/assets/index-1.js:3:14\n@https://lab.example/assets/index-1.js:9:1\n`,
    ['call index-1.js:3:14', '(no name) index-1.js:9:1'],
  ],
])('tells version, place and operations, never the message or an address (%s)', (_, stack, frames) => {
  const text = report(stack);
  for (const part of ['KMS Lab 1.2.3', 'TypeError', 'Encrypt, CreateKey', ...frames])
    expect(text).toContain(part);
  expect(text).not.toContain(secret);
  expect(text).not.toContain('lab.example');
});

test('a message of several lines does not slip in as a frame', () => {
  expect(report(`TypeError: first\n${secret} (here)\n  at f (https://x/a.js:1:2)`)).not.toContain(secret);
});

test('what is no error has no frames', () => {
  expect(
    reportText({ version: '1', where: 'page', error: secret, operations: [], userAgent: 'b' }),
  ).not.toContain(secret);
});

test.each([
  ['ResizeObserver loop completed with undelivered notifications.', undefined, false],
  ['ResizeObserver loop limit exceeded', null, false],
  ['ResizeObserver loop of ours', new Error('ours'), true],
  ['Script error.', undefined, true],
])('an error event that says "%s", with %s: a fault: %s', (message, error, expected) => {
  expect(isFault({ message, error })).toBe(expected);
});
