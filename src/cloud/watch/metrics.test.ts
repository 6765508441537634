import { expect, it } from 'vitest';
import { World } from '../../client/index.ts';
import type { AccountId, PrincipalArn, Region } from '../../engine/index.ts';
import { MemoryStore } from '../../store/index.ts';
import { kmsMetrics, kmsNamespace, metricReading, type KmsMetricName } from './metrics.ts';

const account = '111122223333' as AccountId;
const region = 'us-east-1' as Region;
const hour = 3_600_000;

async function worldWithStore() {
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const principal = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
  const world = await World.open(new MemoryStore(), {
    genesis: {
      seed: 'metrics',
      now: '2026-03-02T09:00:00Z',
      accounts: [{ id: account, principals: [{ arn: principal, policies: [everything] }] }],
    },
  });
  const ask = async (operation: string, input: object) => {
    const { result } = await world.call({ operation, input: { ...input }, principal, region });
    return result.ok ? result.output : { refused: result.refusal.refused };
  };
  const { CustomKeyStoreId } = await ask('CreateCustomKeyStore', {
    CustomKeyStoreName: 'outside',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyUriEndpoint: 'https://xks.example.com',
    XksProxyUriPath: '/kms/xks/v1',
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyAuthenticationCredential: {
      AccessKeyId: 'ABCDE234567EXAMPLEABC',
      RawSecretAccessKey: 'A'.repeat(44),
    },
  });
  await ask('ConnectCustomKeyStore', { CustomKeyStoreId });
  await world.advance({ hours: 1 });
  const made = await ask('CreateKey', {
    Origin: 'EXTERNAL_KEY_STORE',
    CustomKeyStoreId,
    XksKeyId: 'outer',
  });
  const { KeyId } = made['KeyMetadata'] as { readonly KeyId: string };
  return { world, ask, store: String(CustomKeyStoreId), KeyId };
}

it('metrics of an external key store follow its calls, its credential and what stands behind it', async () => {
  const { world, ask, store, KeyId } = await worldWithStore();
  const use = () => ask('Encrypt', { KeyId, Plaintext: new Uint8Array([1]) });
  const valueNow = async (metric: KmsMetricName) => {
    const events = (await world.trail({ n: Infinity })).map(({ event }) => event).toReversed();
    const now = world.time();
    const [card] = await world.keyStores({ account, region });
    const { dimension } = kmsMetrics.find(({ name }) => name === metric) ?? { dimension: '' };
    const { values } = metricReading(
      { account, region, namespace: kmsNamespace, metric, dimensions: { [dimension]: store } },
      { events, now, answers: new Map([[store, card?.backing.health === 'healthy']]) },
    );
    return values(now - hour, now + 1);
  };
  await use();
  expect(await valueNow('XksProxyErrors')).toEqual([]);
  expect(await valueNow('XksExternalKeyManagerStates')).toEqual([1]);

  const [card] = await world.keyStores({ account, region });
  if (!card) throw new Error('no key store');
  await world.setBacking({ ...card.backing, health: 'down' });
  expect(await use()).toMatchObject({ refused: 'KMSInvalidStateException' });
  expect(await use()).toMatchObject({ refused: 'KMSInvalidStateException' });
  expect(await valueNow('XksProxyErrors')).toEqual([1, 1]);
  expect(await valueNow('XksExternalKeyManagerStates')).toEqual([0]);

  await world.setBacking(card.backing);
  expect(await valueNow('XksProxyCredentialAge')).toEqual([0]);
  await world.advance({ days: 12 });
  expect(await valueNow('XksProxyCredentialAge')).toEqual([12]);
  expect(await valueNow('XksProxyErrors')).toEqual([]);
  expect(await valueNow('ExternalKeyStoreThrottle')).toEqual([]);
  await ask('DisconnectCustomKeyStore', { CustomKeyStoreId: store });
  await world.advance({ hours: 1 });
  await ask('UpdateCustomKeyStore', {
    CustomKeyStoreId: store,
    XksProxyAuthenticationCredential: {
      AccessKeyId: 'ABCDE234567EXAMPLEABC',
      RawSecretAccessKey: 'B'.repeat(44),
    },
  });
  expect(await valueNow('XksProxyCredentialAge')).toEqual([0]);
  await world.close();
}, 30_000);
