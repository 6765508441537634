import {
  ref,
  refuse,
  under,
  type KeyRec,
  type KeyStoreRec,
  type Refusal,
  type BackingRec,
  type ExternalKeyRec,
  type View,
} from './model/index.ts';
import type { Step } from './operation.ts';
import type { Overlay } from './overlay.ts';

/*
 * Custom key stores and the simulated things behind them: CloudHSM clusters and external key store proxies. OURS: what
 * stands behind a store is simulated. Unless the world says otherwise, every cluster and every proxy is there and well.
 */

export const backingId = (store: Pick<KeyStoreRec, 'cloudHsm' | 'xks'>): string =>
  store.cloudHsm ? store.cloudHsm.clusterId : `${store.xks?.endpoint ?? ''}${store.xks?.path ?? ''}`;

/** The key stores of the caller's account in the Region of the call. */
export const storesOf = ({ view, identity, region }: Step): readonly KeyStoreRec[] =>
  view
    .range('ref', { prefix: under.keyStores(identity.account, region), n: 1000 })
    .map(({ rec }) => rec as KeyStoreRec);

/** What is behind a cluster ID or a proxy address; well when the world has no record of it. */
export const backingOf = (id: string, kind: BackingRec['kind'], view: View): BackingRec =>
  view.get(ref.backing(id)) ?? { id, kind, health: 'healthy', activeHsms: 2, kmsuser: 'ok' };

/** A key behind a proxy; enabled, and without a secret yet, when the world has no record of it. */
export const externalKeyOf = (proxy: string, id: string, view: View): ExternalKeyRec =>
  view.get(ref.externalKey(proxy, id)) ?? { id, proxy, state: 'enabled', secret: undefined };

/**
 * World-side: what stands behind a key store, as its owner changes it. For a step of the world's user
 * (`lab:SetBacking`); KMS hears of it when it next reaches there.
 */
export function setBacking(overlay: Overlay, backing: BackingRec): void {
  if (!Number.isSafeInteger(backing.activeHsms) || backing.activeHsms < 0)
    throw new RangeError(`"activeHsms" expected a whole number from 0, got ${backing.activeHsms}`);
  overlay.put(ref.backing(backing.id), backing);
}

/**
 * World-side: an external key is disabled, enabled again, or deleted for good (`lab:SetExternalKey`). A deleted key that
 * comes back is another key: what the old one encrypted stays shut.
 */
export function setExternalKey(
  overlay: Overlay,
  { proxy, id, state }: Pick<ExternalKeyRec, 'proxy' | 'id' | 'state'>,
): void {
  const before = externalKeyOf(proxy, id, overlay);
  const secret = state === 'absent' ? undefined : before.secret;
  overlay.put(ref.externalKey(proxy, id), { ...before, state, secret });
}

/** OURS: how long connecting and disconnecting take, in milliseconds. */
export const connectionTakesMs = 60_000;

export const storeMissing = (): Refusal =>
  refuse('CustomKeyStoreNotFoundException', '', 'FACTS.md empty message: CustomKeyStoreNotFoundException');

/** The store that an operation names, of the caller's own account and Region. */
export function findStore(id: string, { view, identity, region }: Step): KeyStoreRec | Refusal {
  return view.get(ref.keyStore(identity.account, region, id)) ?? storeMissing();
}

/** OURS: what CustomKeyStoreInvalidStateException says is in no recording; it says nothing here. */
export const storeStateFault = (store: KeyStoreRec): Refusal =>
  refuse('CustomKeyStoreInvalidStateException', '', `specs.json customKeyStores states: ${store.state}`);

/** ConnectionErrorCode of a cluster that is there but cannot be reached (model.json ConnectionErrorCodeType). */
const clusterErrors: Readonly<Record<BackingRec['health'], string | undefined>> = {
  healthy: undefined,
  slow: undefined,
  down: 'NETWORK_ERRORS',
  refuses: 'INVALID_CREDENTIALS',
  absent: 'CLUSTER_NOT_FOUND',
  garbled: 'INTERNAL_ERROR',
  misconfigured: 'SUBNET_NOT_FOUND',
};
const userErrors: Readonly<Record<BackingRec['kmsuser'], string | undefined>> = {
  ok: undefined,
  lockedOut: 'USER_LOCKED_OUT',
  loggedIn: 'USER_LOGGED_IN',
  missing: 'USER_NOT_FOUND',
  wrongPassword: 'INVALID_CREDENTIALS',
};
const proxyErrors = (vpc: boolean): Readonly<Record<BackingRec['health'], string | undefined>> => ({
  healthy: undefined,
  slow: 'XKS_PROXY_TIMED_OUT',
  down: 'XKS_PROXY_NOT_REACHABLE',
  refuses: 'XKS_PROXY_ACCESS_DENIED',
  absent: vpc ? 'XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND' : 'XKS_PROXY_NOT_REACHABLE',
  garbled: 'XKS_PROXY_INVALID_RESPONSE',
  misconfigured: vpc ? 'XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION' : 'XKS_PROXY_INVALID_CONFIGURATION',
});
const overVpc = ({ xks }: KeyStoreRec): boolean => xks?.connectivity === 'VPC_ENDPOINT_SERVICE';

