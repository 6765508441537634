import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drillDoor } from '../../src/client/around/index.ts';
import { World } from '../../src/client/index.ts';
import { templateById } from '../../src/client/templates/index.ts';
import { drills, playDrill } from '../../src/cloud/readers.ts';
import { MemoryStore } from '../../src/store/index.ts';
import { identityOperations } from '../../src/cloud/identities.ts';
import { catalogue } from '../../src/cloud/index.ts';
import { lateOperations } from '../../src/cloud/services.ts';
import { apiOperations, type ServiceName, type TrailEvent } from '../../src/engine/index.ts';
import { good } from '../engine/goodCalls.ts';
import { account, Bench } from '../support/bench.ts';
import { everyCall, inReplicaRegion, type EveryCall } from './everyCall.ts';
import { a, adminOf, by, house, makeUser } from './house.ts';
import { scriptedCalls } from './services/script.ts';
import { schemaFaults } from './trailSchema.ts';

const facts = new URL('../../../shared/reference/cloudtrail.json', import.meta.url);

type Wrong = readonly [rule: string, spoiled: (right: Right) => TrailEvent, fault: string];

/** A record of a call with one member as it must not be. */
const withWrong = (member: keyof TrailEvent, value: unknown, fault: string = member): Wrong => [
  `${member} ${JSON.stringify(value)}`,
  ({ call }) => ({ ...call, [member]: value }) as TrailEvent,
  fault,
];
const spoiled = (rule: string, change: (call: TrailEvent) => object, fault: string): Wrong => [
  rule,
  ({ call }) => ({ ...call, ...change(call) }),
  fault,
];

/** "No permissions are required to perform this operation", not even against a Deny (STS API Reference). */
const neverRefused: ReadonlySet<string> = new Set(['sts GetCallerIdentity']);

/** Loaded by the first call of a service. */
const isDataEvent = (service: ServiceName, operation: string): boolean =>
  catalogue(service)?.operation(operation)?.dataEvent === true;

const at = (output: unknown, path: string): unknown =>
  path.split('.').reduce((one, part) => (one as Readonly<Record<string, unknown>>)[part], output);

