import {
  epochMs,
  fromUtf8,
  isRefusal,
  parsePolicy,
  utf8,
  uuidFrom,
  type Bytes,
  type Operation,
  type Refusal,
  type SecretRec,
  type SecretVersionRec,
  type Service,
  type Step,
} from '../../engine/index.ts';
import { alphanumerics } from '../ids.ts';
import { at, below } from '../refs.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/secretsmanager.json';
import {
  keyOf,
  moveToKey,
  onSecret,
  open,
  relabel,
  seal,
  secretFault,
  secretNamed,
  secrets,
  theSecret,
  validateKey,
  versionsOf,
  type OfSecret,
  type Value,
} from './secrets.ts';
import { batchOperations } from './batch.ts';
import { followed, replicaFault, replicaOperations, replicationShown } from './replicas.ts';
import {
  exists,
  invalidParameter,
  invalidRequest,
  malformedPolicy,
  markedForDeletion,
  noValue,
  ofKey,
  ofSecret,
} from './words.ts';

// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html and its neighbours.

interface ValueRequest {
  readonly SecretString?: string;
  readonly SecretBinary?: Bytes;
  /** Becomes the version's id. */
  readonly ClientRequestToken?: string;
}

function valueOf({ SecretString, SecretBinary }: ValueRequest): Value | Refusal | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined)
    return invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  if (SecretString !== undefined) return { kind: 'string', bytes: utf8(SecretString) };
  return SecretBinary && { kind: 'binary', bytes: SecretBinary };
}

const versionId = ({ ClientRequestToken }: ValueRequest, { env }: Step): string =>
  ClientRequestToken ?? uuidFrom((n) => env.random(n));

const named = ({ arn, name }: SecretRec) => ({ ARN: arn, Name: name });

/** A new version, and who has which label after it. */
async function addVersion(
  secret: SecretRec,
  value: Value,
  { id, stages }: { readonly id: string; readonly stages: readonly string[] },
  step: Step,
): Promise<SecretVersionRec | Refusal> {
  if (step.view.get(at.secretVersion(secret.arn, id))) return exists(`version ${id} of ${secret.name}`);
  const made = await seal(secret, { id, value, stages }, step);
  if (!isRefusal(made)) relabel(secret, id, stages, step);
  return made;
}

const putSecret = (rec: SecretRec, { view }: Step): void =>
  view.put(at.secret(rec.account, rec.region, rec.name), rec);

const current = ['AWSCURRENT'] as const;

const CreateSecret = secrets<
  ValueRequest & { readonly Name: string; readonly Description?: string; readonly KmsKeyId?: string },
  object
>({
  name: 'CreateSecret',
  refusals: [...ofSecret, ...ofKey, 'ResourceExistsException', 'InvalidParameterException'],
  on: ({ Name }, { identity, region }) =>
    `arn:aws:secretsmanager:${region}:${identity.account}:secret:${Name}`,
  members: ['Name', 'Description', 'KmsKeyId', 'ClientRequestToken'],
  async run(input, step) {
    const { Name, Description, KmsKeyId } = input;
    const { identity, region, env, view } = step;
    const value = valueOf(input);
    if (isRefusal(value)) return value;
    const there = secretNamed(Name, step);
    if (there) return there.deletionDate === undefined ? exists(Name) : markedForDeletion();
    // What is gone leaves its versions behind: those are of another ARN.
    const rec: SecretRec = {
      arn: `arn:aws:secretsmanager:${region}:${identity.account}:secret:${Name}-${alphanumerics(6, env)}`,
      account: identity.account,
      region,
      name: Name,
      description: Description,
      keyId: KmsKeyId,
      policy: undefined,
      created: env.at,
      changed: env.at,
      deletionDate: undefined,
    };
    const fault = KmsKeyId === undefined ? undefined : await validateKey(KmsKeyId, rec, step);
    if (fault) return fault;
    view.put(at.secret(rec.account, region, Name), rec);
    if (!value) return named(rec);
    const made = await addVersion(rec, value, { id: versionId(input, step), stages: current }, step);
    return isRefusal(made) ? made : { ...named(rec), VersionId: made.id };
  },
  shows: (shown) => ({ ...shown }),
});

const PutSecretValue = secrets<
  OfSecret & ValueRequest & { readonly VersionStages?: readonly string[] },
  object
