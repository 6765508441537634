import { fromBase64, toHex, utf8 } from '../crypto/index.ts';
import { sealForSelf } from '../hsm.ts';
import { addressClash } from '../keyStoreAddresses.ts';
import { behind, storesOf } from '../keyStores.ts';
import { ref, refuse, type KeyStoreRec, type Refusal } from '../model/index.ts';
import { noKey, onTheAccount } from '../oneKey.ts';
import { operation, type Step } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateCustomKeyStore.html

export interface CreateCustomKeyStoreRequest {
  readonly CustomKeyStoreName: string;
  readonly CloudHsmClusterId?: string;
  readonly TrustAnchorCertificate?: string;
  readonly KeyStorePassword?: string;
  readonly CustomKeyStoreType?: KeyStoreRec['type'];
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
export interface CreateCustomKeyStoreResponse {
  readonly CustomKeyStoreId: string;
}

/** quotas.json "customKeyStoresPerAccountRegion". */
export const storesPerAccountAndRegion = 10;

export const CreateCustomKeyStore = operation<CreateCustomKeyStoreRequest, CreateCustomKeyStoreResponse>({
  name: 'CreateCustomKeyStore',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [
    'LimitExceededException',
    'CustomKeyStoreNameInUseException',
    'CloudHsmClusterInUseException',
    'CloudHsmClusterNotActiveException',
    'CloudHsmClusterInvalidConfigurationException',
    'IncorrectTrustAnchorException',
    'CloudHsmClusterNotFoundException',
    'XksProxyUriInUseException',
    'XksProxyUriEndpointInUseException',
    'XksProxyVpcEndpointServiceInUseException',
    'XksProxyVpcEndpointServiceInvalidConfigurationException',
    'XksProxyVpcEndpointServiceNotFoundException',
    'XksProxyInvalidConfigurationException',
    'XksProxyUriUnreachableException',
    'XksProxyIncorrectAuthenticationCredentialException',
    'XksProxyInvalidResponseException',
  ],
  check: memberFault,
  find: noKey,
  permissions: onTheAccount('kms:CreateCustomKeyStore'),
  async run(input, _located, step) {
    const { view, env, identity, region } = step;
    const others = storesOf(step);
    const fault = clash(input, others);
    if (fault) return fault;
    const id = `cks-${toHex(env.random(9)).slice(0, 17)}`;
    const store = await newStore(input, id, step);
    const unreachable = behind(store, step);
    if (unreachable) return unreachable;
    view.put(ref.keyStore(identity.account, region, id), store);
    return { CustomKeyStoreId: id };
  },
  trail: {
    request: ['CustomKeyStoreName', 'CloudHsmClusterId'],
    response: ({ CustomKeyStoreId }) => ({ customKeyStoreId: CustomKeyStoreId }),
  },
});

const typeOf = (input: CreateCustomKeyStoreRequest): KeyStoreRec['type'] =>
  input.CustomKeyStoreType ?? 'AWS_CLOUDHSM';

/** OURS: which members each type needs is documented, the texts are not. */
function memberFault(input: CreateCustomKeyStoreRequest): Refusal | undefined {
  const needed: readonly (keyof CreateCustomKeyStoreRequest)[] =
    typeOf(input) === 'AWS_CLOUDHSM'
      ? ['CloudHsmClusterId', 'TrustAnchorCertificate', 'KeyStorePassword']
      : [
          'XksProxyUriEndpoint',
          'XksProxyUriPath',
          'XksProxyAuthenticationCredential',
          'XksProxyConnectivity',
          ...(input.XksProxyConnectivity === 'VPC_ENDPOINT_SERVICE'
            ? (['XksProxyVpcEndpointServiceName'] as const)
            : []),
        ];
  const missing = needed.find((member) => input[member] === undefined);
  if (missing !== undefined) {
    return refuse(
      'ValidationException',
      `${missing} is required for CustomKeyStoreType ${typeOf(input)}.`,
      'specs.json customKeyStores',
    );
  }
  const secret = input.XksProxyAuthenticationCredential?.RawSecretAccessKey;
  return secret !== undefined && !fromBase64(secret)
    ? refuse(
        'XksProxyIncorrectAuthenticationCredentialException',
        '',
        'operations.json CreateCustomKeyStore errors',
      )
    : undefined;
}

/** Names, clusters and proxy addresses are unique in an account and Region (specs.json customKeyStores). */
function clash(input: CreateCustomKeyStoreRequest, others: readonly KeyStoreRec[]): Refusal | undefined {
  const because = 'specs.json customKeyStores';
  if (others.length >= storesPerAccountAndRegion)
    return refuse('LimitExceededException', '', 'quotas.json customKeyStoresPerAccountRegion');
  if (others.some(({ name }) => name === input.CustomKeyStoreName)) {
    return refuse('CustomKeyStoreNameInUseException', '', because);
  }
  const { CloudHsmClusterId: clusterId } = input;
  if (clusterId !== undefined && others.some(({ cloudHsm }) => cloudHsm?.clusterId === clusterId)) {
    return refuse('CloudHsmClusterInUseException', '', because);
  }
  return addressClash(
    {
      endpoint: input.XksProxyUriEndpoint,
      path: input.XksProxyUriPath,
      connectivity: input.XksProxyConnectivity,
      vpcServiceName: input.XksProxyVpcEndpointServiceName,
    },
    others,
  );
}

async function newStore(input: CreateCustomKeyStoreRequest, id: string, step: Step): Promise<KeyStoreRec> {
  const type = typeOf(input);
  const credential = input.XksProxyAuthenticationCredential;
  const secret = credential?.RawSecretAccessKey ?? input.KeyStorePassword ?? '';
  return {
    id,
    account: step.identity.account,
    region: step.region,
    name: input.CustomKeyStoreName,
    type,
    state: 'DISCONNECTED',
    errorCode: undefined,
    settles: undefined,
    created: step.env.at,
    cloudHsm:
      type === 'AWS_CLOUDHSM'
        ? { clusterId: input.CloudHsmClusterId ?? '', trustAnchor: input.TrustAnchorCertificate ?? '' }
        : undefined,
    xks:
      type === 'EXTERNAL_KEY_STORE'
        ? {
            endpoint: input.XksProxyUriEndpoint ?? '',
            path: input.XksProxyUriPath ?? '',
            connectivity: input.XksProxyConnectivity ?? 'PUBLIC_ENDPOINT',
            vpcServiceName: input.XksProxyVpcEndpointServiceName,
            vpcServiceOwner: input.XksProxyVpcEndpointServiceOwner,
            accessKeyId: credential?.AccessKeyId ?? '',
          }
        : undefined,
    secret: await sealForSelf(step, utf8(secret), `key store ${id}`),
  };
}
