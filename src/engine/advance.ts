import { scheduleDeliveries, scheduleReactions, serviceEvent } from './audit/index.ts';
import { changeState } from './changeState.ts';
import { dropMaterial } from './dropMaterial.ts';
import { handle } from './handle.ts';
import { materialsOf } from './materials.ts';
import { connectionError } from './keyStores.ts';
import { nextConnectionState, nextKeyState } from './machines/index.ts';
import {
  epochMs,
  indexKey,
  keyArn,
  ref,
  tableOf,
  under,
  type AliasRec,
  type Caller,
  type CloudTrailRec,
  type Diff,
  type Env,
  type EpochMs,
  type EventRuleRec,
  type Found,
  type GrantRec,
  type KeyArn,
  type KeyRec,
  type KeyStoreRec,
  type MaterialRec,
  type Outcome,
  type RotationRec,
  type TagRec,
  type TrailEvent,
  type View,
  type Work,
} from './model/index.ts';
import { multiRegionOf, relatedKeys, roleAfter, roleOf } from './multiRegion.ts';
import { Overlay } from './overlay.ts';
import { periodLater, readyToRotate, rotate } from './rotation.ts';
import { kmsOnly, type Catalogue } from './service.ts';
import { dayInMs } from './usage.ts';

/*
 * What virtual time brings about, in date order: deadlines are dates in records, and this is the only place that sends
 * what falls due.
 */

export type DueKind =
  | 'DeleteKey'
  | 'RotateKey'
  | 'DeleteExpiredKeyMaterial'
  /** A replica is there, or a change of the primary Region is done. */
  | 'KeySettles'
  /** A custom key store is connected, or could not be, or is disconnected. */
  | 'KeyStoreSettles'
  /** A trail writes log files to its bucket. */
  | 'DeliverLogFiles'
  /** A rule of EventBridge gets an event. */
  | 'DeliverEvent';

export interface Due {
  readonly at: EpochMs;
  readonly what: DueKind;
  /** Absent for key stores, trails and rules. */
  readonly key: KeyArn | undefined;
}

export interface FellDue extends Due {
  readonly diff: Diff;
  readonly events: readonly TrailEvent[];
  readonly work: readonly Work[];
  /** What a service did: a call of its own, with its trace. */
  readonly call?: Pick<Outcome, 'redacted' | 'trace'> | undefined;
}

/**
 * The first thing that fell due at or before `env.at`: one journal entry's worth, as if done at its own date. Call again
 * until it answers undefined.
 * @throws Missing like a step.
 */
export async function advanceOne(
  view: View,
  env: Env,
  catalogue: Catalogue = kmsOnly,
): Promise<FellDue | undefined> {
  const [row] = view.range('due', { prefix: '', n: 1 });
  const due = row && dueOf(row);
  if (!due || due.at > env.at) return undefined;
  const at = { ...env, at: due.at };
  const world = { view, env: at, catalogue };
  if (due.what === 'DeliverLogFiles') return deliver(due, 'cloudtrail', row.rec as CloudTrailRec, 0, world); // by `dueOf`
  if (due.what === 'DeliverEvent') {
    const rule = row.rec as EventRuleRec;
    return deliver(due, 'events', rule, (rule.waiting[0]?.links ?? 0) + 1, world);
  }
  const overlay = new Overlay(view);
  const work: Work[] = [];
  const events = await happen(due.what, row, { view: overlay, env: at, note: (one) => work.push(one) });
  scheduleDeliveries(overlay, events, due.at);
  scheduleReactions(overlay, events, due.at, 0);
  return { ...due, diff: overlay.diff(), events, work };
}

/**
 * What a service does by itself for a thing of its own: a call like any other. `links`: of what follows from it, how many
 * rules have reacted until then.
 */
async function deliver(
  due: Due,
  service: 'cloudtrail' | 'events',
  { name, arn, account, region }: CloudTrailRec | EventRuleRec,
  links: number,
  { view, env, catalogue }: { readonly view: View; readonly env: Env; readonly catalogue: Catalogue },
): Promise<FellDue> {
  const caller: Caller = {
    kind: 'service',
    service: `${service}.amazonaws.com`,
    sourceArn: arn,
    sourceAccount: account,
  };
  const call = { service, operation: due.what, input: { Name: name }, region, caller, links };
  const { diff, events, redacted, trace } = await handle(view, call, env, catalogue);
  if (diff.length === 0) throw new Error(`${arn} was due, and nothing became of it`);
  return { ...due, diff, events, work: [], call: { redacted, trace } };
}

