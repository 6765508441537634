import {
  ref,
  refuse,
  type KeyRec,
  type KeyStoreRec,
  type Refusal,
  type BackingRec,
  type View,
} from './model/index.ts';
import type { Step } from './operation.ts';

/*
 * Custom key stores and the simulated things behind them: CloudHSM clusters and external key store proxies. OURS: what
 * stands behind a store is simulated. Unless the world says otherwise, every cluster and every proxy is there and well.
 */

export const backingId = (store: Pick<KeyStoreRec, 'cloudHsm' | 'xks'>): string =>
  store.cloudHsm ? store.cloudHsm.clusterId : `${store.xks?.endpoint ?? ''}${store.xks?.path ?? ''}`;

/** What is behind a cluster ID or a proxy address; well when the world has no record of it. */
export const backingOf = (id: string, kind: BackingRec['kind'], view: View): BackingRec =>
  view.get(ref.backing(id)) ?? { id, kind, health: 'healthy', activeHsms: 2, kmsuser: 'ok' };

/** OURS: how long connecting and disconnecting take, in milliseconds. */
export const connectionTakesMs = 60_000;

export const storeMissing = (): Refusal =>
  refuse('CustomKeyStoreNotFoundException', '', 'FACTS.md empty message: CustomKeyStoreNotFoundException');

/** The store that an operation names, of the caller's own account and Region. */
export function findStore(id: string, { view, identity, region }: Step): KeyStoreRec | Refusal {
  return view.get(ref.keyStore(identity.account, region, id)) ?? storeMissing();
}

/** OURS: the text is in no recording. */
export const storeStateFault = (store: KeyStoreRec): Refusal =>
  refuse('CustomKeyStoreInvalidStateException', '', `specs.json customKeyStores states: ${store.state}`);

/** Why a store cannot be connected, as its ConnectionErrorCode; undefined when nothing stands in the way. */
export function connectionError(store: KeyStoreRec, view: View): string | undefined {
  if (store.cloudHsm) {
    const cluster = backingOf(store.cloudHsm.clusterId, 'cluster', view);
    if (cluster.health === 'down') return 'NETWORK_ERRORS';
    if (cluster.activeHsms < 1) return 'INSUFFICIENT_CLOUDHSM_HSMS';
    const byUser = {
      ok: undefined,
      lockedOut: 'USER_LOCKED_OUT',
      loggedIn: 'USER_LOGGED_IN',
      missing: 'USER_NOT_FOUND',
      wrongPassword: 'INVALID_CREDENTIALS',
    } as const;
    return byUser[cluster.kmsuser];
  }
  const proxy = backingOf(backingId(store), 'proxy', view);
  const byHealth = {
    healthy: undefined,
    slow: 'XKS_PROXY_TIMED_OUT',
    down: 'XKS_PROXY_NOT_REACHABLE',
    refuses: 'XKS_PROXY_ACCESS_DENIED',
  } as const;
  return byHealth[proxy.health];
}

/**
 * A cryptographic call on a key in a store reaches what is behind it only when that answers. The key state does not
 * change; the call fails with a text that names the cause (key-states.json "backingFailure"). OURS: the texts.
 */
export function backingFault(rec: KeyRec, { view }: Step): Refusal | undefined {
  if (!rec.keyStore) return undefined;
  const store = view.get(ref.keyStore(rec.account, rec.region, rec.keyStore.id));
  if (!store) throw new Error(`key ${rec.arn} hangs on store ${rec.keyStore.id}, which is not in the world`);
  const because = 'key-states.json backingFailure';
  const invalid = (message: string) => refuse('KMSInvalidStateException', message, because);
  const backing = backingOf(backingId(store), store.cloudHsm ? 'cluster' : 'proxy', view);
  if (store.cloudHsm) {
    return backing.health === 'healthy' && backing.activeHsms >= 1
      ? undefined
      : invalid(
          `${rec.arn} cannot be used: the CloudHSM cluster ${store.cloudHsm.clusterId} does not answer.`,
        );
  }
  const said = {
    healthy: undefined,
    slow: 'The external key store proxy did not respond in time.',
    down: 'The external key store proxy could not be reached.',
    refuses: 'The external key store proxy denied the request.',
  } as const;
  const message = said[backing.health];
  return message === undefined ? undefined : invalid(message);
}

/** What DescribeCustomKeyStores shows: never a password or a credential's secret. */
export function storeEntry(store: KeyStoreRec): Readonly<Record<string, unknown>> {
  const { id, name, type, state, errorCode, created, cloudHsm, xks } = store;
  return {
    CustomKeyStoreId: id,
    CustomKeyStoreName: name,
    CustomKeyStoreType: type,
    ConnectionState: state,
    ...(errorCode === undefined ? {} : { ConnectionErrorCode: errorCode }),
    CreationDate: new Date(created),
    ...(cloudHsm
      ? { CloudHsmClusterId: cloudHsm.clusterId, TrustAnchorCertificate: cloudHsm.trustAnchor }
      : {}),
    ...(xks
      ? {
          XksProxyConfiguration: {
            Connectivity: xks.connectivity,
            AccessKeyId: xks.accessKeyId,
            UriEndpoint: xks.endpoint,
            UriPath: xks.path,
            ...(xks.vpcServiceName === undefined ? {} : { VpcEndpointServiceName: xks.vpcServiceName }),
            ...(xks.vpcServiceOwner === undefined ? {} : { VpcEndpointServiceOwner: xks.vpcServiceOwner }),
          },
        }
      : {}),
  };
}
