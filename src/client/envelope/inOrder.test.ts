import { describe, expect, it } from 'vitest';
import { inOrder } from './inOrder.ts';

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quiet = { signal: undefined, done: () => undefined };

describe('inOrder', () => {
  it('keeps the order of results that come in another one', async () => {
    const counts: number[] = [];
    const results = await inOrder([0, 1, 2, 3, 4, 5], (i) => later(6 - i).then(() => i), {
      signal: undefined,
      done: (n) => counts.push(n),
    });
    expect(results).toEqual([0, 1, 2, 3, 4, 5]);
    expect(counts).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('rejects with the failure of the smallest number and begins nothing more', async () => {
    const begun: number[] = [];
    const work = async (i: number): Promise<number> => {
      begun.push(i);
      await later(i === 1 ? 8 : 1);
      if (i === 1 || i === 2) throw new Error(`failed ${i}`);
      return i;
    };
    await expect(inOrder(Array(100).keys(), work, quiet)).rejects.toThrow('failed 1');
    expect(Math.max(...begun)).toBeLessThanOrEqual(2);
  });

  it('has nothing to do for none', async () => expect(await inOrder([], () => later(1), quiet)).toEqual([]));
});
