import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { World, type StoredThing, type WorldApi } from '../../../src/client/index.ts';
import { openData } from '../../../src/cloud/keeping.ts';
import {
  hmacSha256,
  ref,
  type Bytes,
  type KeyArn,
  type PrincipalArn,
  type Region,
  type ServiceName,
} from '../../../src/engine/index.ts';
import { MemoryStore } from '../../../src/store/index.ts';
import { a, b, adminOf, allow, policy, rootOf, trust } from '../house.ts';
import { region } from './kms.ts';

/*
 * What is said of stored things is held against what their services and KMS then really do.
 */

const genesis = {
  seed: 'things',
  now: '2026-01-01T00:00:00Z',
  accounts: [a, b].map((id) => ({
    id,
    principals: [{ arn: adminOf(id), policies: [policy(allow('*'))] }],
  })),
  switches: { throttling: false, propagation: false },
};
const text = (said: string) => new TextEncoder().encode(said);
const secretText = 'the quick brown fox';

interface Ask {
  readonly world: WorldApi;
  readonly account?: string;
}
async function ask(
  { world, account = a }: Ask,
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) {
  const { result } = await world.call({
    service: service as ServiceName,
    operation,
    input,
    principal: adminOf(account) as PrincipalArn,
    region: region as Region,
  });
  return result;
}
async function done(...given: Parameters<typeof ask>): Promise<Readonly<Record<string, unknown>>> {
  const result = await ask(...given);
  if (!result.ok) throw new Error(`${given[2]}: ${result.refusal.refused}: ${result.refusal.message}`);
  return result.output;
}
/** CloudWatch Logs asks in its own name. */
const usedByAll = policy(
  ...[rootOf(a), rootOf(b)].map((AWS) => ({
    Effect: 'Allow',
    Principal: { AWS },
    Action: 'kms:*',
    Resource: '*',
  })),
  {
    Effect: 'Allow',
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: 'kms:*',
    Resource: '*',
  },
);
const createKey = async (world: World): Promise<KeyArn> => {
  const { KeyMetadata } = await done({ world }, 'kms', 'CreateKey', { Policy: usedByAll });
  return (KeyMetadata as { readonly Arn: KeyArn }).Arn;
};

