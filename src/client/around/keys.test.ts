import { expect, test } from 'vitest';
import type { AccountId, PrincipalArn, Region } from '../../engine/index.ts';
import { loadAround, openLab } from '../index.ts';

test(
  'every key is a fact for the bill, also where there are more than one reading gives',
  { timeout: 60_000 },
  async () => {
    const { main } = await openLab({
      store: 'memory',
      genesis: { seed: 'many', now: '2026-01-01T00:00:00Z', switches: { throttling: false } },
    });
    const region = 'us-east-1' as Region;
    const account = '111122223333' as AccountId;
    const n = 1100;
    const create = () =>
      main.call({
        operation: 'CreateKey',
        input: {},
        principal: `arn:aws:iam::${account}:user/Admin` as PrincipalArn,
        region,
      });
    for (const { result } of await Promise.all(Array.from({ length: n }, create)))
      expect(result.ok).toBe(true);
    const around = await loadAround();
    const facts = await around.keyFacts(main, [
      { account, region },
      { account, region: 'eu-west-1' as Region },
    ]);
    expect(new Set(facts.map(({ arn }) => arn)).size).toBe(n);
    const month = 30 * 86_400_000;
    const from = Date.parse('2026-01-01T00:00:00Z');
    const { total } = around.billOf(
      { uses: [], keys: around.keyLives(facts, []) },
      around.listPrices,
      from,
      from + month,
    );
    // A dollar a month each.
    expect(total).toBeCloseTo((n * 30) / 31, -1);
    await main.close();
  },
);
