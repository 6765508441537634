import type { KeyFact } from '../../cloud/readers.ts';
import type { WorldApi } from '../api.ts';

/** OURS: so many keys at a time. */
const page = 1000;

/** All keys that are there, in these accounts and Regions: also those that are older than the trail. */
export async function keyFacts(
  world: Pick<WorldApi, 'keys'>,
  places: readonly Pick<Parameters<WorldApi['keys']>[0], 'account' | 'region'>[],
): Promise<readonly KeyFact[]> {
  const facts: KeyFact[] = [];
  for (const { account, region } of places) {
    let after: string | undefined;
    do {
      const { items, next } = await world.keys({ account, region, after, n: page });
      for (const { rec } of items) {
        facts.push({
          arn: rec.arn,
          account: rec.account,
          region: rec.region,
          spec: rec.KeySpec,
          manager: rec.KeyManager,
          created: rec.CreationDate,
        });
      }
      after = next;
    } while (after !== undefined);
  }
  return facts;
}
