import { refuse, type KeyStoreRec, type Refusal } from './model/index.ts';

/** Where the proxy of an external key store is reached. */
type Address = {
  readonly [part in 'endpoint' | 'path' | 'connectivity' | 'vpcServiceName']: string | undefined;
};

/** specs.json xks "uniqueAddress": who may share what. A VPC endpoint service has one key store in a Region. */
export function addressClash(
  { endpoint, path, connectivity, vpcServiceName }: Address,
  others: readonly KeyStoreRec[],
): Refusal | undefined {
  const because = 'specs.json xks uniqueAddress';
  const proxies = others.flatMap(({ xks }) => xks ?? []);
  if (proxies.some((xks) => xks.endpoint === endpoint && xks.path === path))
    return refuse('XksProxyUriInUseException', '', because);
  const overVpc = (how: string | undefined) => how === 'VPC_ENDPOINT_SERVICE';
  if (
    proxies.some((xks) => xks.endpoint === endpoint && (overVpc(connectivity) || overVpc(xks.connectivity)))
  )
    return refuse('XksProxyUriEndpointInUseException', '', because);
  return overVpc(connectivity) && proxies.some((xks) => xks.vpcServiceName === vpcServiceName)
    ? refuse('XksProxyVpcEndpointServiceInUseException', '', because)
    : undefined;
}
