import {
  isRefusal,
  parsePolicy,
  ref,
  refuse,
  type Operation,
  type Refusal,
  type Service,
  type VpcEndpointRec,
} from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { hexDigits } from '../ids.ts';
import { makeService } from '../service.ts';
import shapes from '../shapes/ec2.json';

/*
 * As much of EC2 as a KMS endpoint needs: making one, giving it a policy, taking it away.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
 */

const ec2 = declareIn('ec2');

/** EC2's default endpoint policy lets everything through; a document is kept as it was given. */
function policyFault(text: string | undefined): Refusal | undefined {
  const document = text === undefined ? undefined : parsePolicy(text, 'endpoint');
  return document && isRefusal(document)
    ? refuse('InvalidPolicyDocument', document.message, 'EC2 API Reference, error codes') // OURS: the text
    : undefined;
}

const missing = (id: string): Refusal =>
  refuse(
    'InvalidVpcEndpointId.NotFound',
    `The Vpc Endpoint Id '${id}' does not exist`, // OURS: the text
    'EC2 API Reference, error codes',
  );

const output = ({ id, vpc, serviceName, account, created, policy }: VpcEndpointRec) => ({
  VpcEndpointId: id,
  VpcEndpointType: 'Interface',
  VpcId: vpc,
  ServiceName: serviceName,
  State: 'available',
  OwnerId: account,
  CreationTimestamp: new Date(created),
  ...(policy === undefined ? {} : { PolicyDocument: policy }),
});

export const ec2Operations: readonly Operation[] = [
  ec2<{ readonly VpcId: string; readonly ServiceName?: string; readonly PolicyDocument?: string }, object>({
    name: 'CreateVpcEndpoint',
    refusals: ['InvalidPolicyDocument', 'InvalidServiceName'],
    on: (_, { identity, region }) => `arn:aws:ec2:${region}:${identity.account}:vpc-endpoint/*`,
    members: ['VpcId', 'ServiceName', 'PolicyDocument', 'VpcEndpointType'],
    run({ VpcId, PolicyDocument, ServiceName }, { view, identity, region, env }) {
      const kms = [`com.amazonaws.${region}.kms`, `com.amazonaws.${region}.kms-fips`];
      const name = ServiceName ?? kms[0] ?? '';
      if (!kms.includes(name)) {
        // OURS: endpoints of other services are not simulated.
        return refuse(
          'InvalidServiceName',
          `The Vpc Endpoint Service '${name}' does not exist`,
          'policy.md §10',
        );
      }
      const fault = policyFault(PolicyDocument);
      if (fault) return fault;
      const rec: VpcEndpointRec = {
        id: `vpce-${hexDigits(17, env)}`,
        vpc: VpcId,
        account: identity.account,
        region,
        serviceName: name,
        policy: PolicyDocument,
        created: env.at,
      };
      view.put(ref.vpcEndpoint(rec.id), rec);
      return { VpcEndpoint: output(rec) };
    },
    shows: (shown) => ({ ...shown }),
  }),
  ec2<
    { readonly VpcEndpointId: string; readonly PolicyDocument?: string; readonly ResetPolicy?: boolean },
    object
  >({
    name: 'ModifyVpcEndpoint',
    refusals: ['InvalidPolicyDocument', 'InvalidVpcEndpointId.NotFound'],
    on: ({ VpcEndpointId }, { identity, region }) =>
      `arn:aws:ec2:${region}:${identity.account}:vpc-endpoint/${VpcEndpointId}`,
    members: ['VpcEndpointId', 'PolicyDocument', 'ResetPolicy'],
    run({ VpcEndpointId, PolicyDocument, ResetPolicy }, { view, identity }) {
      const rec = view.get(ref.vpcEndpoint(VpcEndpointId));
      if (rec?.account !== identity.account) return missing(VpcEndpointId);
      const fault = policyFault(PolicyDocument);
      if (fault) return fault;
      const policy = ResetPolicy === true ? undefined : (PolicyDocument ?? rec.policy);
      view.put(ref.vpcEndpoint(VpcEndpointId), { ...rec, policy });
      return { Return: true };
    },
  }),
  ec2<{ readonly VpcEndpointIds: readonly string[] }, object>({
    name: 'DeleteVpcEndpoints',
    refusals: ['InvalidVpcEndpointId.NotFound'],
    on: ({ VpcEndpointIds: [id = '*'] }, { identity, region }) =>
      `arn:aws:ec2:${region}:${identity.account}:vpc-endpoint/${id}`,
    members: ['VpcEndpointIds'],
    run({ VpcEndpointIds }, { view, identity }) {
      for (const id of VpcEndpointIds) {
        if (view.get(ref.vpcEndpoint(id))?.account !== identity.account) return missing(id);
        view.put(ref.vpcEndpoint(id), undefined);
      }
      return { Unsuccessful: [] };
    },
  }),
];

export const ec2Service: Service = makeService('ec2', shapes, ec2Operations, {
  denied: 'UnauthorizedOperation',
  deniedStatus: 403,
  invalid: 'InvalidParameterValue',
  unknown: 'InvalidAction',
});
