import { describe, expect, it } from 'vitest';
import { stripOf } from './strip.ts';

type Outcome = Parameters<typeof stripOf>[0][number];
const outcome = (
  number: number,
  tenant: number,
  dataKey: number | undefined,
  more: Partial<Outcome> = {},
): Outcome => ({
  number,
  at: number,
  tenant,
  dataKey,
  fresh: false,
  refused: dataKey === undefined ? 'DisabledException' : undefined,
  disabled: false,
  ...more,
});

describe('the strip of data keys', () => {
  it('messages of a tenant under one data key are one span, also when others come between', () => {
    const strip = stripOf([
      outcome(0, 0, 0, { fresh: true }),
      outcome(1, 1, 1, { fresh: true }),
      outcome(2, 0, 0),
      outcome(3, 1, 2, { fresh: true }),
    ]);
    expect(strip).toMatchObject({ slots: 4, tenants: 2, refused: [], disabledAt: undefined });
    expect(strip.spans.map(({ tenant, from, to, messages }) => [tenant, from, to, messages])).toEqual([
      [0, 0, 2, [0, 2]],
      [1, 1, 1, [1]],
      [1, 3, 3, [3]],
    ]);
  });

  it('a refused message is in no span, and the first one after DisableKey is known', () => {
    const strip = stripOf([
      outcome(0, 0, 0, { fresh: true }),
      outcome(1, 0, 0, { disabled: true }),
      outcome(2, 0, undefined, { disabled: true }),
    ]);
    expect(strip.refused).toEqual([{ tenant: 0, slot: 2 }]);
    expect(strip.disabledAt).toBe(1);
    expect(strip.spans).toHaveLength(1);
  });
});
