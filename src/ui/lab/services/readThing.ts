import type { StoredThing, ThingRead, ThingService } from '../../../client/index.ts';
import type { CallInput, Done, LabState } from '../../state/lab.svelte.ts';

/** Services that open what they keep by a grant of their own: the permission of the reader on the key is not asked. */
const grantees: ReadonlySet<ThingService> = new Set(['rds', 'eks', 'redshift']);
export const byGrant = (service: ThingService): boolean => grantees.has(service);

/** OURS: what programs do inside of a database, a cluster or an instance. AWS has no such calls. */
const inside: ReadonlySet<string> = new Set(['DatabaseRead', 'SecretRead', 'BlockRead', 'InstanceRead']);
export const isInside = ({ operation }: ThingRead): boolean => inside.has(operation);

/** What shows most of a thing, besides reading it: that it starts again and needs its key for that. */
export function movesOf({ kind, name, status, read }: StoredThing): readonly ThingRead[] {
  const ofDatabase = { DBInstanceIdentifier: name };
  switch (kind) {
    case 'dbInstance':
      return status === 'available'
        ? [{ operation: 'StopDBInstance', input: ofDatabase }]
        : [{ operation: 'StartDBInstance', input: ofDatabase }];
    case 'kubernetes':
      return [{ operation: 'ApiServerRestart', input: { clusterName: name } }];
    case 'kubernetesSecret':
      return [{ operation: 'ApiServerRestart', input: { clusterName: read?.input['clusterName'] } }];
    case 'warehouse':
      return status === 'paused'
        ? [{ operation: 'ResumeCluster', input: { ClusterIdentifier: name } }]
        : ['PauseCluster', 'RotateEncryptionKey'].map((operation) => ({
            operation,
            input: { ClusterIdentifier: name },
          }));
    default:
      return [];
  }
}

interface Ended {
  readonly done: Done;
  readonly operation: string;
  readonly input: CallInput;
}

/** A thing, read by its service as whoever is chosen; with what has to be called before, as one group. Answers the last call. */
export async function readThing(
  lab: LabState,
  service: ThingService,
  { operation, input, before }: ThingRead,
): Promise<Ended> {
  if (!before) return { done: await lab.call(operation, input, undefined, { service }), operation, input };
  const group = `read ${crypto.randomUUID()}`;
  const first = await lab.call(before.operation, before.input, group, { service });
  if (first.kind !== 'ok') return { done: first, operation: before.operation, input: before.input };
  const whole = { ...input, [before.hands]: first.output[before.hands] };
  return { done: await lab.call(operation, whole, group, { service }), operation, input: whole };
}
