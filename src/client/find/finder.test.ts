import { afterEach, beforeEach, expect, test } from 'vitest';
import { MemoryStore } from '../../store/index.ts';
import { ref, type AccountId, type KeyArn, type PrincipalArn, type Region } from '../../engine/index.ts';
import type { FindAnswer } from '../api.ts';
import { World } from '../world.ts';

const account = '111122223333' as AccountId;
const region = 'us-east-1' as Region;
const principal = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
let store: MemoryStore;
let world: World;

beforeEach(async () => {
  store = new MemoryStore();
  world = await World.open(store, {
    genesis: { seed: 'find', switches: { throttling: false, propagation: false } },
  });
});
afterEach(() => world.close());

async function call(
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const { result } = await world.call({ operation, input, principal, region });
  if (!result.ok) throw new Error(result.refusal.message);
  return result.output;
}
async function createKey(description: string): Promise<KeyArn> {
  const { KeyMetadata } = await call('CreateKey', { Description: description });
  return (KeyMetadata as { readonly Arn: KeyArn }).Arn;
}
/** Asks until the index is whole. */
async function find(query: string): Promise<FindAnswer> {
  for (;;) {
    const answer = await world.find(query);
    if (answer.complete) return answer;
  }
}
const labels = ({ groups }: FindAnswer) =>
  groups.map(({ kind, hits }) => [kind, ...hits.map(({ label }) => label)]);

test('keys, aliases, grants, principals and events are found by their words', async () => {
  const key = await createKey('Salaries of everybody');
  await call('CreateAlias', { AliasName: 'alias/payroll', TargetKeyId: key });
  await call('CreateGrant', {
    KeyId: key,
    GranteePrincipal: `arn:aws:iam::${account}:role/ExampleRole`,
    Operations: ['Decrypt'],
    Name: 'nightly',
  });
  // The event that made it names it too.
  expect(labels(await find('payroll'))).toEqual([
    ['alias', 'alias/payroll'],
    ['event', 'CreateAlias'],
  ]);
  expect(labels(await find('SALARIES every'))).toEqual([['key', key.slice(-36)]]);
  expect(labels(await find('nightly decrypt'))).toEqual([['grant', 'nightly']]);
  expect(labels(await find(`${account} user/alice`))).toEqual([['principal', 'user/Alice']]);
  expect(labels(await find('creategrant'))).toEqual([['event', 'CreateGrant']]);
  expect((await find('nothing of the kind')).groups).toEqual([]);
});

test('what is committed after the index was built is found, and what is gone is not', async () => {
  await find('x');
  const key = await createKey('Later');
  expect(labels(await find('later'))).toEqual([['key', key.slice(-36)]]);
  await call('UpdateKeyDescription', { KeyId: key, Description: 'Renamed' });
  expect(labels(await find('later'))).toEqual([]);
  expect(labels(await find('renamed'))).toEqual([['key', key.slice(-36)]]);
  await world.history.undo();
  expect(labels(await find('renamed'))).toEqual([]);
  expect(labels(await find('later'))).toEqual([['key', key.slice(-36)]]);
  // The event of what was undone did not happen.
  expect(labels(await find('updatekeydescription'))).toEqual([]);
});

test('nothing is read before somebody looks for something, and no record enters the working view', async () => {
  for (let n = 0; n < 40; n++) await createKey(`n${n}`);
  await world.close();
  world = await World.open(store);
  let read = 0;
  const range = store.range.bind(store);
  store.range = async (...given) => {
    const rows = await range(...given);
    read += rows.length;
    return rows;
  };
  await world.accounts();
  const before = read;
  expect(before).toBeLessThan(10);
  expect((await find('n3')).groups.find(({ kind }) => kind === 'key')?.total).toBe(11);
  expect(read).toBeGreaterThan(before + 40);
});

test('a fork finds its own', async () => {
  const fork = await world.fork();
  await fork.call({ operation: 'CreateKey', input: { Description: 'only here' }, principal, region });
  for (;;) {
    const answer = await fork.find('only here');
    if (!answer.complete) continue;
    expect(answer.groups.map(({ kind }) => kind)).toEqual(['key']);
    break;
  }
  expect(labels(await find('only here'))).toEqual([]);
});

test('a part of the list of keys, by its place, follows what happens', async () => {
  const keys: KeyArn[] = [];
  for (let n = 0; n < 30; n++) keys.push(await createKey(`n${n}`));
  const window = async (from: number, n: number) => {
    for (;;) {
      const found = await world.keyWindow({ account, region, from, n });
      if (found.exact) return found;
    }
  };
  const inOrder = keys.map((arn) => ref.key(arn)).toSorted();
  const refs = async (from: number, n: number) =>
    (await window(from, n)).items.map(({ rec }) => ref.key(rec.arn));
  expect(await refs(10, 5)).toEqual(inOrder.slice(10, 15));
  const added = await createKey('one more');
  const after = [...inOrder, ref.key(added)].toSorted();
  expect((await window(0, 1)).total).toBe(31);
  expect(await refs(0, 31)).toEqual(after);
  await world.history.undo();
  expect(await refs(0, 31)).toEqual(inOrder);
});
