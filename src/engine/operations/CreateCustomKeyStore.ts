import { fromBase64, toHex, utf8 } from '../crypto/index.ts';
import { sealForSelf } from '../hsm.ts';
import { backingId, backingOf } from '../keyStores.ts';
import { ref, refuse, under, type KeyStoreRec, type Refusal } from '../model/index.ts';
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
const storesPerAccountAndRegion = 10;

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
    'XksProxyUriInUseException',
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

export const storesOf = ({ view, identity, region }: Step): readonly KeyStoreRec[] =>
  view
    .range('ref', { prefix: under.keyStores(identity.account, region), n: 1000 })
    .map(({ rec }) => rec as KeyStoreRec);

/** Names, clusters and proxy addresses are unique in an account and Region (specs.json customKeyStores). */
export function clash(
  input: Pick<
    CreateCustomKeyStoreRequest,
    'CustomKeyStoreName' | 'CloudHsmClusterId' | 'XksProxyUriEndpoint' | 'XksProxyUriPath'
  >,
  others: readonly KeyStoreRec[],
): Refusal | undefined {
  const because = 'specs.json customKeyStores';
  if (others.length >= storesPerAccountAndRegion)
    return refuse('LimitExceededException', '', 'quotas.json customKeyStoresPerAccountRegion');
  if (others.some(({ name }) => name === input.CustomKeyStoreName)) {
    return refuse('CustomKeyStoreNameInUseException', '', because);
  }
  if (
    others.some(({ cloudHsm }) => cloudHsm?.clusterId === input.CloudHsmClusterId && cloudHsm !== undefined)
  ) {
    return refuse('CloudHsmClusterInUseException', '', because);
  }
  const { XksProxyUriEndpoint: endpoint, XksProxyUriPath: path } = input;
  return others.some(({ xks }) => xks && xks.endpoint === endpoint && xks.path === path)
    ? refuse('XksProxyUriInUseException', '', 'specs.json xks uniqueAddress')
    : undefined;
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

/** What is behind the store has to be well when it is created. */
export function behind(store: KeyStoreRec, { view }: Step): Refusal | undefined {
  if (store.cloudHsm) {
    const because = 'operations.json CreateCustomKeyStore errors';
    const cluster = backingOf(store.cloudHsm.clusterId, 'cluster', view);
    if (cluster.health === 'down') return refuse('CloudHsmClusterNotActiveException', '', because);
    if (cluster.activeHsms < 2) return refuse('CloudHsmClusterInvalidConfigurationException', '', because);
    return store.cloudHsm.trustAnchor.includes('BEGIN CERTIFICATE')
      ? undefined
      : refuse('IncorrectTrustAnchorException', '', because);
  }
  const proxy = backingOf(backingId(store), 'proxy', view);
  const byHealth = {
    healthy: undefined,
    slow: 'XksProxyUriUnreachableException',
    down: 'XksProxyUriUnreachableException',
    refuses: 'XksProxyIncorrectAuthenticationCredentialException',
  } as const;
  const exception = byHealth[proxy.health];
  return exception === undefined
    ? undefined
    : refuse(exception, '', 'operations.json CreateCustomKeyStore errors');
}