/** One thing of one service. `n` makes its name. */
type Put = (at: Ask, n: number, key: string) => Promise<void>;
const puts: Readonly<Record<string, Put>> = {
  async object(at, n, key) {
    const Bucket = `objects-${n}`;
    await done(at, 's3', 'CreateBucket', { Bucket });
    await done(at, 's3', 'PutObject', {
      ...{ Bucket, Key: 'o', Body: text(secretText), ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key },
      BucketKeyEnabled: n % 2 === 0,
    });
  },
  async twoLayers(at, n, key) {
    const Bucket = `layers-${n}`;
    await done(at, 's3', 'CreateBucket', { Bucket });
    const how = { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: key };
    await done(at, 's3', 'PutObject', { Bucket, Key: 'o', Body: text(secretText), ...how });
  },
  async ofS3(at, n) {
    const Bucket = `own-${n}`;
    await done(at, 's3', 'CreateBucket', { Bucket });
    await done(at, 's3', 'PutObject', { Bucket, Key: 'o', Body: text(secretText) });
  },
  async volume(at, n, key) {
    const { VolumeId } = await done(at, 'ec2', 'CreateVolume', {
      AvailabilityZone: `${region}a`,
      Size: 1,
      ...(n % 3 === 0 ? {} : { Encrypted: true, KmsKeyId: key }),
    });
    const { Instances } = await done(at, 'ec2', 'RunInstances', {});
    const [instance] = Instances as readonly { readonly InstanceId: string }[];
    const InstanceId = instance?.InstanceId;
    await done(at, 'ec2', 'AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf' });
    await done(at, 'ec2', 'InstanceWrite', { VolumeId, InstanceId, Data: text(secretText) });
    await done(at, 'ec2', 'CreateSnapshot', { VolumeId });
    if (n % 2 === 0) await done(at, 'ec2', 'DetachVolume', { VolumeId });
  },
  async secret(at, n, key) {
    await done(at, 'secretsmanager', 'CreateSecret', {
      Name: `secret-${n}`,
      SecretString: secretText,
      KmsKeyId: key,
    });
  },
  async message(at, n, key) {
    const Attributes = n % 3 === 0 ? {} : { KmsMasterKeyId: key };
    const { QueueUrl } = await done(at, 'sqs', 'CreateQueue', { QueueName: `queue-${n}`, Attributes });
    await done(at, 'sqs', 'SendMessage', { QueueUrl, MessageBody: secretText });
  },
  async parameter(at, n, key) {
    await done(at, 'ssm', 'PutParameter', {
      ...{ Name: `parameter-${n}`, Value: secretText, Type: 'SecureString', KeyId: key },
      Tier: n % 2 === 0 ? 'Advanced' : 'Standard',
    });
  },
  async function(at, n, key) {
    const role = `Runs${n}`;
    await done(at, 'iam', 'CreateRole', {
      RoleName: role,
      AssumeRolePolicyDocument: policy(trust({ Service: 'lambda.amazonaws.com' })),
    });
    await done(at, 'lambda', 'CreateFunction', {
      FunctionName: `fn-${n}`,
      Role: `arn:aws:iam::${at.account ?? a}:role/${role}`,
      Environment: { Variables: { SAID: secretText } },
      ...(n % 3 === 0 ? {} : { KMSKeyArn: key }),
    });
  },
  async logEvent(at, n, key) {
    const logGroupName = `group-${n}`;
    await done(at, 'logs', 'CreateLogGroup', { logGroupName, ...(n % 3 === 0 ? {} : { kmsKeyId: key }) });
    await done(at, 'logs', 'PutLogEvents', {
      logGroupName,
      logStreamName: 's',
      logEvents: [{ timestamp: n, message: secretText }],
    });
  },
  async database(at, n, key) {
    const db = { DBInstanceIdentifier: `db-${n}` };
    await done(at, 'rds', 'CreateDBInstance', {
      ...{ ...db, Engine: 'postgres', DBInstanceClass: 'db.t4g.micro' },
      ...(n % 4 === 0 ? {} : { StorageEncrypted: true, KmsKeyId: key }),
    });
    await done(at, 'rds', 'DatabaseWrite', { ...db, Data: text(secretText) });
    await done(at, 'rds', 'CreateDBSnapshot', { ...db, DBSnapshotIdentifier: `shot-${n}` });
  },
  async record(at, n, key) {
    const StreamName = `stream-${n}`;
    const put = () =>
      done(at, 'kinesis', 'PutRecord', { StreamName, Data: text(secretText), PartitionKey: 'p' });
    await done(at, 'kinesis', 'CreateStream', { StreamName });
    await put();
    await done(at, 'kinesis', 'StartStreamEncryption', { StreamName, EncryptionType: 'KMS', KeyId: key });
    await put();
  },
  async kubernetes(at, n, key) {
    const name = `cluster-${n}`;
    const config = { encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: key } }] };
    await done(at, 'eks', 'CreateCluster', { name, ...(n % 3 === 0 ? {} : config) });
    const Data = text(secretText);
    await done(at, 'eks', 'SecretWrite', { clusterName: name, secretName: 's', Data });
  },
  async warehouse(at, n, key) {
    const one = { ClusterIdentifier: `warehouse-${n}` };
    const encrypted = n % 4 === 0 ? {} : { Encrypted: true, KmsKeyId: key };
    await done(at, 'redshift', 'CreateCluster', { ...one, NodeType: 'ra3.large', ...encrypted });
    await done(at, 'redshift', 'BlockWrite', { ...one, Data: text(secretText) });
    await done(at, 'redshift', 'CreateClusterSnapshot', { ...one, SnapshotIdentifier: `s-${n}` });
  },
  async item(at, n, key) {
    const TableName = `table-${n}`;
    await done(at, 'dynamodb', 'CreateTable', {
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      SSESpecification: n % 3 === 0 ? { Enabled: false } : { Enabled: true, KMSMasterKeyId: key },
    });
    await done(at, 'dynamodb', 'PutItem', { TableName, Item: { id: { S: 'i' }, said: { S: secretText } } });
  },
};
const kinds = Object.keys(puts);

