import {
  isRefusal,
  type Operation,
  type Refusal,
  type Region,
  type SecretRec,
  type SecretReplica,
  type Step,
} from '../../engine/index.ts';
import { at } from '../refs.ts';
import {
  onSecret,
  open,
  relabel,
  seal,
  secretFault,
  secrets,
  theSecret,
  versionsOf,
  type OfSecret,
  type Value,
} from './secrets.ts';
import { invalidParameter, invalidRequest, markedForDeletion, ofKey, ofSecret } from './words.ts';

/*
 * Secrets in several Regions: the same value, in each Region under a key of that Region. OURS: a replica is there at once,
 * and it is the caller, through Secrets Manager, for whom keys are asked.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
 */

const putSecret = (rec: SecretRec, { view }: Step): void =>
  view.put(at.secret(rec.account, rec.region, rec.name), rec);

const replicaAt = ({ account, name }: SecretRec, region: Region, { view }: Step): SecretRec | undefined =>
  view.get(at.secret(account, region, name));

export const replicaFault = ({ primaryRegion }: SecretRec): Refusal | undefined =>
  primaryRegion === undefined
    ? undefined
    : invalidRequest(`Operation not permitted on a replica secret. Call must be made in ${primaryRegion}.`);

const statusOf = ({ region, keyId, failure }: SecretReplica) => ({
  Region: region,
  KmsKeyId: keyId ?? 'alias/aws/secretsmanager',
  Status: failure === undefined ? 'InSync' : 'Failed',
  ...(failure === undefined ? {} : { StatusMessage: failure }),
});
export const replicationShown = ({ primaryRegion, replicas = [] }: SecretRec) => ({
  ...(primaryRegion === undefined ? {} : { PrimaryRegion: primaryRegion }),
  ...(replicas.length === 0 ? {} : { ReplicationStatus: replicas.map(statusOf) }),
});

function forgetReplica(rec: SecretRec, step: Step): void {
  for (const { id } of versionsOf(rec, step)) step.view.put(at.secretVersion(rec.arn, id), undefined);
  step.view.put(at.secret(rec.account, rec.region, rec.name), undefined);
}

const failed = ({ refused, message }: Refusal): string => `${refused}: ${message}`;

/** The labelled versions of a primary, in another Region: each decrypted here, and encrypted there. */
async function replicate(primary: SecretRec, to: SecretReplica, step: Step): Promise<SecretReplica> {
  const { region, keyId } = to;
  const replica: SecretRec = {
    ...primary,
    arn: primary.arn.replace(`:${primary.region}:`, `:${region}:`),
    region,
    keyId,
    primaryRegion: primary.region,
    replicas: undefined,
    changed: step.env.at,
  };
  putSecret(replica, step);
  for (const version of versionsOf(primary, step).filter(({ stages }) => stages.length > 0)) {
    const { id, kind, stages } = version;
    const bytes = await open(primary, version, step);
    const made = isRefusal(bytes) ? bytes : await seal(replica, { id, value: { kind, bytes }, stages }, step);
    if (isRefusal(made)) {
      forgetReplica(replica, step);
      return { ...to, failure: failed(made) };
    }
  }
  return { ...to, failure: undefined };
}

/** A new version goes to the replicas too. What cannot be encrypted there is not there, and the primary says so. */
export async function followed(
  secret: SecretRec,
  version: { readonly id: string; readonly value: Value; readonly stages: readonly string[] },
  step: Step,
): Promise<void> {
  if (!secret.replicas?.length) return;
  const replicas: SecretReplica[] = [];
  for (const one of secret.replicas) {
    const replica = replicaAt(secret, one.region, step);
    const made = replica && (await seal(replica, version, step));
    if (replica && !isRefusal(made)) relabel(replica, version.id, version.stages, step);
    replicas.push(isRefusal(made) ? { ...one, failure: failed(made) } : one);
  }
  putSecret({ ...secret, replicas, changed: step.env.at }, step);
}

interface ReplicateRequest extends OfSecret {
  readonly AddReplicaRegions: readonly { readonly Region: string; readonly KmsKeyId?: string }[];
  readonly ForceOverwriteReplicaSecret?: boolean;
}

