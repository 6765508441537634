import {
  isRefusal,
  type Bytes,
  type EksClusterRec,
  type EksSecretRec,
  type Operation,
  type Refusal,
  type Service,
  type Step,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/eks.json';
import {
  associate,
  checkedNow,
  clusterArn,
  clusterOf,
  eks,
  isLost,
  openSecret,
  putCluster,
  restarted,
  retireGrant,
  sealSecret,
  seedOf,
} from './keys.ts';
import { clusterExists, invalidRequest, noCluster, noSecret, ofKey } from './words.ts';

// https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateEncryptionConfig.html and its neighbours.

type Config = readonly [
  { readonly resources: readonly string[]; readonly provider: { readonly keyArn: string } },
];
interface Named {
  readonly name: string;
}
interface OfCluster {
  readonly clusterName: string;
}
const onNamed = ({ name }: Named, step: Step): string => clusterArn(name, step);
const onCluster = ({ clusterName }: OfCluster, step: Step): string => clusterArn(clusterName, step);

const shown = (cluster: EksClusterRec, step: Step) => ({
  name: cluster.name,
  arn: cluster.arn,
  createdAt: new Date(cluster.created),
  status: isLost(cluster, step) ? 'FAILED' : 'ACTIVE',
  ...(cluster.keyArn === undefined
    ? {}
    : { encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: cluster.keyArn } }] }),
  health: {
    issues: cluster.issue ? [{ code: cluster.issue.code, resourceIds: [cluster.keyArn] }] : [],
  },
});

const CreateCluster = eks<Named & { readonly encryptionConfig?: Config }, object>({
  name: 'CreateCluster',
  refusals: ['ResourceInUseException', ...ofKey],
  on: onNamed,
  members: ['name', 'encryptionConfig'],
  async run({ name, encryptionConfig }, step) {
    if (clusterOf(name, step)) return clusterExists(name);
    const bare: EksClusterRec = {
      arn: clusterArn(name, step),
      name,
      account: step.identity.account,
      region: step.region,
      keyArn: undefined,
      grantId: undefined,
      seed: undefined,
      created: step.env.at,
      checked: step.env.at,
      issue: undefined,
    };
    const encryption = encryptionConfig && (await associate(encryptionConfig[0].provider.keyArn, bare, step));
    if (isRefusal(encryption)) return encryption;
    const cluster = { ...bare, ...encryption };
    putCluster(cluster, step);
    return { cluster: { ...shown(cluster, step), status: 'CREATING' } };
  },
  shows: (output) => ({ ...output }),
});

/** OURS: as many secrets as a cluster of this world holds. */
const mostSecrets = 500;
const secretsOf = ({ arn }: EksClusterRec, { view }: Step): readonly EksSecretRec[] =>
  view.range('ref', { prefix: below.eksSecrets(arn), n: mostSecrets }).map(({ rec }) => rec as EksSecretRec);

/** For good: what is there is encrypted anew, and no operation takes it back. */
const AssociateEncryptionConfig = eks<OfCluster & { readonly encryptionConfig: Config }, object>({
  name: 'AssociateEncryptionConfig',
  refusals: ['ResourceNotFoundException', 'InvalidRequestException', ...ofKey],
  on: onCluster,
  members: ['clusterName', 'encryptionConfig'],
  async run({ clusterName, encryptionConfig }, step) {
    const cluster = clusterOf(clusterName, step);
    if (!cluster) return noCluster(clusterName);
    if (cluster.keyArn)
      return invalidRequest('The cluster has an encryption config, which cannot be changed.');
    const before = await seedOf(cluster, step);
    const encryption = await associate(encryptionConfig[0].provider.keyArn, cluster, step);
    if (isRefusal(encryption)) return encryption;
    const now: EksClusterRec = { ...cluster, ...encryption, checked: step.env.at };
    const seed = await seedOf(now, step);
    if (!before || !seed) throw new Error(`${cluster.arn} has no seed`);
    putCluster(now, step);
    for (const secret of secretsOf(cluster, step)) {
      const anew = sealSecret(cluster.arn, secret.name, openSecret(secret, before, step), seed, step);
      step.view.put(at.eksSecret(cluster.arn, secret.name), anew);
    }
    return { update: { type: 'AssociateEncryptionConfig', status: 'InProgress', errors: [] } };
  },
  shows: (output) => ({ ...output }),
});

