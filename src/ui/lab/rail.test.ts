import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DueItem } from '../../client/index.ts';
import type { EpochMs, KeyArn } from '../../engine/index.ts';
import { railOf } from './rail.ts';

const now = Date.parse('2026-11-18T09:00:00Z');
const dueAt = (at: number): DueItem => ({
  at: at as EpochMs,
  what: 'DeleteKey',
  key: 'arn:aws:kms:us-east-1:111122223333:key/x' as KeyArn,
});

test('the past lies before now, the future behind it, both in order and on the rail', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1e9), { maxLength: 90 }),
      fc.array(fc.nat(1e10), { maxLength: 30 }),
      (ago, ahead) => {
        const events = [...ago].sort((a, b) => a - b).map((ms) => ({ at: now - ms, bad: false }));
        const due = [...ahead].sort((a, b) => a - b).map((ms) => dueAt(now + ms));
        const rail = railOf(events, due, now);
        expect(rail.past.length).toBeLessThanOrEqual(60);
        for (const mark of rail.past) {
          expect(mark.x).toBeGreaterThanOrEqual(0);
          expect(mark.x).toBeLessThanOrEqual(rail.now);
        }
        for (const mark of rail.due) {
          expect(mark.x).toBeGreaterThan(rail.now);
          expect(mark.x).toBeLessThanOrEqual(100);
        }
        const xs = rail.due.map((d) => d.x);
        expect(xs).toEqual([...xs].sort((a, b) => a - b));
      },
    ),
  );
});

test('labels that would lie on each other are left out', () => {
  const rail = railOf([], [dueAt(now + 100_000), dueAt(now + 100_001), dueAt(now + 900_000)], now);
  expect(rail.due.map((d) => d.labelled)).toEqual([true, false, true]);
});