const ReplicateSecretToRegions = secrets<ReplicateRequest, object>({
  name: 'ReplicateSecretToRegions',
  refusals: [...ofSecret, ...ofKey, 'InvalidParameterException'],
  exists: secretFault,
  asks: onSecret('secretsmanager:ReplicateSecretToRegions'),
  members: ['SecretId', 'AddReplicaRegions', 'ForceOverwriteReplicaSecret'],
  async run({ SecretId, AddReplicaRegions, ForceOverwriteReplicaSecret = false }, step) {
    const secret = theSecret(SecretId, step);
    if (secret.deletionDate !== undefined) return markedForDeletion();
    const ofReplica = replicaFault(secret);
    if (ofReplica) return ofReplica;
    if (AddReplicaRegions.some(({ Region }) => Region === secret.region))
      return invalidParameter('Invalid replica Region: it is the Region of the primary secret.');
    let replicas = secret.replicas ?? [];
    for (const { Region: name, KmsKeyId } of AddReplicaRegions) {
      const region = name as Region; // its form has been read by the shape
      const there = replicaAt(secret, region, step);
      const own = there?.primaryRegion === secret.region && there.arn.endsWith(secret.arn.slice(-7));
      if (there && !own && !ForceOverwriteReplicaSecret) {
        const failure = `A secret named ${secret.name} is already in ${region}.`;
        const other = replicas.filter((one) => one.region !== region);
        replicas = [...other, { region, keyId: KmsKeyId, failure }];
        continue;
      }
      if (there) forgetReplica(there, step);
      const one = await replicate(secret, { region, keyId: KmsKeyId, failure: undefined }, step);
      replicas = [...replicas.filter((other) => other.region !== region), one];
    }
    putSecret({ ...secret, replicas }, step);
    return { ARN: secret.arn, ReplicationStatus: replicas.map(statusOf) };
  },
  shows: (shown) => ({ ...shown }),
});

const RemoveRegionsFromReplication = secrets<
  OfSecret & { readonly RemoveReplicaRegions: readonly string[] },
  object
>({
  name: 'RemoveRegionsFromReplication',
  refusals: ofSecret,
  exists: secretFault,
  asks: onSecret('secretsmanager:RemoveRegionsFromReplication'),
  members: ['SecretId', 'RemoveReplicaRegions'],
  run({ SecretId, RemoveReplicaRegions }, step) {
    const secret = theSecret(SecretId, step);
    const ofReplica = replicaFault(secret);
    if (ofReplica) return ofReplica;
    const [gone, kept] = [true, false].map((is) =>
      (secret.replicas ?? []).filter(({ region }) => RemoveReplicaRegions.includes(region) === is),
    );
    for (const { region } of gone ?? []) {
      const replica = replicaAt(secret, region, step);
      if (replica?.primaryRegion === secret.region) forgetReplica(replica, step);
    }
    putSecret({ ...secret, replicas: kept }, step);
    return { ARN: secret.arn, ReplicationStatus: (kept ?? []).map(statusOf) };
  },
  shows: (shown) => ({ ...shown }),
});

/** A replica becomes a secret of its own: asked for in its Region. */
const StopReplicationToReplica = secrets<OfSecret, object>({
  name: 'StopReplicationToReplica',
  refusals: ofSecret,
  exists: secretFault,
  asks: onSecret('secretsmanager:StopReplicationToReplica'),
  members: ['SecretId'],
  run({ SecretId }, step) {
    const secret = theSecret(SecretId, step);
    if (secret.primaryRegion === undefined) return invalidRequest('The secret is not a replica.');
    const primary = replicaAt(secret, secret.primaryRegion, step);
    putSecret({ ...secret, primaryRegion: undefined }, step);
    if (primary) {
      const replicas = primary.replicas?.filter(({ region }) => region !== secret.region);
      putSecret({ ...primary, replicas }, step);
    }
    return { ARN: secret.arn };
  },
  shows: (shown) => ({ ...shown }),
});

export const replicaOperations: readonly Operation[] = [
  ReplicateSecretToRegions,
  RemoveRegionsFromReplication,
  StopReplicationToReplica,
];
