import { describe, expect, it } from 'vitest';
import { drillDoor, drillWorld } from '../../client/around/index.ts';
import { World } from '../../client/index.ts';
import { templateById } from '../../client/templates/index.ts';
import type { PrincipalArn, Region } from '../../engine/index.ts';
import { MemoryStore } from '../../store/index.ts';
import { alarmRules, alarmsOf } from '../watch/alarms.ts';
import { isFilterFault, readLogFilter } from '../watch/filterPattern.ts';
import { matches } from '../watch/match.ts';
import { findingsOf } from '../watch/findings.ts';
import { drillAdmin, drills, ownersCopy } from './all.ts';
import { goalsHeld, isCause, namesIn, playDrill, type Drill } from './drill.ts';

async function played(drill: Drill) {
  const world = await World.open(new MemoryStore(), {
    genesis: {
      seed: drill.id,
      now: '2026-03-02T02:00:00Z',
      accounts: templateById('twoAccounts')?.genesis.accounts,
    },
  });
  const named = await playDrill(drill, drillDoor(world, drill));
  const events = (await world.trail({ n: Infinity })).map(({ event }) => event).toReversed();
  return { world, named, events };
}
const fix = async (world: World, operation: string, input: object, service: 'kms' | 'iam' = 'kms') => {
  const { result } = await world.call({
    service,
    operation,
    input: { ...input },
    principal: drillAdmin as PrincipalArn,
    region: 'us-east-1' as Region,
  });
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
};
const rootPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' },
  ],
});
/** What a good operator does. */
const mend: Readonly<Record<string, (world: World, key: (name: string) => string) => Promise<unknown>>> = {
  disabled: async (world, key) => {
    await fix(world, 'EnableKey', { KeyId: key('orders') });
    await fix(world, 'DeleteUserPolicy', { UserName: 'Carol', PolicyName: 'work' }, 'iam');
  },
  spike: (world) => fix(world, 'DeleteRolePolicy', { RoleName: 'ReportsApp', PolicyName: 'work' }, 'iam'),
  doomed: async (world, key) => {
    await fix(world, 'CancelKeyDeletion', { KeyId: key('backups') });
    await fix(world, 'EnableKey', { KeyId: key('backups') });
    await fix(world, 'DeleteUserPolicy', { UserName: 'Cleaner', PolicyName: 'work' }, 'iam');
  },
  grant: async (world, key) => {
    const { Grants } = await fix(world, 'ListGrants', { KeyId: key('payroll') });
    const [{ GrantId } = { GrantId: '' }] = Grants as readonly { readonly GrantId: string }[];
    await fix(world, 'RevokeGrant', { KeyId: key('payroll'), GrantId });
    await fix(world, 'DeleteUserPolicy', { UserName: 'Mallory', PolicyName: 'work' }, 'iam');
  },
  public: (world, key) =>
    fix(world, 'PutKeyPolicy', { KeyId: key('media'), PolicyName: 'default', Policy: rootPolicy }),
  expired: (world, key) => {
    const drill = drills.find(({ id }) => id === 'expired');
    if (!drill) throw new Error('no drill');
    return drillDoor(world, drill).importMaterial(key('records'), ownersCopy, 86_400, drillAdmin);
  },
};

describe.each(drills.map((drill) => [drill.id, drill] as const))('drill %s', (id, drill) => {
  it('is found in the trail alone, and is over when it is mended, not before', async () => {
    const { world, named, events } = await played(drill);
    const now = world.time();
    const alarms = alarmsOf(events, now);
    const findings = findingsOf(events, now);
    const seen = new Set<string>([...alarms.map(({ rule }) => rule.id), ...findings.map(({ kind }) => kind)]);
    for (const rule of drill.seenBy) expect(seen, rule).toContain(rule);
    // Who follows the alarms and findings comes to the cause.
    const pointed = [...alarms, ...findings].flatMap((one) => one.events);
    expect(pointed.some((event) => isCause(event, drill.cause))).toBe(true);
    expect(events.filter((event) => isCause(event, drill.cause)).length).toBeGreaterThan(0);
    expect([...namesIn(drill, events)]).toEqual(
      [...named].filter(([name]) => namesIn(drill, events).has(name)),
    );
    // Every alarm says the same in the language of metric filters.
    for (const { id: name, pattern, filter } of alarmRules) {
      const read = readLogFilter(filter);
      if (isFilterFault(read)) throw new Error(`${name}: ${read.fault}`);
      for (const event of events)
        expect(read(event), `${name} ${event.eventName}`).toBe(matches(event, pattern));
    }
    const held = async () =>
      (await goalsHeld(drill, named, drillWorld(world)))
        .filter(({ holds }) => !holds)
        .map(({ goal }) => goal);
    expect(await held()).not.toEqual([]);
    await mend[id]?.(world, (name) => named.get(name) ?? '');
    expect(await held()).toEqual([]);
    await world.close();
  }, 60_000);
});

describe('a quiet trail', () => {
  it('rings no alarm and has no finding', async () => {
    const quiet: Drill = {
      id: 'quiet',
      steps: [{ operation: 'CreateKey', by: drillAdmin, input: {} }, { wait: 900 }],
      cause: { eventName: '', by: '' },
      goals: [],
      seenBy: [],
    };
    const { world, events } = await played(quiet);
    expect(events).toHaveLength(1);
    expect(alarmsOf(events, world.time())).toEqual([]);
    expect(findingsOf(events, world.time())).toEqual([]);
    await world.close();
  });
});
