import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drillDoor } from '../../src/client/around/index.ts';
import { World } from '../../src/client/index.ts';
import { templateById } from '../../src/client/templates/index.ts';
import { drills, playDrill } from '../../src/cloud/readers.ts';
import { MemoryStore } from '../../src/store/index.ts';
import { a, adminOf, house } from './house.ts';
import { scriptedCalls } from './services/script.ts';
import { schemaFaults } from './trailSchema.ts';

const facts = new URL('../../../shared/reference/cloudtrail.json', import.meta.url);

describe('records of every service', () => {
  it('the schema knows every member that cloudtrail.json names', () => {
    if (!existsSync(facts)) return;
    const { recordShape } = JSON.parse(readFileSync(facts, 'utf8')) as {
      recordShape: Record<string, unknown>;
    };
    // What the engine does not write: TLS is not simulated, and the endpoint's account is newer than its records.
    const left = new Set(['tlsDetails', 'vpcEndpointAccountId']);
    const known = schemaFaults({
      ...Object.fromEntries(Object.keys(recordShape).map((name) => [name, 0])),
    } as never);
    expect(known.filter((fault) => fault.endsWith('is no member')).toSorted()).toEqual(
      [...left].map((name) => `${name} is no member`).toSorted(),
    );
  });

  it('are records, of calls that succeed and of calls that do not', async () => {
    const lab = await house();
    const made = new Map<string, string>();
    const seen = new Set<string>();
    for (let n = 0; n < 5; n += 1) {
      for (const { service, operation, input, makes, kind } of scriptedCalls({
        name: (one) => made.get(one) ?? 'none',
        n,
      })) {
        if (operation === 'advance') {
          await lab.advance({ days: 3 });
          continue;
        }
        const { result } = await lab.handle({
          service: service as 's3',
          operation,
          input,
          principal: adminOf(a),
        });
        const name = result.ok ? makes?.(result.output) : undefined;
        if (kind !== undefined && name !== undefined) made.set(kind, name);
      }
    }
    const events = await lab.trail();
    for (const event of events) {
      expect(schemaFaults(event), `${event.eventSource} ${event.eventName}`).toEqual([]);
      seen.add(`${event.eventSource} ${event.errorCode === undefined ? 'ok' : 'refused'}`);
    }
    for (const source of ['kms', 's3', 'ec2', 'secretsmanager', 'sqs', 'sns', 'ssm', 'lambda', 'dynamodb'])
      expect(
        [...seen].some((one) => one.startsWith(`${source}.`)),
        source,
      ).toBe(true);
    expect(seen).toContain('kms.amazonaws.com refused');
  }, 120_000);

  it('are records in every drill, events of KMS itself among them', async () => {
    const types = new Set<string>();
    for (const drill of drills) {
      const world = await World.open(new MemoryStore(), {
        genesis: {
          seed: drill.id,
          now: '2026-03-02T02:00:00Z',
          accounts: templateById('twoAccounts')?.genesis.accounts,
        },
      });
      await playDrill(drill, drillDoor(world, drill));
      for (const { event } of await world.trail({ n: Infinity })) {
        expect(schemaFaults(event), `${drill.id} ${event.eventName}`).toEqual([]);
        types.add(event.eventType);
      }
      await world.close();
    }
    expect(types).toEqual(new Set(['AwsApiCall', 'AwsServiceEvent']));
  }, 120_000);

  it('the check can fail', async () => {
    const lab = await house();
    await lab.handle({ operation: 'CreateKey', principal: adminOf(a) });
    const [event] = await lab.trail();
    if (!event) throw new Error('no event');
    expect(schemaFaults(event)).toEqual([]);
    expect(schemaFaults({ ...event, eventID: 'x', errorMessage: 'alone' })).toEqual([
      'eventID',
      'errorMessage alone',
    ]);
    expect(schemaFaults({ ...event, requestParameters: { plaintext: 'secret' } })).toEqual([
      'tells what is never logged',
    ]);
  });
});