interface Hour {
  readonly view: Overlay;
  readonly env: Env;
  note(work: Work): void;
}

/** What a row of the `due` index is about. The index key begins with the date. */
function dueOf({ indexKey: at, ref: where, rec }: Found): Due {
  const date = epochMs(Number(at.slice(0, at.indexOf('|'))));
  switch (tableOf(where)) {
    case 'key': {
      const key = rec as KeyRec;
      return { at: date, what: key.DeletionDate === date ? 'DeleteKey' : 'KeySettles', key: key.arn };
    }
    case 'rotation':
      return { at: date, what: 'RotateKey', key: (rec as RotationRec).key };
    case 'material':
      return { at: date, what: 'DeleteExpiredKeyMaterial', key: (rec as MaterialRec).key };
    case 'keyStore':
      return { at: date, what: 'KeyStoreSettles', key: undefined };
    case 'cloudTrail':
      return { at: date, what: 'DeliverLogFiles', key: undefined };
    case 'eventRule':
      return { at: date, what: 'DeliverEvent', key: undefined };
    default:
      throw new Error(`table of ${where} has no deadlines`);
  }
}

function happen(
  what: Exclude<DueKind, 'DeliverLogFiles' | 'DeliverEvent'>,
  { rec }: Found,
  hour: Hour,
): Promise<readonly TrailEvent[]> | readonly TrailEvent[] {
  switch (what) {
    case 'DeleteKey':
      return deleteKey(rec as KeyRec, hour);
    case 'KeySettles':
      return settleKey(rec as KeyRec, hour);
    case 'RotateKey':
      return rotateKey(rec as RotationRec, hour);
    case 'DeleteExpiredKeyMaterial':
      return expire(rec as MaterialRec, hour);
    case 'KeyStoreSettles':
      return settleStore(rec as KeyStoreRec, hour);
    default:
      return what satisfies never;
  }
}

const event = (
  name: string,
  key: KeyRec,
  { env }: Hour,
  details: Readonly<Record<string, unknown>>,
): TrailEvent => serviceEvent(name, key, env.at, env.uuid(), { keyId: key.key, ...details });

function keyOf(arn: KeyArn, view: View): KeyRec {
  const key = view.get(ref.key(arn));
  if (!key) throw new Error(`something is due for key ${arn}, which is not in the world`);
  return key;
}

/** The waiting period is over: the key and all that hangs on it are gone (key-states.json transitions). */
function deleteKey(key: KeyRec, hour: Hour): readonly TrailEvent[] {
  const { view } = hour;
  if (
    nextKeyState(key.KeyState, { type: 'DeleteKey' }, { origin: key.Origin, hasReplicas: false }) !== 'gone'
  ) {
    throw new Error(`key ${key.arn} is due for deletion in state ${key.KeyState}`);
  }
  const all = (index: 'ref' | 'aliasByTarget', prefix: string) => view.range(index, { prefix, n: 100_000 });
  for (const { rec } of all('aliasByTarget', indexKey.aliasByTarget(key.arn))) {
    view.put(ref.alias((rec as AliasRec).arn), undefined);
  }
  for (const { rec } of all('ref', under.tags(key.arn)))
    view.put(ref.tag(key.arn, (rec as TagRec).TagKey), undefined);
  for (const { rec } of all('ref', under.grants(key.arn))) {
    view.put(ref.grant(key.arn, (rec as GrantRec).grantId), undefined);
  }
  for (const { version } of materialsOf(key.arn, view)) view.put(ref.material(key.arn, version), undefined);
  view.put(ref.keyPolicy(key.arn), undefined);
  view.put(ref.usage(key.arn), undefined);
  view.put(ref.rotation(key.arn), undefined);
  for (const counter of ['aliases', 'grants']) view.put(ref.counter(`${counter}/${key.arn}`), undefined);
  view.put(ref.key(key.arn), undefined);
  if (key.KeyManager === 'CUSTOMER') view.count(`keys/${key.account}/${key.region}`, -1);
  if (key.MultiRegion) leaveSet(key, hour);
  return [event('DeleteKey', key, hour, {})];
}

