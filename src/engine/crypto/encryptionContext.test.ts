import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from './codec.ts';
import { encryptionContextAad } from './encryptionContext.ts';

const aad = (context: Record<string, string> | undefined): string => toHex(encryptionContextAad(context));
// Few letters, so that contexts often are near misses of each other; lone surrogates and both ends of the planes too.
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'b', '\0', '=', '\ud800', '\udc00', '\ufffd', '😀', '\uffff', '\u{10000}'),
    maxLength: 4,
  }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const contexts = fc.dictionary(text, text, { maxKeys: 4 });
const same = (a: Record<string, string>, b: Record<string, string>): boolean => {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
};

describe('encryption context as AAD', () => {
  it('is empty for an absent and for an empty context', () => {
    expect(aad(undefined)).toBe('');
    expect(aad({})).toBe('');
  });

  it('has one written form', () => {
    expect(aad({ b: '1', a: 'é' })).toBe(
      ['00000002', '00000001', '61', '00000002', 'c3a9', '00000001', '62', '00000001', '31'].join(''),
    );
  });

  it('is equal for equal contexts only', () => {
    fc.assert(
      fc.property(contexts, contexts, (a, b) => {
        expect(aad(a) === aad(b)).toBe(same(a, b));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not care for the order of the pairs', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        expect(aad(Object.fromEntries(Object.entries(context).reverse()))).toBe(aad(context));
      }),
    );
  });

  it.each([
    ['a border moved', { ab: 'c' }, { a: 'bc' }],
    ['key and value swapped', { a: 'b' }, { b: 'a' }],
    ['two pairs against one', { a: 'b', c: 'd' }, { a: 'bcd' }],
    ['an empty value against none', { a: '' }, {}],
    ['case', { a: 'B' }, { a: 'b' }],
    ['two lone surrogates', { a: '\ud800' }, { a: '\ud801' }],
    ['composed and decomposed letters', { a: '\u00e9' }, { a: 'e\u0301' }],
  ])('tells apart: %s', (_name, a, b) =>
    expect(aad(a as Record<string, string>)).not.toBe(aad(b as Record<string, string>)),
  );

  it('sorts by code point, not by UTF-16 code unit', () => {
    const first = toHex(new TextEncoder().encode('\uffff'));
    const second = toHex(new TextEncoder().encode('\u{10000}'));
    const written = aad({ '\u{10000}': '', '\uffff': '' });
    expect(written.indexOf(first)).toBeLessThan(written.indexOf(second));
  });
});