/** Does its service read it? Undefined for what is not read. */
async function reads(world: WorldApi, thing: StoredThing): Promise<boolean | undefined> {
  const at = { world, account: thing.account };
  const ok = async (...given: [string, string, Readonly<Record<string, unknown>>]) =>
    (await ask(at, ...given)).ok;
  if (thing.kind === 'item')
    return ok('dynamodb', 'GetItem', { TableName: thing.within?.split('/').at(-1), Key: { id: { S: 'i' } } });
  if (thing.kind === 'volume' || thing.kind === 'snapshot') return mounts(at, thing);
  if (thing.kind === 'dbSnapshot') {
    const db = { DBInstanceIdentifier: `from-${thing.name}` };
    const from = { ...db, DBSnapshotIdentifier: thing.name };
    if (!(await ok('rds', 'RestoreDBInstanceFromDBSnapshot', from))) return false;
    const could = await ok('rds', 'DatabaseRead', db);
    await ok('rds', 'DeleteDBInstance', { ...db, SkipFinalSnapshot: true });
    return could;
  }
  if (thing.kind === 'warehouseSnapshot') {
    const cluster = { ClusterIdentifier: `from-${thing.name}` };
    const from = { ...cluster, SnapshotIdentifier: thing.name };
    if (!(await ok('redshift', 'RestoreFromClusterSnapshot', from))) return false;
    const could = await ok('redshift', 'BlockRead', { ...cluster, Block: 1 });
    await ok('redshift', 'DeleteCluster', { ...cluster, SkipFinalClusterSnapshot: true });
    return could;
  }
  if (thing.bytes === undefined || !thing.read) return undefined;
  const { before } = thing.read;
  const first = before && (await done(at, thing.service, before.operation, before.input));
  return ok(thing.service, thing.read.operation, {
    ...thing.read.input,
    ...(before ? { [before.hands]: first?.[before.hands] } : {}),
    ...(thing.kind === 'message' ? { VisibilityTimeout: 0 } : {}),
  });
}
/** In the card of a running instance; or what it takes to be there. */
async function mounts(at: Ask, thing: StoredThing): Promise<boolean> {
  if (thing.read) return (await ask(at, 'ec2', thing.read.operation, thing.read.input)).ok;
  const VolumeId =
    thing.kind === 'volume'
      ? thing.name
      : (await done(at, 'ec2', 'CreateVolume', { AvailabilityZone: `${region}a`, SnapshotId: thing.name }))[
          'VolumeId'
        ];
  const { Instances } = await done(at, 'ec2', 'RunInstances', {});
  const [instance] = Instances as readonly { readonly InstanceId: string }[];
  const InstanceId = instance?.InstanceId;
  if (!(await ask(at, 'ec2', 'AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf' })).ok) return false;
  return (await ask(at, 'ec2', 'InstanceRead', { VolumeId, InstanceId })).ok;
}

/** Where the bytes of a card lie, as their service says it to its cipher. */
const clusterOf = ({ context = {} }: StoredThing): string => context['aws:redshift:arn'] ?? '';
const numberIn = ({ name }: StoredThing): string => name.split(' ').at(-1) ?? '';
const places: Readonly<Partial<Record<StoredThing['kind'], (thing: StoredThing) => string>>> = {
  dbInstance: ({ context = {} }) => context['aws:ebs:id'] ?? '',
  dbSnapshot: ({ context = {} }) => context['aws:ebs:id'] ?? '',
  record: (thing) => `${thing.within?.slice('kinesisStream/'.length)}|${numberIn(thing)}`,
  kubernetesSecret: ({ within, account, region: there, name }) =>
    `arn:aws:eks:${there}:${account}:cluster/${within?.split('/').at(-1)}|${name}`,
  block: (thing) => `${clusterOf(thing)}|${numberIn(thing)}`,
  // The first of its blocks.
  warehouseSnapshot: (thing) => `${clusterOf(thing)}|1`,
};
const tierPlace = (is: StoredThing['inner'][number]['is'], thing: StoredThing): string =>
  is === 'databaseKey' ? `${clusterOf(thing)}|database key` : `${places[thing.kind]?.(thing)}|key`;

interface Line {
  readonly kind: string;
  readonly key: number;
  readonly other: boolean;
}
const line: fc.Arbitrary<Line> = fc.record({
  kind: fc.constantFrom(...kinds),
  key: fc.nat(1),
  other: fc.boolean(),
});