/** A multi-Region key that is gone leaves its set; with the last replica the primary's own waiting period begins. */
function leaveSet(key: KeyRec, hour: Hour): void {
  const { view, env } = hour;
  const set = multiRegionOf(key, view);
  const at = ref.multiRegion(key.account, key.key);
  if (set.primary === key.region) {
    roleAfter(key, 'DeleteKey', view);
    view.put(at, undefined);
    return;
  }
  const replicas = set.replicas.filter((region) => region !== key.region);
  const primary = view.get(ref.key(keyArn(set.primary, key.account, key.key)));
  const waited = primary && roleOf(primary, view) === 'PRIMARY/waitsForReplicas';
  if (primary) roleAfter(primary, replicas.length > 0 ? 'replicaGone' : 'lastReplicaGone', view);
  view.put(at, { ...set, replicas });
  if (replicas.length > 0 || !waited) return;
  const days = primary.pendingWindowInDays ?? 30;
  changeState(primary, 'replicasGone', hour, {
    pendingWindowInDays: undefined,
    DeletionDate: epochMs(env.at + days * dayInMs),
  });
}

function settleKey(key: KeyRec, hour: Hour): readonly TrailEvent[] {
  changeState(key, 'ready', hour, { settles: undefined });
  return key.KeyState === 'Creating' ? [synchronized(key, hour)] : [];
}

/** What is shared has come to a key of a set (cloudtrail.json serviceEvents). OURS: when the event is sent. */
const synchronized = (key: KeyRec, hour: Hour): TrailEvent =>
  event('SynchronizeMultiRegionKey', key, hour, {});

/** The date of an automatic rotation has come, or an on-demand rotation is done: the earlier of the two. */
async function rotateKey(rotation: RotationRec, hour: Hour): Promise<readonly TrailEvent[]> {
  const { view, env } = hour;
  const key = keyOf(rotation.key, view);
  const at = ref.rotation(rotation.key);
  const onDemand = rotation.inProgress?.ends === env.at;
  if (onDemand && key.Origin === 'EXTERNAL' && !readyToRotate(key, view)) {
    // OURS: a rotation whose material went in its minute, or is no longer in every Region, comes to nothing and counts not.
    view.put(at, { ...rotation, inProgress: undefined, onDemand: rotation.onDemand - 1 });
    return [];
  }
  if (onDemand) view.put(at, { ...rotation, inProgress: undefined });
  else if (key.KeyState !== 'Enabled') {
    // specs.json rotation: not while Disabled or waiting for deletion; made up for later.
    view.put(at, { ...rotation, overdue: true });
    return [];
  } else view.put(at, { ...rotation, next: periodLater(env.at, rotation.periodInDays) });
  const type = onDemand ? 'ON_DEMAND' : 'AUTOMATIC';
  const { before, after } = await rotate(key, type, { ...hour, region: key.region, note: hour.note });
  return [
    event('RotateKey', key, hour, {
      rotationType: type,
      keyOrigin: key.Origin,
      previousKeyMaterialId: before,
      currentKeyMaterialId: after,
    }),
    ...relatedKeys(key, view).map((related) => synchronized(related, hour)),
  ];
}

function expire(material: MaterialRec, hour: Hour): readonly TrailEvent[] {
  const key = keyOf(material.key, hour.view);
  dropMaterial(key, material, 'DeleteExpiredKeyMaterial', hour);
  return [event('DeleteExpiredKeyMaterial', key, hour, { keyMaterialId: material.materialId })];
}

function settleStore(store: KeyStoreRec, { view }: Hour): readonly TrailEvent[] {
  const errorCode = store.state === 'CONNECTING' ? connectionError(store, view) : undefined;
  const next = nextConnectionState(store.state, errorCode === undefined ? 'settled' : 'failed');
  if (next === undefined || next === 'gone')
    throw new Error(`key store ${store.id} settles in state ${store.state}`);
  view.put(ref.keyStore(store.account, store.region, store.id), {
    ...store,
    state: next,
    errorCode,
    settles: undefined,
  });
  return [];
}

/** What will fall due, first date first. */
export const dueNext = (view: View, n: number): readonly Due[] =>
  view.range('due', { prefix: '', n }).map(dueOf);
