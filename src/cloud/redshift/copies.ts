import {
  isRefusal,
  type Operation,
  type RedshiftClusterRec,
  type RedshiftCopyGrantRec,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import { defaultKey, inState, onCluster, put, redshift, shown, type OfCluster } from './clusters.ts';
import { letCopiesIn, retireGrant } from './keys.ts';
import {
  badCombination,
  copiesAlready,
  copiesNot,
  copyGrantExists,
  copyGrantInUse,
  noCopyGrant,
  ofCluster,
  ofKey,
  unknownRegion,
} from './words.ts';

/*
 * Copies of snapshots in another Region. A key of KMS stays in its Region: so who wants encrypted copies there grants
 * Redshift a key there, and names that grant where the cluster is.
 */

interface OfGrant {
  readonly SnapshotCopyGrantName: string;
}
const grantArn = (name: string, { identity, region }: Step): string =>
  `arn:aws:redshift:${region}:${identity.account}:snapshotcopygrant:${name}`;
const onGrant = ({ SnapshotCopyGrantName }: OfGrant, step: Step): string =>
  grantArn(SnapshotCopyGrantName, step);
const grantIn = (name: string, region: Region, { view, identity }: Step): RedshiftCopyGrantRec | undefined =>
  view.get(at.redshiftCopyGrant(identity.account, region, name));

const grantShown = ({ name, keyArn }: RedshiftCopyGrantRec) => ({
  SnapshotCopyGrantName: name,
  KmsKeyId: keyArn,
});

const CreateSnapshotCopyGrant = redshift<OfGrant & { readonly KmsKeyId?: string }, object>({
  name: 'CreateSnapshotCopyGrant',
  refusals: ['SnapshotCopyGrantAlreadyExistsFault', ...ofKey],
  on: onGrant,
  members: ['SnapshotCopyGrantName', 'KmsKeyId'],
  async run({ SnapshotCopyGrantName: name, KmsKeyId = defaultKey }, step) {
    const { identity, region, view, env } = step;
    if (grantIn(name, region, step)) return copyGrantExists(name);
    const grant = await letCopiesIn(KmsKeyId, step);
    if (isRefusal(grant)) return grant;
    const rec: RedshiftCopyGrantRec = { ...grant, name, account: identity.account, region, created: env.at };
    view.put(at.redshiftCopyGrant(rec.account, region, name), rec);
    return { SnapshotCopyGrant: grantShown(rec) };
  },
  shows: (output) => ({ ...output }),
});

const DescribeSnapshotCopyGrants = redshift<Partial<OfGrant>, object>({
  name: 'DescribeSnapshotCopyGrants',
  readOnly: true,
  refusals: ['SnapshotCopyGrantNotFoundFault'],
  members: ['SnapshotCopyGrantName'],
  run({ SnapshotCopyGrantName: name }, step) {
    const { view, identity, region } = step;
    if (name !== undefined) {
      const one = grantIn(name, region, step);
      return one ? { SnapshotCopyGrants: [grantShown(one)] } : noCopyGrant(name, region);
    }
    const all = view.range('ref', { prefix: below.redshiftCopyGrants(identity.account, region), n: 100 });
    return { SnapshotCopyGrants: all.map(({ rec }) => grantShown(rec as RedshiftCopyGrantRec)) };
  },
});

/** OURS: clusters of the Regions of an account are looked through, up to so many. */
const isUsed = (name: string, { view, identity, region }: Step): boolean =>
  view
    .range('ref', { prefix: `redshiftCluster/${identity.account}/`, n: 1000 })
    .map(({ rec }) => rec as RedshiftClusterRec)
    .some(({ copiesTo }) => copiesTo?.region === region && copiesTo.grant === name);

const DeleteSnapshotCopyGrant = redshift<OfGrant>({
  name: 'DeleteSnapshotCopyGrant',
  refusals: ['SnapshotCopyGrantNotFoundFault', 'InvalidSnapshotCopyGrantStateFault'],
  on: onGrant,
  members: ['SnapshotCopyGrantName'],
  async run({ SnapshotCopyGrantName: name }, step) {
    const rec = grantIn(name, step.region, step);
    if (!rec) return noCopyGrant(name, step.region);
    if (isUsed(name, step)) return copyGrantInUse(name);
    await retireGrant({ ...rec, arn: grantArn(name, step) }, step);
    step.view.put(at.redshiftCopyGrant(rec.account, rec.region, name), undefined);
    return undefined;
  },
});

interface EnableRequest extends OfCluster, Partial<OfGrant> {
  readonly DestinationRegion: string;
}

const EnableSnapshotCopy = redshift<EnableRequest, object>({
  name: 'EnableSnapshotCopy',
  refusals: [
    ...ofCluster,
    'InvalidParameterCombination',
    'SnapshotCopyAlreadyEnabledFault',
    'SnapshotCopyGrantNotFoundFault',
    'UnknownSnapshotCopyRegionFault',
  ],
  on: onCluster,
  members: ['ClusterIdentifier', 'DestinationRegion', 'SnapshotCopyGrantName'],
  run({ ClusterIdentifier, DestinationRegion, SnapshotCopyGrantName: name }, step) {
    const cluster = inState(ClusterIdentifier, 'available', step);
    if (isRefusal(cluster)) return cluster;
    if (cluster.copiesTo) return copiesAlready(cluster.name);
    if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(DestinationRegion) || DestinationRegion === step.region)
      return unknownRegion(DestinationRegion);
    const region = DestinationRegion as Region; // it has the form of one
    if (cluster.keyArn && name === undefined)
      return badCombination('Copies of an encrypted cluster take a SnapshotCopyGrantName.');
    if (name !== undefined && !grantIn(name, region, step)) return noCopyGrant(name, region);
    const changed: RedshiftClusterRec = { ...cluster, copiesTo: { region, grant: name } };
    put(changed, step);
    return { Cluster: shown(changed) };
  },
  shows: (output) => ({ ...output }),
});

const DisableSnapshotCopy = redshift<OfCluster, object>({
  name: 'DisableSnapshotCopy',
  refusals: [...ofCluster, 'SnapshotCopyAlreadyDisabledFault'],
  on: onCluster,
  members: ['ClusterIdentifier'],
  run({ ClusterIdentifier }, step) {
    const cluster = inState(ClusterIdentifier, 'available', step);
    if (isRefusal(cluster)) return cluster;
    if (!cluster.copiesTo) return copiesNot(cluster.name);
    const changed: RedshiftClusterRec = { ...cluster, copiesTo: undefined };
    put(changed, step);
    return { Cluster: shown(changed) };
  },
  shows: (output) => ({ ...output }),
});

export const copyOperations: readonly Operation[] = [
  CreateSnapshotCopyGrant,
  DescribeSnapshotCopyGrants,
  DeleteSnapshotCopyGrant,
  EnableSnapshotCopy,
  DisableSnapshotCopy,
];
