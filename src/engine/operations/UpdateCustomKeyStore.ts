import { utf8 } from '../crypto/index.ts';
import { sealForSelf } from '../hsm.ts';
import { addressClash } from '../keyStoreAddresses.ts';
import { behind, storeStateFault, storesOf } from '../keyStores.ts';
import { ref, refuse, type KeyStoreRec, type Refusal } from '../model/index.ts';
import { onTheAccount } from '../oneKey.ts';
import { storeFacts, storeNamed, theStore } from '../onStore.ts';
import { operation, type Step } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateCustomKeyStore.html

export interface UpdateCustomKeyStoreRequest {
  readonly CustomKeyStoreId: string;
  readonly NewCustomKeyStoreName?: string;
  readonly KeyStorePassword?: string;
  readonly CloudHsmClusterId?: string;
  readonly XksProxyUriEndpoint?: string;
  readonly XksProxyUriPath?: string;
  readonly XksProxyVpcEndpointServiceName?: string;
  readonly XksProxyVpcEndpointServiceOwner?: string;
  readonly XksProxyAuthenticationCredential?: {
    readonly AccessKeyId: string;
    readonly RawSecretAccessKey: string;
  };
  readonly XksProxyConnectivity?: 'PUBLIC_ENDPOINT' | 'VPC_ENDPOINT_SERVICE';
}

export const UpdateCustomKeyStore = operation<UpdateCustomKeyStoreRequest, Readonly<Record<string, never>>>({
  name: 'UpdateCustomKeyStore',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [
    'CustomKeyStoreInvalidStateException',
    'CustomKeyStoreNameInUseException',
    'CloudHsmClusterNotRelatedException',
    'CloudHsmClusterNotActiveException',
    'CloudHsmClusterInvalidConfigurationException',
    'CloudHsmClusterNotFoundException',
    'IncorrectTrustAnchorException',
    'XksProxyUriInUseException',
    'XksProxyUriEndpointInUseException',
    'XksProxyVpcEndpointServiceInUseException',
    'XksProxyVpcEndpointServiceInvalidConfigurationException',
    'XksProxyVpcEndpointServiceNotFoundException',
    'XksProxyInvalidConfigurationException',
    'XksProxyInvalidResponseException',
    'XksProxyUriUnreachableException',
    'XksProxyIncorrectAuthenticationCredentialException',
  ],
  find: storeNamed,
  permissions: onTheAccount('kms:UpdateCustomKeyStore'),
  async run(input, located, step) {
    const store = theStore(located);
    const fault = cannotWhileConnected(input, store) ?? taken(input, store, step);
    if (fault) return fault;
    const updated = await withChanges(input, store, step);
    const unreachable = behind(updated, step);
    if (unreachable) return unreachable;
    step.view.put(ref.keyStore(store.account, store.region, store.id), updated);
    return {};
  },
  trail: {
    request: [
      'CustomKeyStoreId',
      'NewCustomKeyStoreName',
      'CloudHsmClusterId',
      'XksProxyUriEndpoint',
      'XksProxyUriPath',
    ],
    response: 'none',
    additional: (_output, located) => storeFacts(located),
  },
});

/** specs.json customKeyStores "updateWhileConnected". */
function cannotWhileConnected(input: UpdateCustomKeyStoreRequest, store: KeyStoreRec): Refusal | undefined {
  if (store.state === 'DISCONNECTED') return undefined;
  const free = new Set<string>(['CustomKeyStoreId', 'NewCustomKeyStoreName']);
  if (store.xks)
    for (const member of ['XksProxyAuthenticationCredential', 'XksProxyUriPath']) free.add(member);
  return Object.keys(input).every((member) => free.has(member)) ? undefined : storeStateFault(store);
}

function taken(input: UpdateCustomKeyStoreRequest, store: KeyStoreRec, step: Step): Refusal | undefined {
  const because = 'specs.json customKeyStores';
  const others = storesOf(step).filter(({ id }) => id !== store.id);
  if (others.some(({ name }) => name === input.NewCustomKeyStoreName)) {
    return refuse('CustomKeyStoreNameInUseException', '', because);
  }
  if (input.CloudHsmClusterId !== undefined && !store.cloudHsm) {
    return refuse('CloudHsmClusterNotRelatedException', '', because);
  }
  if (!store.xks) return undefined;
  return addressClash(
    {
      endpoint: input.XksProxyUriEndpoint ?? store.xks.endpoint,
      path: input.XksProxyUriPath ?? store.xks.path,
      connectivity: input.XksProxyConnectivity ?? store.xks.connectivity,
      vpcServiceName: input.XksProxyVpcEndpointServiceName ?? store.xks.vpcServiceName,
    },
    others,
  );
}

async function withChanges(
  input: UpdateCustomKeyStoreRequest,
  store: KeyStoreRec,
  step: Step,
): Promise<KeyStoreRec> {
  const { cloudHsm, xks } = store;
  const secret = input.XksProxyAuthenticationCredential?.RawSecretAccessKey ?? input.KeyStorePassword;
  return {
    ...store,
    name: input.NewCustomKeyStoreName ?? store.name,
    cloudHsm: cloudHsm && { ...cloudHsm, clusterId: input.CloudHsmClusterId ?? cloudHsm.clusterId },
    xks: xks && {
      endpoint: input.XksProxyUriEndpoint ?? xks.endpoint,
      path: input.XksProxyUriPath ?? xks.path,
      connectivity: input.XksProxyConnectivity ?? xks.connectivity,
      vpcServiceName: input.XksProxyVpcEndpointServiceName ?? xks.vpcServiceName,
      vpcServiceOwner: input.XksProxyVpcEndpointServiceOwner ?? xks.vpcServiceOwner,
      accessKeyId: input.XksProxyAuthenticationCredential?.AccessKeyId ?? xks.accessKeyId,
    },
    secret:
      secret === undefined ? store.secret : await sealForSelf(step, utf8(secret), `key store ${store.id}`),
  };
}
