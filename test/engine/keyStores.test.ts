import { describe, expect, it } from 'vitest';
import {
  Overlay,
  ref,
  setBacking,
  setExternalKey,
  utf8,
  type BackingRec,
  type Bytes,
  type ExternalKeyRec,
} from '../../src/engine/index.ts';
import { account, Bench, region } from '../support/bench.ts';
import { behind, cluster, clusterId, connected, proxy, proxyId, store } from './goodCalls.ts';

const external = (bench: Bench, state: ExternalKeyRec['state']): void => {
  const overlay = new Overlay(bench.view);
  setExternalKey(overlay, { proxy: proxyId, id: 'one', state });
  bench.view.apply(overlay.diff());
};
const stateOf = (bench: Bench, id: string) => bench.view.get(ref.keyStore(account, region, id));

async function hung(bench: Bench): Promise<{ KeyId: string; CiphertextBlob: Bytes; Plaintext: Bytes }> {
  const CustomKeyStoreId = await connected(bench, proxy());
  const KeyId = await bench.key({ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'one' });
  const Plaintext = utf8('secret');
  const { CiphertextBlob } = await bench.ok<{ CiphertextBlob: Bytes }>('Encrypt', { KeyId, Plaintext });
  return { KeyId, CiphertextBlob, Plaintext };
}

describe('external key stores', () => {
  it('[xks doubleEncryption] encrypt twice: the blob is 16 bytes longer and opens again, up to the largest plaintext', async () => {
    const bench = new Bench();
    const { KeyId, CiphertextBlob, Plaintext } = await hung(bench);
    const plain = await bench.ok<{ CiphertextBlob: Bytes }>('Encrypt', {
      KeyId: await bench.key(),
      Plaintext,
    });
    expect(CiphertextBlob.length).toBe(plain.CiphertextBlob.length + 16);
    expect(await bench.ok('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext });
    const largest = new Uint8Array(4096).fill(9);
    const sealed = await bench.ok<{ CiphertextBlob: Bytes }>('Encrypt', { KeyId, Plaintext: largest });
    expect(await bench.ok('Decrypt', sealed)).toMatchObject({ Plaintext: largest });
    expect(await bench.refused('Decrypt', { CiphertextBlob, EncryptionContext: { a: 'b' } })).toBe(
      'InvalidCiphertextException: ',
    );
  });

  it('once the external key is gone, nothing opens what it encrypted, whatever comes back under its name', async () => {
    const bench = new Bench();
    const { KeyId, CiphertextBlob } = await hung(bench);
    external(bench, 'disabled');
    expect(await bench.refused('Decrypt', { CiphertextBlob })).toContain('the external key is not enabled');
    external(bench, 'enabled');
    await bench.ok('Decrypt', { CiphertextBlob });
    external(bench, 'absent');
    expect(await bench.refused('Decrypt', { CiphertextBlob })).toContain('could not find the external key');
    external(bench, 'enabled');
    expect(await bench.refused('Decrypt', { CiphertextBlob })).toBe('InvalidCiphertextException: ');
    await bench.ok('Encrypt', { KeyId, Plaintext: utf8('new') });
    expect(await bench.ok('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyState: 'Enabled' } });
  });

  it.each(['slow', 'down', 'refuses', 'absent', 'garbled', 'misconfigured'] as const)(
    '[backingFailure] a proxy that is %s fails the call and leaves the key state alone',
    async (health) => {
      const bench = new Bench();
      const { KeyId, CiphertextBlob } = await hung(bench);
      behind(bench, { id: proxyId, kind: 'proxy', health });
      expect(await bench.refused('Decrypt', { CiphertextBlob })).toMatch(
        /^KMSInvalidStateException: The external/,
      );
      expect(await bench.ok('DescribeKey', { KeyId })).toMatchObject({
        KeyMetadata: { KeyState: 'Enabled' },
      });
    },
  );
});

describe('connecting', () => {
  const causes: readonly [string, 'cluster' | 'proxy', Partial<BackingRec>][] = [
    ['USER_LOCKED_OUT', 'cluster', { kmsuser: 'lockedOut' }],
    ['USER_LOGGED_IN', 'cluster', { kmsuser: 'loggedIn' }],
    ['USER_NOT_FOUND', 'cluster', { kmsuser: 'missing' }],
    ['INVALID_CREDENTIALS', 'cluster', { kmsuser: 'wrongPassword' }],
    ['CLUSTER_NOT_FOUND', 'cluster', { health: 'absent' }],
    ['XKS_PROXY_TIMED_OUT', 'proxy', { health: 'slow' }],
    ['XKS_PROXY_NOT_REACHABLE', 'proxy', { health: 'down' }],
    ['XKS_PROXY_ACCESS_DENIED', 'proxy', { health: 'refuses' }],
    ['XKS_PROXY_INVALID_RESPONSE', 'proxy', { health: 'garbled' }],
    ['XKS_PROXY_INVALID_CONFIGURATION', 'proxy', { health: 'misconfigured' }],
  ];
  it.each(causes)(
    '[ConnectionErrorCode] ends in FAILED with %s, and begins again after a disconnect',
    async (code, kind, cause) => {
      const bench = new Bench();
      const CustomKeyStoreId = await store(bench, kind === 'cluster' ? cluster() : proxy());
      const id = kind === 'cluster' ? clusterId : proxyId;
      behind(bench, { id, kind, ...cause });
      await bench.ok('ConnectCustomKeyStore', { CustomKeyStoreId });
      await bench.advance(1);
      expect(stateOf(bench, CustomKeyStoreId)).toMatchObject({ state: 'FAILED', errorCode: code });
      expect(await bench.refused('ConnectCustomKeyStore', { CustomKeyStoreId })).toContain(
        'CustomKeyStoreInvalidState',
      );
      behind(bench, { id, kind });
      await bench.ok('DisconnectCustomKeyStore', { CustomKeyStoreId });
      await bench.advance(1);
      await bench.ok('ConnectCustomKeyStore', { CustomKeyStoreId });
      await bench.advance(1);
      expect(stateOf(bench, CustomKeyStoreId)).toMatchObject({ state: 'CONNECTED', errorCode: undefined });
    },
  );

  it('a number of HSMs that is none is refused', () => {
    const wrong: BackingRec = {
      id: clusterId,
      kind: 'cluster',
      health: 'healthy',
      activeHsms: -1,
      kmsuser: 'ok',
    };
    expect(() => setBacking(new Overlay(new Bench().view), wrong)).toThrow('activeHsms');
  });
});