>({
  name: 'PutSecretValue',
  refusals: [...ofSecret, ...ofKey, 'ResourceExistsException', 'InvalidParameterException'],
  exists: secretFault,
  asks: onSecret('secretsmanager:PutSecretValue'),
  members: ['SecretId', 'ClientRequestToken', 'VersionStages'],
  async run(input, step) {
    const secret = theSecret(input.SecretId, step);
    if (secret.deletionDate !== undefined) return markedForDeletion();
    const ofReplica = replicaFault(secret);
    if (ofReplica) return ofReplica;
    const value = valueOf(input);
    if (isRefusal(value)) return value;
    if (!value) return invalidRequest('You must provide either SecretString or SecretBinary.');
    const stages = input.VersionStages ?? current;
    const made = await addVersion(secret, value, { id: versionId(input, step), stages }, step);
    if (isRefusal(made)) return made;
    putSecret({ ...secret, changed: step.env.at }, step);
    await followed(secret, { id: made.id, value, stages }, step);
    return { ...named(secret), VersionId: made.id, VersionStages: stages };
  },
  shows: (shown) => ({ ...shown }),
});

const UpdateSecret = secrets<
  OfSecret & ValueRequest & { readonly Description?: string; readonly KmsKeyId?: string },
  object
>({
  name: 'UpdateSecret',
  refusals: [...ofSecret, ...ofKey, 'ResourceExistsException', 'InvalidParameterException'],
  exists: secretFault,
  asks: onSecret('secretsmanager:UpdateSecret'),
  members: ['SecretId', 'Description', 'KmsKeyId', 'ClientRequestToken'],
  async run(input, step) {
    const { KmsKeyId, Description, SecretId } = input;
    const old = theSecret(SecretId, step);
    if (old.deletionDate !== undefined) return markedForDeletion();
    const ofReplica = replicaFault(old);
    if (ofReplica) return ofReplica;
    const value = valueOf(input);
    if (isRefusal(value)) return value;
    if (KmsKeyId !== undefined) {
      const fault = (await validateKey(KmsKeyId, old, step)) ?? (await moveToKey(old, KmsKeyId, step));
      if (fault) return fault;
    }
    const secret: SecretRec = {
      ...old,
      keyId: KmsKeyId ?? old.keyId,
      description: Description ?? old.description,
      changed: step.env.at,
    };
    putSecret(secret, step);
    if (!value) return named(secret);
    const made = await addVersion(secret, value, { id: versionId(input, step), stages: current }, step);
    if (isRefusal(made)) return made;
    await followed(secret, { id: made.id, value, stages: current }, step);
    return { ...named(secret), VersionId: made.id };
  },
  shows: (shown) => ({ ...shown }),
});

const GetSecretValue = secrets<
  OfSecret & { readonly VersionId?: string; readonly VersionStage?: string },
  object
>({
  name: 'GetSecretValue',
  readOnly: true,
  refusals: [...ofSecret, ...ofKey],
  exists: secretFault,
  asks: onSecret('secretsmanager:GetSecretValue'),
  members: ['SecretId', 'VersionId', 'VersionStage'],
  async run(
    { SecretId, VersionId, VersionStage = VersionId === undefined ? 'AWSCURRENT' : undefined },
    step,
  ) {
    const secret = theSecret(SecretId, step);
    if (secret.deletionDate !== undefined) return markedForDeletion();
    const version = versionsOf(secret, step).find(
      ({ id, stages }) =>
        (VersionId ?? id) === id && (VersionStage === undefined || stages.includes(VersionStage)),
    );
    if (!version)
      return noValue(
        VersionId === undefined ? `staging label: ${VersionStage ?? ''}` : `VersionId: ${VersionId}`,
      );
    const plain = await open(secret, version, step);
    if (isRefusal(plain)) return plain;
    return {
      ...named(secret),
      VersionId: version.id,
      ...(version.kind === 'string' ? { SecretString: fromUtf8(plain) ?? '' } : { SecretBinary: plain }),
      VersionStages: version.stages,
      CreatedDate: new Date(version.created),
    };
  },
});

const described = (rec: SecretRec, step: Step) => ({
  ...named(rec),
  ...(rec.description === undefined ? {} : { Description: rec.description }),
  ...(rec.keyId === undefined ? {} : { KmsKeyId: keyOf(rec) }),
  ...replicationShown(rec),
  CreatedDate: new Date(rec.created),
  LastChangedDate: new Date(rec.changed),
  ...(rec.deletionDate === undefined ? {} : { DeletedDate: new Date(rec.deletionDate) }),
  VersionIdsToStages: Object.fromEntries(versionsOf(rec, step).map(({ id, stages }) => [id, stages])),
});