/** Why a store cannot be connected, as its ConnectionErrorCode; undefined when nothing stands in the way. */
export function connectionError(store: KeyStoreRec, view: View): string | undefined {
  if (!store.cloudHsm) return proxyErrors(overVpc(store))[backingOf(backingId(store), 'proxy', view).health];
  const cluster = backingOf(store.cloudHsm.clusterId, 'cluster', view);
  const insufficient = cluster.activeHsms < 1 ? 'INSUFFICIENT_CLOUDHSM_HSMS' : undefined;
  return clusterErrors[cluster.health] ?? insufficient ?? userErrors[cluster.kmsuser];
}

/** Why a store cannot be made on what is behind it, as the exception of CreateCustomKeyStore. */
function unfit(store: KeyStoreRec, view: View): Refusal | undefined {
  const because = 'operations.json CreateCustomKeyStore errors';
  const no = (exception: string | undefined) =>
    exception === undefined ? undefined : refuse(exception, '', because);
  if (!store.cloudHsm)
    return no(proxyExceptions(overVpc(store))[backingOf(backingId(store), 'proxy', view).health]);
  const cluster = backingOf(store.cloudHsm.clusterId, 'cluster', view);
  return no(
    clusterExceptions[cluster.health] ??
      // specs.json origins: at least 2 active HSMs in different Availability Zones.
      (cluster.activeHsms < 2 ? 'CloudHsmClusterInvalidConfigurationException' : undefined),
  );
}

/** What is behind the store has to be well when it is created. */
export function behind(store: KeyStoreRec, { view }: Step): Refusal | undefined {
  const fault = unfit(store, view);
  if (fault || !store.cloudHsm || store.cloudHsm.trustAnchor.includes('BEGIN CERTIFICATE')) return fault;
  return refuse('IncorrectTrustAnchorException', '', 'operations.json CreateCustomKeyStore errors');
}

const clusterExceptions: Readonly<Record<BackingRec['health'], string | undefined>> = {
  healthy: undefined,
  slow: undefined,
  down: 'CloudHsmClusterNotActiveException',
  refuses: undefined,
  absent: 'CloudHsmClusterNotFoundException',
  garbled: 'CloudHsmClusterNotActiveException',
  misconfigured: 'CloudHsmClusterInvalidConfigurationException',
};
const proxyExceptions = (vpc: boolean): Readonly<Record<BackingRec['health'], string | undefined>> => ({
  healthy: undefined,
  slow: 'XksProxyUriUnreachableException',
  down: 'XksProxyUriUnreachableException',
  refuses: 'XksProxyIncorrectAuthenticationCredentialException',
  absent: vpc ? 'XksProxyVpcEndpointServiceNotFoundException' : 'XksProxyUriUnreachableException',
  garbled: 'XksProxyInvalidResponseException',
  misconfigured: vpc
    ? 'XksProxyVpcEndpointServiceInvalidConfigurationException'
    : 'XksProxyInvalidConfigurationException',
});

/** Whether a KMS key may be hung on an external key (CreateKey errors; specs.json origins EXTERNAL_KEY_STORE). */
export function externalKeyFault(store: KeyStoreRec, id: string, view: View): Refusal | undefined {
  const because = 'specs.json origins EXTERNAL_KEY_STORE';
  const { state } = externalKeyOf(backingId(store), id, view);
  if (state === 'absent') return refuse('XksKeyNotFoundException', '', because);
  return state === 'enabled' ? undefined : refuse('XksKeyInvalidConfigurationException', '', because);
}

/**
 * A cryptographic call on a key in a store reaches what is behind it only when that answers. The key state does not
 * change; the call fails with a text that names the cause (key-states.json "backingFailure"). OURS: the texts of a key store that
 * does not answer.
 */
export function backingFault(rec: KeyRec, { view }: Pick<Step, 'view'>): Refusal | undefined {
  if (!rec.keyStore) return undefined;
  const store = view.get(ref.keyStore(rec.account, rec.region, rec.keyStore.id));
  if (!store) throw new Error(`key ${rec.arn} hangs on store ${rec.keyStore.id}, which is not in the world`);
  const invalid = (message: string) =>
    refuse('KMSInvalidStateException', message, 'key-states.json backingFailure');
  const backing = backingOf(backingId(store), store.cloudHsm ? 'cluster' : 'proxy', view);
  if (store.cloudHsm) {
    const answers = backing.health === 'healthy' || backing.health === 'slow';
    return answers && backing.activeHsms >= 1
      ? undefined
      : invalid(
          `${rec.arn} cannot be used: the CloudHSM cluster ${store.cloudHsm.clusterId} does not answer.`,
        );
  }
  const { state } = externalKeyOf(backing.id, rec.keyStore.xksKeyId ?? '', view);
  const message = proxySays[backing.health] ?? externalKeySays[state];
  return message === undefined ? undefined : invalid(message);
}

const proxySays: Readonly<Record<BackingRec['health'], string | undefined>> = {
  healthy: undefined,
  // specs.json xks timeoutMs.
  slow: 'The external key store proxy did not respond in time.',
  down: 'The external key store proxy could not be reached.',
  refuses: 'The external key store proxy denied the request.',
  absent: 'The external key store proxy could not be reached.',
  garbled: 'The external key store proxy sent a response that could not be read.',
  misconfigured: 'The external key store proxy is not configured correctly.',
};
const externalKeySays: Readonly<Record<ExternalKeyRec['state'], string | undefined>> = {
  enabled: undefined,
  disabled: 'The external key store proxy rejected the request because the external key is not enabled.',
  absent: 'The external key store proxy rejected the request because it could not find the external key.',
  unsuitable:
    'The external key store proxy rejected the request because the external key does not support the operation.',
};

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