const DescribeCluster = eks<Named, object>({
  name: 'DescribeCluster',
  readOnly: true,
  refusals: ['ResourceNotFoundException'],
  on: onNamed,
  members: ['name'],
  async run({ name }, step) {
    const cluster = clusterOf(name, step);
    return cluster ? { cluster: shown(await checkedNow(cluster, step), step) } : noCluster(name);
  },
});

const ListClusters = eks<object, object>({
  name: 'ListClusters',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, { view, identity, region }) {
    const found = view.range('ref', { prefix: below.eksClusters(identity.account, region), n: 100 });
    return { clusters: found.map(({ rec }) => (rec as EksClusterRec).name) };
  },
});

const DeleteCluster = eks<Named, object>({
  name: 'DeleteCluster',
  refusals: ['ResourceNotFoundException'],
  on: onNamed,
  members: ['name'],
  async run({ name }, step) {
    const cluster = clusterOf(name, step);
    if (!cluster) return noCluster(name);
    await retireGrant(cluster, step);
    for (const secret of secretsOf(cluster, step))
      step.view.put(at.eksSecret(cluster.arn, secret.name), undefined);
    step.view.put(at.eksCluster(cluster.account, cluster.region, name), undefined);
    return { cluster: { ...shown(cluster, step), status: 'DELETING' } };
  },
  shows: (output) => ({ ...output }),
});

/*
 * OURS: what happens in Kubernetes is no call of AWS. These three stand for its API server: nobody's permission of IAM is
 * asked, and no trail of AWS hears of them.
 */

interface OfSecret extends OfCluster {
  readonly secretName: string;
}
const ofKubernetes = ['ResourceNotFoundException', 'InvalidRequestException'] as const;

const stopped = ({ name, issue }: EksClusterRec): Refusal =>
  invalidRequest(
    `The API server of ${name} has no key for its secrets: ${issue?.code ?? 'it was never given one'}.`,
  );

const SecretWrite = eks<OfSecret & { readonly Data: Bytes }>({
  name: 'SecretWrite',
  dataEvent: true,
  refusals: ofKubernetes,
  asks: () => [],
  members: ['clusterName', 'secretName'],
  async run({ clusterName, secretName, Data }, step) {
    const found = clusterOf(clusterName, step);
    if (!found) return noCluster(clusterName);
    const cluster = await checkedNow(found, step);
    const seed = await seedOf(cluster, step);
    // OURS: with a key that does not answer nothing new is written; what is there can be read by the seed.
    if (!seed || cluster.issue) return stopped(cluster);
    if (secretsOf(cluster, step).length >= mostSecrets)
      return invalidRequest(`KMS Lab keeps up to ${mostSecrets} secrets in a cluster.`);
    step.view.put(
      at.eksSecret(cluster.arn, secretName),
      sealSecret(cluster.arn, secretName, Data, seed, step),
    );
    return undefined;
  },
});

const SecretRead = eks<OfSecret, object>({
  name: 'SecretRead',
  readOnly: true,
  dataEvent: true,
  refusals: [...ofKubernetes, 'NotFoundException'],
  asks: () => [],
  members: ['clusterName', 'secretName'],
  async run({ clusterName, secretName }, step) {
    const found = clusterOf(clusterName, step);
    if (!found) return noCluster(clusterName);
    const cluster = await checkedNow(found, step);
    const seed = await seedOf(cluster, step);
    if (!seed) return stopped(cluster);
    const secret = step.view.get(at.eksSecret(cluster.arn, secretName));
    return secret ? { Data: openSecret(secret, seed, step) } : noSecret(secretName);
  },
});

/** An upgrade or a failure: EKS starts a new API server. It starts; whether it can read secrets is another matter. */
const ApiServerRestart = eks<OfCluster>({
  name: 'ApiServerRestart',
  dataEvent: true,
  refusals: [...ofKubernetes, ...ofKey],
  asks: () => [],
  members: ['clusterName'],
  async run({ clusterName }, step) {
    const cluster = clusterOf(clusterName, step);
    if (!cluster) return noCluster(clusterName);
    if (isLost(cluster, step)) return stopped(cluster);
    const now = await restarted(cluster, step);
    if (isRefusal(now)) return now;
    putCluster(now, step);
    return undefined;
  },
});

export const eksOperations: readonly Operation[] = [
  CreateCluster,
  AssociateEncryptionConfig,
  DescribeCluster,
  ListClusters,
  DeleteCluster,
  SecretWrite,
  SecretRead,
  ApiServerRestart,
];

export const eksService: Service = makeService('eks', shapes, eksOperations, {
  ...jsonErrors,
  deniedStatus: 403,
  invalid: 'InvalidParameterException',
});