async function made(lines: readonly Line[]) {
  const world = await World.open(new MemoryStore({ device: new Uint8Array(32).fill(7) }), { genesis });
  const keys = [await createKey(world), await createKey(world)] as const;
  for (const [n, { kind, key, other }] of lines.entries()) {
    const account = other ? b : a;
    await puts[kind]?.({ world, account }, n, keys[key % 2] ?? keys[0]);
  }
  return { world, keys };
}
async function everything(world: WorldApi, keyArn?: KeyArn): Promise<readonly StoredThing[]> {
  const found: StoredThing[] = [];
  for (let after: string | undefined; ;) {
    const page = await world.storedThings({ keyArn, after, n: 3 });
    found.push(...page.items);
    if (page.next === undefined) return found;
    after = page.next;
  }
}

const one = (at: number): Line => {
  const round = Math.floor(at / kinds.length);
  return { kind: kinds[at % kinds.length] ?? '', key: round % 2, other: (at + round) % 3 === 2 };
};
/** Each kind under each key: what a run of chance may leave out. */
const ofAll = Array.from({ length: kinds.length * 4 }, (_, at) => one(at));
const runs = process.env['KMS_LONG'] ? 60 : 6;

async function holds(lines: readonly Line[]): Promise<void> {
  const { world, keys } = await made(lines);
  const [key] = keys;
  const lost = await everything(world, key);
  const said = await world.lostWith(key);
  expect(said.total).toBe(lost.length);
  expect(said.elsewhere).toBe(lost.filter(({ account }) => account !== a).length);
  const isLost = new Set(lost.map(({ id }) => id));
  const things = await everything(world);

  const gone = await world.fork();
  await done({ world: gone }, 'kms', 'DisableKey', { KeyId: key });
  const before: string[] = [];
  const after: string[] = [];
  const expected: string[] = [];
  for (const thing of things) {
    // Each on its own: reading one may leave a key in somebody's memory, by which the next is read.
    const [then, now] = [await world.fork(), await gone.fork()];
    const could = await reads(then, thing);
    if (could !== undefined) {
      before.push(`${thing.id} ${could}`);
      after.push(`${thing.id} ${await reads(now, thing)}`);
      const admin = adminOf(thing.account);
      const held = thing.held.some(({ by }) => by === undefined || by === admin);
      expected.push(`${thing.id} ${could && (!isLost.has(thing.id) || held)}`);
    }
    await Promise.all([then.close(), now.close()]);
  }
  expect(before.filter((said) => said.endsWith('false'))).toEqual([]);
  expect(after).toEqual(expected);

  // What is held ends: after hours and a stop of the instances nothing of it is readable. Streams forget after a day.
  await gone.advance({ hours: 23 });
  for (const thing of things.filter(({ kind }) => kind === 'instance')) {
    const at = { world: gone, account: thing.account };
    await done(at, 'ec2', 'StopInstances', { InstanceIds: [thing.name] });
    await done(at, 'ec2', 'StartInstances', { InstanceIds: [thing.name] });
  }
  // Neither a new API server nor a cluster that resumes gets its key from one that is disabled.
  for (const thing of things.filter(({ kind }) => kind === 'kubernetes'))
    await ask({ world: gone, account: thing.account }, 'eks', 'ApiServerRestart', {
      clusterName: thing.name,
    });
  for (const thing of things.filter(({ kind }) => kind === 'warehouse'))
    for (const operation of ['PauseCluster', 'ResumeCluster'])
      await ask({ world: gone, account: thing.account }, 'redshift', operation, {
        ClusterIdentifier: thing.name,
      });
  for (const { id } of things) {
    const thing = await gone.storedThing(id);
    const could = thing && (await reads(gone, thing));
    if (could !== undefined) expect(`${id} ${could}`).toBe(`${id} ${!isLost.has(id)}`);
  }
  await world.close();
}

