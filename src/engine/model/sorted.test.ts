import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterPrefix, SortedMap, Spans, spanOf } from './sorted.ts';

/** Few letters, so that keys collide and prefix each other; the ends of the alphabet among them. */
const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\0', '\uffff'), maxLength: 4 });

describe('SortedMap', () => {
  it('answers every span as a sorted array would, whatever was set and deleted before', () => {
    const step = fc.record({ key, remove: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        key,
        fc.option(key, { nil: undefined }),
        fc.nat(6),
        (steps, from, to, n) => {
          const map = new SortedMap<number>();
          const model = new Map<string, number>();
          steps.forEach((one, i) => {
            if (one.remove) expect(map.delete(one.key)).toBe(model.delete(one.key));
            else {
              map.set(one.key, i);
              model.set(one.key, i);
            }
          });
          const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
          expect(map.size).toBe(model.size);
          expect(map.slice({ from, to }, n)).toEqual(
            sorted.filter(([k]) => k >= from && (to === undefined || k < to)).slice(0, n),
          );
          for (const [k, v] of model) expect(map.get(k)).toBe(v);
        },
      ),
    );
  });

  it('stays in order through many chunks', () => {
    const map = new SortedMap<number>();
    const numbers = Array.from({ length: 5000 }, (_, i) => (i * 2654435761) % 100_003);
    for (const i of numbers) map.set(String(i).padStart(6, '0'), i);
    for (const i of numbers.slice(0, 2500)) map.delete(String(i).padStart(6, '0'));
    const left = numbers.slice(2500).sort((a, b) => a - b);
    expect(map.slice({ from: '', to: undefined }, Infinity).map(([, v]) => v)).toEqual(left);
  });
});

describe('spanOf', () => {
  it('holds exactly the keys that start with the prefix and are greater than `after`', () => {
    fc.assert(
      fc.property(key, fc.option(key, { nil: undefined }), key, (prefix, after, probe) => {
        const { from, to } = spanOf({ prefix, after, n: 1 });
        const inside = probe >= from && (to === undefined || probe < to);
        expect(inside).toBe(probe.startsWith(prefix) && (after === undefined || probe > after));
      }),
    );
  });
  it('[OURS] nothing follows a prefix of the last code unit', () => {
    expect(afterPrefix('\uffff')).toBeUndefined();
    expect(afterPrefix('a\uffff')).toBe('b');
  });
});

describe('Spans', () => {
  it('knows a key exactly when an added span holds it, and where that knowledge ends', () => {
    const span = fc.record({ from: key, to: fc.option(key, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), key, (spans, probe) => {
        const known = new Spans();
        for (const one of spans) known.add(one);
        const holds = (k: string): boolean =>
          spans.some((s) => k >= s.from && (s.to === undefined || k < s.to));
        const end = known.endOf(probe);
        expect(end !== undefined).toBe(holds(probe));
        if (end?.to !== undefined) expect(holds(end.to)).toBe(false);
      }),
    );
  });
});
