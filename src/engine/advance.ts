import { serviceEvent } from './audit/index.ts';
import { nextKeyState } from './machines/index.ts';
import {
  indexKey,
  ref,
  under,
  type AliasRec,
  type Diff,
  type Env,
  type EpochMs,
  type KeyArn,
  type KeyRec,
  type MaterialRec,
  type TagRec,
  type TrailEvent,
  type View,
} from './model/index.ts';
import { Overlay } from './overlay.ts';

export interface FellDue {
  readonly at: EpochMs;
  readonly what: 'DeleteKey';
  readonly key: KeyArn;
  readonly diff: Diff;
  readonly events: readonly TrailEvent[];
}

/**
 * The first thing that fell due at or before `env.at`: one journal entry's worth. Call again until it answers undefined.
 * @throws Missing like a step.
 */
export function advanceOne(view: View, env: Env): FellDue | undefined {
  const [row] = view.range('due', { prefix: '', n: 1 });
  if (!row) return undefined;
  const key = row.rec as KeyRec;
  const at = key.DeletionDate;
  if (at === undefined || at > env.at) return undefined;
  const overlay = new Overlay(view);
  deleteKey(key, overlay);
  const event = serviceEvent('DeleteKey', key, key.region, at, env.uuid());
  return { at, what: 'DeleteKey', key: key.arn, diff: overlay.diff(), events: [event] };
}

/** The waiting period is over: the key and all that hangs on it are gone (key-states.json transitions). */
function deleteKey(key: KeyRec, view: Overlay): void {
  if (nextKeyState(key.KeyState, { type: 'DeleteKey' }, { origin: key.Origin, hasReplicas: false }) !== 'gone') {
    throw new Error(`key ${key.arn} is due for deletion in state ${key.KeyState}`);
  }
  const all = (index: 'ref' | 'aliasByTarget', prefix: string) => view.range(index, { prefix, n: 100_000 });
  for (const { rec } of all('aliasByTarget', indexKey.aliasByTarget(key.arn))) view.put(ref.alias((rec as AliasRec).arn), undefined);
  for (const { rec } of all('ref', under.tags(key.arn))) view.put(ref.tag(key.arn, (rec as TagRec).TagKey), undefined);
  for (const { rec } of all('ref', under.materials(key.arn))) {
    view.put(ref.material(key.arn, (rec as MaterialRec).version), undefined);
  }
  view.put(ref.keyPolicy(key.arn), undefined);
  view.put(ref.usage(key.arn), undefined);
  view.put(ref.counter(`aliases/${key.arn}`), undefined);
  view.put(ref.key(key.arn), undefined);
  if (key.KeyManager === 'CUSTOMER') view.count(`keys/${key.account}/${key.region}`, -1);
}

/** What will fall due, first date first. */
export function dueNext(view: View, n: number): readonly { readonly at: EpochMs; readonly what: 'DeleteKey'; readonly key: KeyArn }[] {
  return view.range('due', { prefix: '', n }).flatMap(({ rec }) => {
    const { DeletionDate, arn } = rec as KeyRec;
    return DeletionDate === undefined ? [] : [{ at: DeletionDate, what: 'DeleteKey' as const, key: arn }];
  });
}
