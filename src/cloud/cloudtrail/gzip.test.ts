import fc from 'fast-check';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzip } from './gzip.ts';

const text = (said: string) => new TextEncoder().encode(said);
const opened = (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes));

describe('gzip', () => {
  it.each(['', 'a', 'aaaaaaaaaaaa', 'x'.repeat(70_000), 'abcabcabcabcabd'.repeat(5000)])(
    'what it writes of text %#, zlib reads',
    (said) => {
      expect(opened(gzip(text(said), 0))).toEqual(text(said));
    },
  );

  it('of any bytes, few kinds or many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(2), fc.nat(255)), { maxLength: 2000, size: 'max' }),
        fc.nat(1e9),
        (list, at) => {
          const bytes = Uint8Array.from(list);
          expect(opened(gzip(bytes, at))).toEqual(bytes);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('makes a log file a good deal smaller, and zlib notices a changed byte', () => {
    const records = Array.from({ length: 200 }, (_, i) => ({
      eventVersion: '1.11',
      eventName: i % 3 === 0 ? 'Decrypt' : 'GenerateDataKey',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/Admin' },
      eventID: `${(i * 2_654_435_761) % 4_294_967_296}-0000-4000-8000-${i}`,
    }));
    const file = text(JSON.stringify({ Records: records }));
    const packed = gzip(file, 1_772_366_400_000);
    expect(packed.length).toBeLessThan(file.length / 5);
    const wrong = packed.slice();
    wrong[40] = (wrong[40] ?? 0) ^ 1;
    expect(() => opened(wrong)).toThrow();
  });
});