describe('stored things', () => {
  it('what would be lost with a key is what services cannot read without it, and nothing else', async () => {
    await holds(ofAll);
  }, 60_000);

  it('the same of any things under any key', async () => {
    await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), holds), {
      numRuns: runs,
    });
  }, 120_000);

  it('KMS opens the wrapped key of each card with its context, under its key, and nothing of the text is on it', async () => {
    const { world } = await made(ofAll);
    let opened = 0;
    for (const thing of await everything(world)) {
      const { keyArn, protection, wrapped, bytes, context } = thing;
      const shown = new TextDecoder().decode(Uint8Array.from(Object.values(bytes?.first ?? {})));
      expect(shown).not.toContain(secretText.slice(0, 9));
      if (protection === 'none') expect(bytes?.first).toBeUndefined();
      const CiphertextBlob = wrapped ?? (protection === 'kms' ? bytes?.first : undefined);
      if (!keyArn || !CiphertextBlob) continue;
      const answer = await done({ world, account: thing.account }, 'kms', 'Decrypt', {
        CiphertextBlob,
        EncryptionContext: context,
      }).catch((error: unknown) => `${thing.id}: ${String(error)}`);
      // Keys of AWS services open for their service alone.
      if (typeof answer === 'string') expect(answer).toMatch(/AccessDenied/);
      else {
        expect(answer['KeyId']).toBe(keyArn);
        opened += 1;
      }
    }
    expect(opened).toBeGreaterThan(kinds.length);
    await world.close();
  });

  it('what KMS returns for a card opens its bytes, tier by tier; its grants are there', async () => {
    const { world } = await made(ofAll);
    const ends: Record<string, number> = {};
    for (const thing of await everything(world)) {
      const { keyArn, wrapped, bytes, context, inner, kind, id, within = '', name } = thing;
      for (const grantId of thing.grantIds) {
        const grant = keyArn && (await world.read((view) => view.get(ref.grant(keyArn, grantId))));
        expect(grant, `${id} ${grantId}`).toBeDefined();
      }
      if (!wrapped || !bytes?.first || !(kind in places)) continue;
      const CiphertextBlob = wrapped;
      const { Plaintext } = await done({ world, account: thing.account }, 'kms', 'Decrypt', {
        CiphertextBlob,
        EncryptionContext: context,
      });
      let key = (Plaintext as Bytes).slice(0, 32); // Decrypt's answer
      // The last of them is the next to what KMS wrapped.
      for (const tier of inner.toReversed()) {
        const place = tierPlace(tier.is, thing);
        const next = tier.is === 'salt' ? hmacSha256(key, tier.bytes) : openData(key, tier.bytes, place);
        if (!next) throw new Error(`${id}: ${tier.is} does not open at ${place}`);
        key = next;
      }
      const opened = openData(key, bytes.first, places[kind]?.(thing) ?? '');
      expect(opened && new TextDecoder().decode(opened), `${id} ${within} ${name}`).toBe(secretText);
      ends[kind] = (ends[kind] ?? 0) + 1;
    }
    expect(Object.keys(ends).toSorted()).toEqual(Object.keys(places).toSorted());
    await world.close();
  });

  it('places count what is there, and what is locked', async () => {
    const { world, keys } = await made(ofAll);
    const things = await everything(world);
    const places = await world.storedPlaces();
    expect(places.flatMap(({ kinds: n }) => Object.values(n)).reduce((x, y) => x + y, 0)).toBe(things.length);
    expect(places.every(({ locked }) => locked === 0)).toBe(true);
    await done({ world }, 'kms', 'DisableKey', { KeyId: keys[0] });
    const locked = (await world.storedPlaces()).reduce((sum, place) => sum + place.locked, 0);
    expect(locked).toBe((await world.lostWith(keys[0])).total);
    expect(await world.storedThing('s3Object/nowhere|at all')).toBeUndefined();
    await world.close();
  });

  it('what would be refused, and what goes with the key: defaults, aliases, grants', async () => {
    const { world, keys } = await made([]);
    const [key] = keys;
    await done({ world }, 'kms', 'CreateAlias', { AliasName: 'alias/app', TargetKeyId: key });
    await done({ world }, 'sqs', 'CreateQueue', {
      QueueName: 'q',
      Attributes: { KmsMasterKeyId: 'alias/app' },
    });
    await puts['function']?.({ world }, 1, key);
    const said = await world.lostWith(key);
    expect(said.stops.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['queue q', 'function fn-1']);
    expect(said.aliases).toEqual(['alias/app']);
    expect(said.grants.map(({ Operations }) => Operations)).toEqual([['Decrypt']]);
    expect(said.groups.map(({ kind, total }) => `${kind} ${total}`)).toEqual(['function 1']);
    expect((await world.lostWith(keys[1])).total).toBe(0);
    await world.close();
  });
});
