import { describe, expect, it } from 'vitest';
import {
  apiOperations,
  ref,
  utf8,
  type PrincipalArn,
  type Region,
  type TrailEvent,
} from '../../src/engine/index.ts';
import { account, Bench, otherAccount, region, root } from '../support/bench.ts';
import { good } from './goodCalls.ts';
import facts from './trailFacts.json';

/*
 * Every operation's CloudTrail record, of success and of failure, against what CloudTrail's own pages say of it.
 */

interface Fact {
  readonly readOnly: boolean;
  readonly req: readonly string[] | null;
  readonly resp: readonly string[] | null;
  readonly resources: number;
  readonly add?: readonly string[];
}
const ops = facts.ops as Readonly<Record<string, Fact>>;

/** The member names in `granteePrincipal|granteeServicePrincipal`, `keyId*`, `tags[{tagKey,tagValue}]`, `policy (…)`. */
const namesIn = (written: string): readonly string[] =>
  written
    .replace(/[[{(].*$/, '')
    .split(/[|,]| or /)
    .map((name) => name.trim().replace(/\*$/, ''))
    .filter((name) => /^[a-zA-Z]+$/.test(name));
const allowed = (written: readonly string[] | null | undefined): ReadonlySet<string> =>
  new Set((written ?? []).flatMap(namesIn));

/**
 * Members that the pages leave out and requests have: the new members of an update ("clusterId or changed members"), names
 * of the request where the page has a short form, and what is new since the page was copied.
 */
const more: Readonly<Record<string, readonly string[]>> = {
  CreateGrant: ['name'],
  CreateCustomKeyStore: ['cloudHsmClusterId'],
  UpdateCustomKeyStore: [
    'newCustomKeyStoreName',
    'cloudHsmClusterId',
    'xksProxyUriEndpoint',
    'xksProxyUriPath',
  ],
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** What is not as it must be in one record of an API call. */
function faults(record: TrailEvent, operation: string): readonly string[] {
  const fact = ops[operation];
  if (!fact) return [`no fact about ${operation}`];
  const wrong: string[] = [];
  const say = (is: boolean, what: string) => void (is || wrong.push(what));
  say(record.eventVersion === '1.11', 'eventVersion');
  say(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(record.eventTime), 'eventTime');
  say(record.eventSource === 'kms.amazonaws.com', 'eventSource');
  say(record.eventType === 'AwsApiCall', 'eventType');
  say(record.eventCategory === 'Management' && record.managementEvent, 'management');
  say(uuid.test(record.eventID) && uuid.test(record.requestID ?? ''), 'ids');
  say(record.readOnly === fact.readOnly, `readOnly ${record.readOnly}`);
  const given = record.requestParameters;
  const may = new Set([...allowed(fact.req), ...(more[operation] ?? [])]);
  say(fact.req !== null || given === null, 'requestParameters must be null');
  for (const name of Object.keys(given ?? {})) say(may.has(name), `requestParameters.${name}`);
  const failed = record.errorCode !== undefined;
  if (failed || fact.resp === null) say(record.responseElements === null, 'responseElements must be null');
  else {
    const names = Object.keys(record.responseElements ?? {});
    const wanted = fact.resp.filter((name) => !name.includes('(absent'));
    for (const name of names) say(allowed(fact.resp).has(name), `responseElements.${name}`);
    for (const name of [...allowed(wanted)])
      say(names.includes(name) || /Material/.test(name), `no responseElements.${name}`);
  }
  if (!failed) say(record.resources.length === fact.resources, `${record.resources.length} resources`);
  say(JSON.stringify(record).length > 0, 'JSON');
  return wrong;
}

const texts = (record: TrailEvent): string => JSON.stringify(record);

describe('CloudTrail', () => {
  it('the facts have every operation', () => {
    expect(Object.keys(ops).sort()).toEqual([...apiOperations].sort());
  });

  it.each(apiOperations)(
    '%s is told as its page says, when it succeeds and when it is denied',
    async (operation) => {
      const prepare = good[operation];
      if (!prepare) throw new Error(`${operation} is in no table`);
      const { bench, input } = await prepare(new Bench());
      const alice = bench.principal(account, 'user', 'Alice');
      const denied = await bench.outcome(operation, input, alice);
      const done = await bench.outcome(operation, input);
      expect(done.result.ok).toBe(true);
      const [refused] = denied.events;
      const [told] = done.events;
      if (!refused || !told) throw new Error(`${operation} left no record`);
      expect(faults(told, operation)).toEqual([]);
      expect(refused).toMatchObject({
        errorCode: 'AccessDeniedException',
        userIdentity: { type: 'IAMUser', userName: 'Alice' },
      });
      expect(faults(refused, operation)).toEqual([]);
      for (const secret of ['kmsuser-password', 'BEGIN CERTIFICATE', 'RawSecret'])
        expect(texts(told)).not.toContain(secret);
    },
  );

  it('the check can fail: a record with a member too many is caught', async () => {
    const { bench, input } = await (good['DescribeKey']?.(new Bench()) ?? Promise.reject(new Error('no')));
    const [told] = (await bench.outcome('DescribeKey', input)).events;
    if (!told) throw new Error('no record');
    const wrong = { ...told, requestParameters: { keyId: 'x', grantTokens: ['x'] }, readOnly: false };
    expect(faults(wrong, 'DescribeKey')).toEqual(['readOnly false', 'requestParameters.grantTokens']);
  });

  it('[note of ReplicateKey] a CreateKey entry appears in the Region of the replica', async () => {
    const bench = new Bench();
    const KeyId = await bench.key({ MultiRegion: true });
    const { events } = await bench.outcome('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
    expect(events.map(({ eventName, awsRegion }) => [eventName, awsRegion])).toEqual([
      ['ReplicateKey', region],
      ['CreateKey', 'eu-west-1'],
    ]);
    expect(events[1]?.resources).toMatchObject([{ ARN: KeyId.replace(region, 'eu-west-1') }]);
    expect(events[1]?.eventID).not.toBe(events[0]?.eventID);
    expect((await bench.advance(1)).map(({ eventName, awsRegion }) => [eventName, awsRegion])).toEqual([
      ['SynchronizeMultiRegionKey', 'eu-west-1'],
    ]);
  });

  it('[note of UpdatePrimaryRegion] leaves two entries, the second invoked by KMS', async () => {
    const { bench, input } = await (good['UpdatePrimaryRegion']?.(new Bench()) ??
      Promise.reject(new Error('no')));
    const { events } = await bench.outcome('UpdatePrimaryRegion', input);
    expect(events.map(({ awsRegion, userIdentity }) => [awsRegion, userIdentity['type']])).toEqual([
      [region, 'Root'],
      ['eu-west-1', 'AWSService'],
    ]);
    for (const one of events) expect(faults(one, 'UpdatePrimaryRegion')).toEqual([]);
  });

  it('[serviceEvents] rotation, deletion and expiry are told by KMS itself', async () => {
    const bench = new Bench();
    const rotating = await bench.key({ MultiRegion: true });
    await bench.ok('ReplicateKey', { KeyId: rotating, ReplicaRegion: 'eu-west-1' });
    await bench.advance(1);
    await bench.ok('RotateKeyOnDemand', { KeyId: rotating });
    const rotated = await bench.advance(1);
    expect(rotated.map(({ eventName, awsRegion }) => [eventName, awsRegion])).toEqual([
      ['RotateKey', region],
      ['SynchronizeMultiRegionKey', 'eu-west-1'],
    ]);
    expect(rotated[0]).toMatchObject({
      eventType: 'AwsServiceEvent',
      userIdentity: { accountId: account, invokedBy: 'AWS Internal' },
      serviceEventDetails: { rotationType: 'ON_DEMAND', keyOrigin: 'AWS_KMS' },
    });
    const doomed = await bench.key();
    await bench.ok('ScheduleKeyDeletion', { KeyId: doomed, PendingWindowInDays: 7 });
    expect(await bench.advance(8)).toMatchObject([
      { eventName: 'DeleteKey', eventType: 'AwsServiceEvent', resources: [{ ARN: doomed }] },
    ]);
    const {
      bench: other,
      input,
      key,
    } = await (good['ImportKeyMaterial']?.(new Bench()) ?? Promise.reject(new Error('no')));
    const ValidTo = new Date(other.at + 86_400_000 / 2);
    await other.ok('ImportKeyMaterial', { ...input, ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
    expect(await other.advance(1)).toMatchObject([
      { eventName: 'DeleteExpiredKeyMaterial', resources: [{ ARN: key }] },
    ]);
  });

  it('[rules] cross-account use is told twice, by two eventIDs and one sharedEventID; a denial once', async () => {
    const bench = new Bench();
    const stranger = `arn:aws:iam::${otherAccount}:root` as PrincipalArn;
    const KeyId = await bench.key({
      Policy: JSON.stringify({
        Statement: [
          { Effect: 'Allow', Principal: { AWS: [root, stranger] }, Action: 'kms:*', Resource: '*' },
        ],
      }),
    });
    const { events } = await bench.outcome('Encrypt', { KeyId, Plaintext: utf8('x') }, stranger);
    const [mine, owners] = events;
    expect(events.map(({ recipientAccountId }) => recipientAccountId)).toEqual([otherAccount, account]);
    expect(mine?.sharedEventID).toMatch(uuid);
    expect(owners?.sharedEventID).toBe(mine?.sharedEventID);
    expect(owners?.eventID).not.toBe(mine?.eventID);
    expect(owners?.userIdentity).toEqual({
      type: 'AWSAccount',
      principalId: otherAccount,
      accountId: otherAccount,
    });
    const closed = await bench.key();
    const denied = await bench.outcome('Encrypt', { KeyId: closed, Plaintext: utf8('x') }, stranger);
    expect(denied.events.map(({ recipientAccountId }) => recipientAccountId)).toEqual([otherAccount]);
  });

  it('[add] keys in custom key stores name their store and the key behind it', async () => {
    const bench = new Bench();
    const { CustomKeyStoreId } = await bench.ok<{ CustomKeyStoreId: string }>('CreateCustomKeyStore', {
      CustomKeyStoreName: 'external',
      CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
      XksProxyUriEndpoint: 'https://xks.example.com',
      XksProxyUriPath: '/kms/xks/v1',
      XksProxyConnectivity: 'PUBLIC_ENDPOINT',
      XksProxyAuthenticationCredential: {
        AccessKeyId: 'ABCDE234567EXAMPLEABC',
        RawSecretAccessKey: 'A'.repeat(44),
      },
    });
    await bench.ok('ConnectCustomKeyStore', { CustomKeyStoreId });
    await bench.advance(1);
    const KeyId = await bench.key({ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'mine' });
    const { events } = await bench.outcome('Encrypt', { KeyId, Plaintext: utf8('x') });
    expect(events[0]?.additionalEventData).toEqual({ customKeyStoreId: CustomKeyStoreId, xksKeyId: 'mine' });
    expect(bench.view.get(ref.keyStore(account, region as Region, CustomKeyStoreId))?.state).toBe(
      'CONNECTED',
    );
  });
});
