import { compareCustody, ownersCopy, type CustodyAnswer, type CustodyDoor } from '../../cloud/readers.ts';
import { parseRegion, type PrincipalArn } from '../../engine/index.ts';
import type { AccountId } from '../../engine/index.ts';
import type { Genesis, WorldApi } from '../api.ts';
import { materialInto } from './drills.ts';

/* The comparison of custodies, in a world of its own. */

const account = '111122223333' as AccountId;
const principal = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
const outsider = 'arn:aws:iam::444455556666:user/Admin' as PrincipalArn;

export async function custodyTable(
  makeWorld: (genesis: Genesis) => Promise<WorldApi>,
): Promise<readonly CustodyAnswer[]> {
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const world = await makeWorld({
    seed: 'custody',
    now: '2026-03-02T09:00:00Z',
    accounts: [
      { id: account, principals: [{ arn: principal, policies: [everything] }] },
      { id: '444455556666', principals: [{ arn: outsider, policies: [everything] }] },
    ],
  });
  try {
    return await compareCustody(doorOf(world));
  } finally {
    await world.close();
  }
}

function doorOf(world: WorldApi): CustodyDoor {
  const region = parseRegion('us-east-1');
  if (!region) throw new Error('there is no us-east-1');
  const setHealth = async (id: string, health: 'down' | 'healthy'): Promise<void> => {
    const stores = await world.keyStores({ account, region });
    const store = stores.find((one) => one.id === id);
    if (store) await world.setBacking({ ...store.backing, health });
  };
  return {
    async ask(service, operation, input) {
      const { result } = await world.call({ service, operation, input, principal, region });
      return result.ok
        ? { refused: undefined, output: result.output }
        : { refused: result.refusal.refused, output: {} };
    },
    async askElsewhere(operation, input) {
      const { result } = await world.call({ operation, input, principal: outsider, region });
      return result.ok ? undefined : result.refusal.refused;
    },
    async wait(seconds) {
      await world.advance({ seconds });
    },
    events: async () => (await world.trail({ n: Infinity })).map(({ event }) => event).toReversed(),
    importMaterial: (key) =>
      materialInto(world, { key, material: ownersCopy, by: principal, group: 'custody' }),
    breakStore: (id) => setHealth(id, 'down'),
    mendStore: (id) => setHealth(id, 'healthy'),
  };
}