/** One kept wrong record for each rule of the schema. */
const wrongRecords: readonly Wrong[] = [
  withWrong('eventVersion', '1.08'),
  withWrong('userIdentity', null),
  withWrong('eventTime', '2026-03-01T12:00:00.123Z'),
  withWrong('eventSource', 'KMS'),
  withWrong('eventName', ''),
  withWrong('awsRegion', ''),
  withWrong('sourceIPAddress', undefined),
  withWrong('userAgent', undefined),
  withWrong('requestParameters', ['keyId']),
  withWrong('responseElements', 'none'),
  withWrong('eventID', 'x'),
  withWrong('readOnly', 'true'),
  withWrong('resources', [{ accountId: a, type: 'AWS::KMS::Key', ARN: 'a key' }]),
  withWrong('resources', undefined),
  withWrong('eventType', 'AwsConsoleSignIn'),
  withWrong('managementEvent', false),
  withWrong('recipientAccountId', 'me'),
  withWrong('eventCategory', 'Data'),
  withWrong('errorCode', ''),
  withWrong('additionalEventData', []),
  withWrong('requestID', 'x'),
  withWrong('sharedEventID', 'x'),
  withWrong('vpcEndpointId', ''),
  spoiled('a member that no record has', () => ({ plaintextLength: 3 }), 'plaintextLength is no member'),
  spoiled('an error message alone', () => ({ errorMessage: 'no' }), 'errorMessage alone'),
  spoiled(
    'an answer of a refused call',
    () => ({ errorCode: 'AccessDenied', responseElements: { keyId: 'k' } }),
    'responseElements of a refused call',
  ),
  spoiled(
    'an answer of a call that reads',
    () => ({ responseElements: { keyId: 'k' } }),
    'responseElements of a reading call',
  ),
  spoiled('a call without its request', () => ({ requestID: undefined }), 'requestID of every call'),
  spoiled(
    'details of a service event',
    () => ({ serviceEventDetails: {} }),
    'serviceEventDetails of service events only',
  ),
  spoiled(
    'a member as the API writes it',
    () => ({ requestParameters: { KeyId: 'k' } }),
    'requestParameters.KeyId',
  ),
  spoiled(
    'an unknown kind of identity',
    () => ({ userIdentity: { type: 'Robot' } }),
    'identity of type Robot',
  ),
  spoiled(
    'an identity that lacks its ARN',
    ({ userIdentity }) => ({ userIdentity: { ...userIdentity, arn: undefined } }),
    'no userIdentity.arn',
  ),
  spoiled(
    'an identity with a member too many',
    ({ userIdentity }) => ({ userIdentity: { ...userIdentity, secret: 's' } }),
    'userIdentity.secret',
  ),
  spoiled(
    'a foreign caller with a name',
    () => ({ userIdentity: { type: 'AWSAccount', principalId: 'A', accountId: a, userName: 'Eve' } }),
    'userIdentity.userName',
  ),
  ...['plaintext', 'ciphertextBlob', 'grantToken', 'signature', 'mac', 'body'].map((secret) =>
    spoiled(`a ${secret}`, () => ({ requestParameters: { [secret]: 's' } }), 'tells what is never logged'),
  ),
  [
    'a service event of somebody',
    ({ call, fromService }) => ({ ...fromService, userIdentity: call.userIdentity }),
    'internal identity',
  ],
  [
    'a service event without details',
    ({ fromService: { serviceEventDetails: _, ...rest } }) => rest,
    'serviceEventDetails of service events only',
  ],
];

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

  it('are records of every operation of every service, done once and refused once', async () => {
    const lab = await house();
    const made = new Map<string, string>();
    const name = (kept: string): string => made.get(kept) ?? 'none';
    const nobody = await makeUser(lab, 'Nobody');
    const done = new Set<string>();
    const told = new Map<string, Set<string>>();
    let before = (await lab.trail()).length;
    const play = async (call: EveryCall, principal: string, region: string): Promise<string | undefined> => {
      const { service, operation, input, keep = {} } = call;
      const { result } = await lab.handle({ service, operation, input, principal, region });
      const events = (await lab.trail()).slice(before);
      before += events.length;
      for (const event of events) {
        expect(schemaFaults(event), `${event.eventSource} ${event.eventName}`).toEqual([]);
        const named = `${event.eventSource.split('.')[0]} ${event.eventName}`;
        const ways = told.get(named) ?? new Set();
        told.set(named, ways.add(event.errorCode === undefined ? 'done' : 'refused'));
      }
      if (!result.ok) return `${result.refusal.refused}: ${result.refusal.message}`;
      for (const [kept, path] of Object.entries(keep)) made.set(kept, String(at(result.output, path)));
      return undefined;
    };
    const both = async (call: EveryCall, region: string): Promise<void> => {
      const named = `${call.service} ${call.operation}`;
      const denied = await play(call, nobody, region);
      if (!isDataEvent(call.service, call.operation))
        expect(denied === undefined, named).toBe(neverRefused.has(named));
      expect(await play(call, adminOf(a), region), named).toBeUndefined();
      done.add(named);
    };
    for (const part of everyCall) for (const call of part(name)) await both(call, 'us-east-1');
    await lab.handle({
      service: 'secretsmanager',
      operation: 'ReplicateSecretToRegions',
      input: { SecretId: 'S', AddReplicaRegions: [{ Region: 'eu-west-1' }] },
      principal: adminOf(a),
    });
    before = (await lab.trail()).length;
    for (const call of inReplicaRegion(name)) await both(call, 'eu-west-1');

    const all = [...Object.entries(identityOperations), ...Object.entries(lateOperations)].flatMap(
      ([service, names]) => names.map((operation) => `${service} ${operation}`),
    );
    expect(all.filter((one) => !done.has(one))).toEqual([]);
    for (const named of done) {
      const [service = '', operation = ''] = named.split(' ');
      if (service === 'kms') continue;
      const ways = isDataEvent(service as 's3', operation)
        ? []
        : neverRefused.has(named)
          ? ['done']
          : ['done', 'refused'];
      expect([...(told.get(named) ?? [])].toSorted(), named).toEqual(ways);
    }
  }, 120_000);

  it.each(apiOperations)('of KMS: %s, done and refused', async (operation) => {
    const prepare = good[operation];
    if (!prepare) throw new Error(`${operation} is in no table`);
    const { bench, input } = await prepare(new Bench());
    const alice = bench.principal(account, 'user', 'Alice');
    const denied = await bench.outcome(operation, input, alice);
    const done = await bench.outcome(operation, input);
    expect([denied.result.ok, done.result.ok]).toEqual([false, true]);
    for (const { events } of [denied, done]) {
      expect(events.length).toBeGreaterThan(0);
      for (const event of events) expect(schemaFaults(event)).toEqual([]);
    }
  });

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

  it.each(wrongRecords)('a wrong record is caught: %s', async (_rule, spoiled, fault) => {
    const { call, fromService } = await rightRecords();
    for (const event of [call, fromService]) expect(schemaFaults(event)).toEqual([]);
    expect(schemaFaults(spoiled({ call, fromService }))).toContain(fault);
  });
});

interface Right {
  /** Of a call. */
  readonly call: TrailEvent;
  /** What KMS did by itself. */
  readonly fromService: TrailEvent;
}
async function rightRecords(): Promise<Right> {
  const lab = await house();
  const { KeyMetadata } = await by(lab, adminOf(a))('kms', 'CreateKey');
  const KeyId = (KeyMetadata as { readonly KeyId: string }).KeyId;
  const context = { EncryptionContext: { for: 'test' } };
  await by(lab, adminOf(a))('kms', 'Encrypt', { KeyId, Plaintext: new Uint8Array(1), ...context });
  await by(lab, adminOf(a))('kms', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  await lab.advance({ days: 8 });
  const events = await lab.trail();
  const named = (name: string): TrailEvent => {
    const found = events.find(({ eventName }) => eventName === name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  };
  return { call: named('Encrypt'), fromService: named('DeleteKey') };
}
