import { copyMaterial } from '../hsm.ts';
import { keyMetadata } from '../keyMetadata.ts';
import { materialsOf } from '../materials.ts';
import { multiRegionOf, roleAfter, roleFault } from '../multiRegion.ts';
import { keyPolicyText, tooManyKeys } from '../newKey.ts';
import {
  epochMs,
  isRefusal,
  keyArn,
  partitionOf,
  ref,
  refuse,
  type KeyRec,
  type Refusal,
  type Region,
} from '../model/index.ts';
import { knownElsewhere } from '../placeMaterial.ts';
import { keyNamedBy } from '../oneKey.ts';
import { operation, theKey, type Step } from '../operation.ts';
import { namingPolicy } from '../principals.ts';
import { isRegion } from '../regions.ts';
import { tagFault, tagKeys, type Tag } from '../tagRules.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html

export interface ReplicateKeyRequest {
  readonly KeyId: string;
  readonly ReplicaRegion: Region;
  readonly Policy?: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
  readonly Description?: string;
  readonly Tags?: readonly Tag[];
}
export interface ReplicateKeyResponse {
  readonly ReplicaKeyMetadata: Readonly<Record<string, unknown>>;
  readonly ReplicaPolicy: string;
  readonly ReplicaTags: readonly Tag[];
}

/** OURS: how long a replica is in the making; AWS says seconds. */
const replicationTakesMs = 30_000;

export const ReplicateKey = operation<ReplicateKeyRequest, ReplicateKeyResponse>({
  name: 'ReplicateKey',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [
    'UnsupportedOperationException',
    'AlreadyExistsException',
    'TagException',
    'MalformedPolicyDocumentException',
    'LimitExceededException',
    'ValidationException',
  ],
  find: keyNamedBy('kms:ReplicateKey', 'withoutAliases'),
  permissions: ({ Tags }, located) => [
    { action: 'kms:ReplicateKey', key: theKey(located) },
    { action: 'kms:CreateKey', resource: '*' },
    ...(Tags?.length ? [{ action: 'kms:TagResource', resource: '*' }] : []),
  ],
  context: ({ ReplicaRegion, Tags = [] }) => ({ 'kms:ReplicaRegion': ReplicaRegion, ...tagKeys(Tags) }),
  async run(input, located, step) {
    const { rec } = theKey(located);
    const { ReplicaRegion, Tags = [] } = input;
    const fault = cannot(input, rec, step);
    if (fault) return fault;
    const arn = keyArn(ReplicaRegion, rec.account, rec.key);
    const policy = keyPolicyText(
      { Policy: input.Policy, bypass: input.BypassPolicyLockoutSafetyCheck ?? false, arn },
      step,
    );
    if (isRefusal(policy)) return policy;
    const replica = makeReplica(rec, arn, input, step);
    const { view } = step;
    view.put(ref.keyPolicy(arn), { key: arn, ...namingPolicy(policy, view) });
    for (const { TagKey, TagValue } of Tags) view.put(ref.tag(arn, TagKey), { key: arn, TagKey, TagValue });
    const set = multiRegionOf(rec, view);
    roleAfter(rec, 'ReplicateKey', view);
    view.put(ref.multiRegion(rec.account, rec.key), { ...set, replicas: [...set.replicas, ReplicaRegion] });
    // FACTS.md "Values": the answer shows the replica before its material is there.
    const ReplicaKeyMetadata = keyMetadata({ ...replica, currentMaterial: undefined }, view);
    for (const one of materialsOf(rec.arn, view)) {
      if (rec.Origin === 'AWS_KMS') await copyMaterial(step, one, arn);
      else view.put(ref.material(arn, one.version), knownElsewhere(one, replica, undefined));
    }
    return { ReplicaKeyMetadata, ReplicaPolicy: policy, ReplicaTags: Tags };
  },
  trail: {
    request: ['KeyId', 'ReplicaRegion', 'BypassPolicyLockoutSafetyCheck', 'Description', 'Tags', 'Policy'],
    elsewhere: ({ ReplicaRegion, Description = '' }, located) => {
      const { rec } = theKey(located);
      const { account, key, Origin, KeySpec, KeyUsage } = rec;
      const replica = { account, arn: keyArn(ReplicaRegion, account, key) };
      const requestParameters = {
        description: Description,
        origin: Origin,
        customerMasterKeySpec: KeySpec,
        keySpec: KeySpec,
        keyUsage: KeyUsage,
        multiRegion: true,
      };
      return [
        { region: ReplicaRegion, eventName: 'CreateKey', key: replica, byService: false, requestParameters },
      ];
    },
    response: ({ ReplicaKeyMetadata, ReplicaPolicy, ReplicaTags }) => ({
      replicaKeyMetadata: { arn: ReplicaKeyMetadata['Arn'], keyId: ReplicaKeyMetadata['KeyId'] },
      replicaPolicy: ReplicaPolicy,
      replicaTags: ReplicaTags.map(({ TagKey, TagValue }) => ({ tagKey: TagKey, tagValue: TagValue })),
    }),
  },
});

function cannot(
  { ReplicaRegion, Tags = [] }: ReplicateKeyRequest,
  rec: KeyRec,
  step: Step,
): Refusal | undefined {
  // FACTS.md "Order of checks": primary before Region.
  const notHere = roleFault(rec, 'ReplicateKey', step.view);
  if (notHere) return notHere;
  // OURS: what is said of a Region that does not exist is in no recording; it is refused as one of another partition is.
  if (!isRegion(ReplicaRegion) || partitionOf(ReplicaRegion) !== partitionOf(rec.region)) {
    return refuse('UnsupportedOperationException', '', 'specs.json multiRegion replica');
  }
  const { primary, replicas } = multiRegionOf(rec, step.view);
  if (ReplicaRegion === primary || replicas.includes(ReplicaRegion)) {
    // OURS: what is said of a Region that has the key already is in no recording; it says nothing here.
    return refuse('AlreadyExistsException', '', 'operations.json ReplicateKey errors');
  }
  const there = { view: step.view, identity: step.identity, region: ReplicaRegion };
  return tagFault(Tags) ?? tooManyKeys(there);
}

/** Writes the replica: what is shared comes from the primary, the rest is its own (specs.json "multiRegion"). */
function makeReplica(rec: KeyRec, arn: KeyRec['arn'], input: ReplicateKeyRequest, step: Step): KeyRec {
  const replica: KeyRec = {
    ...rec,
    arn,
    region: input.ReplicaRegion,
    Description: input.Description ?? '',
    CreationDate: step.env.at,
    DeletionDate: undefined,
    pendingWindowInDays: undefined,
    KeyState: 'Creating',
    settles: epochMs(step.env.at + replicationTakesMs),
    currentMaterial: rec.Origin === 'EXTERNAL' ? undefined : rec.currentMaterial,
  };
  step.view.put(ref.key(arn), replica);
  step.view.count(`keys/${rec.account}/${input.ReplicaRegion}`, 1);
  return replica;
}