const DescribeSecret = secrets<OfSecret, object>({
  name: 'DescribeSecret',
  readOnly: true,
  refusals: ofSecret,
  exists: secretFault,
  asks: onSecret('secretsmanager:DescribeSecret'),
  members: ['SecretId'],
  run: ({ SecretId }, step) => described(theSecret(SecretId, step), step),
});

const ListSecrets = secrets<object, object>({
  name: 'ListSecrets',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, step) {
    const { view, identity, region } = step;
    const all = view
      .range('ref', { prefix: below.secrets(identity.account, region), n: 1000 })
      .map(({ rec }) => rec as SecretRec)
      .filter(({ arn, deletionDate }) => deletionDate === undefined && secretNamed(arn, step));
    return { SecretList: all.map((rec) => described(rec, step)) };
  },
});

const day = 86_400_000;

const DeleteSecret = secrets<
  OfSecret & { readonly RecoveryWindowInDays?: number; readonly ForceDeleteWithoutRecovery?: boolean },
  object
>({
  name: 'DeleteSecret',
  refusals: [...ofSecret, 'InvalidParameterException'],
  exists: secretFault,
  asks: onSecret('secretsmanager:DeleteSecret'),
  members: ['SecretId', 'RecoveryWindowInDays', 'ForceDeleteWithoutRecovery'],
  run({ SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery = false }, step) {
    const secret = theSecret(SecretId, step);
    if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined)
      return invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      );
    if (secret.deletionDate !== undefined) return markedForDeletion();
    const ofReplica = replicaFault(secret);
    if (ofReplica) return ofReplica;
    if (secret.replicas?.length)
      return invalidRequest("You can't delete a secret that still has replica secrets.");
    const days = ForceDeleteWithoutRecovery ? 0 : (RecoveryWindowInDays ?? 30);
    const deletionDate = epochMs(step.env.at + days * day);
    putSecret({ ...secret, deletionDate }, step);
    return { ...named(secret), DeletionDate: new Date(deletionDate) };
  },
  shows: (shown) => ({ ...shown }),
});

const RestoreSecret = secrets<OfSecret, object>({
  name: 'RestoreSecret',
  refusals: ofSecret,
  exists: secretFault,
  asks: onSecret('secretsmanager:RestoreSecret'),
  members: ['SecretId'],
  run({ SecretId }, step) {
    const secret = theSecret(SecretId, step);
    putSecret({ ...secret, deletionDate: undefined }, step);
    return named(secret);
  },
  shows: (shown) => ({ ...shown }),
});

const PutResourcePolicy = secrets<OfSecret & { readonly ResourcePolicy: string }, object>({
  name: 'PutResourcePolicy',
  refusals: [...ofSecret, 'MalformedPolicyDocumentException'],
  exists: secretFault,
  asks: onSecret('secretsmanager:PutResourcePolicy'),
  members: ['SecretId', 'ResourcePolicy'],
  run({ SecretId, ResourcePolicy }, step) {
    const document = parsePolicy(ResourcePolicy, 'key');
    if (isRefusal(document)) return malformedPolicy(document.message);
    const secret = theSecret(SecretId, step);
    putSecret({ ...secret, policy: ResourcePolicy }, step);
    return named(secret);
  },
  shows: (shown) => ({ ...shown }),
});

const DeleteResourcePolicy = secrets<OfSecret, object>({
  name: 'DeleteResourcePolicy',
  refusals: ofSecret,
  exists: secretFault,
  asks: onSecret('secretsmanager:DeleteResourcePolicy'),
  members: ['SecretId'],
  run({ SecretId }, step) {
    const secret = theSecret(SecretId, step);
    putSecret({ ...secret, policy: undefined }, step);
    return named(secret);
  },
  shows: (shown) => ({ ...shown }),
});

export const secretsManagerOperations: readonly Operation[] = [
  CreateSecret,
  PutSecretValue,
  UpdateSecret,
  GetSecretValue,
  DescribeSecret,
  ListSecrets,
  DeleteSecret,
  RestoreSecret,
  PutResourcePolicy,
  DeleteResourcePolicy,
  ...batchOperations,
  ...replicaOperations,
];

export const secretsManagerService: Service = makeService(
  'secretsmanager',
  shapes,
  secretsManagerOperations,
  jsonErrors,
);
