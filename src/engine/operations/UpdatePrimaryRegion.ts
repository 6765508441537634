import { changeState } from '../changeState.ts';
import { keyMissing } from '../find.ts';
import { multiRegionOf, roleAfter, roleFault } from '../multiRegion.ts';
import { epochMs, isRefusal, keyArn, ref, refuse, type Region } from '../model/index.ts';
import { keyNamedBy } from '../oneKey.ts';
import { operation } from '../operation.ts';
import { rotationOf } from '../rotation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html

export interface UpdatePrimaryRegionRequest {
  readonly KeyId: string;
  readonly PrimaryRegion: Region;
}

/** OURS: AWS says seconds. */
const updateTakesMs = 30_000;

const find = keyNamedBy('kms:UpdatePrimaryRegion', 'withoutAliases');

export const UpdatePrimaryRegion = operation<UpdatePrimaryRegionRequest, undefined>({
  name: 'UpdatePrimaryRegion',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['UnsupportedOperationException', 'NotFoundException'],
  async find(input, step) {
    const located = await find(input, step);
    if (isRefusal(located)) return located;
    const [key] = located.keys;
    // The replica to be promoted is judged and checked too, when there is one.
    const there = key && step.view.get(ref.key(keyArn(input.PrimaryRegion, key.rec.account, key.rec.key)));
    return there && key.rec.MultiRegion && there.arn !== key.rec.arn
      ? { keys: [key, { ...key, rec: there, by: 'PrimaryRegion', named: input.PrimaryRegion }] }
      : located;
  },
  permissions: (_input, located) => located.keys.map((key) => ({ action: 'kms:UpdatePrimaryRegion', key })),
  context: ({ PrimaryRegion }) => ({ 'kms:PrimaryRegion': PrimaryRegion }),
  run({ PrimaryRegion }, { keys: [key, promoted] }, step) {
    const { view, env } = step;
    if (!key) throw new Error('"UpdatePrimaryRegion" expected a located key');
    const { rec } = key;
    const notHere = roleFault(rec, 'UpdatePrimaryRegion', view);
    if (notHere) return notHere;
    if (PrimaryRegion === rec.region) {
      // OURS: what is said of the Region that is primary already is in no recording; it says nothing here.
      return refuse('UnsupportedOperationException', '', 'operations.json UpdatePrimaryRegion');
    }
    if (!promoted) return keyMissing(keyArn(PrimaryRegion, rec.account, rec.key));
    roleAfter(rec, 'UpdatePrimaryRegion', view);
    roleAfter(promoted.rec, 'promoted', view);
    const set = multiRegionOf(rec, view);
    const replicas = [...set.replicas.filter((region) => region !== PrimaryRegion), rec.region];
    view.put(ref.multiRegion(rec.account, rec.key), { ...set, primary: PrimaryRegion, replicas });
    // The rotation setting is the primary's: it moves along.
    const rotation = rotationOf(rec.arn, view);
    view.put(ref.rotation(promoted.rec.arn), { ...rotation, key: promoted.rec.arn });
    view.put(ref.rotation(rec.arn), undefined);
    const settles = epochMs(env.at + updateTakesMs);
    for (const one of [rec, promoted.rec]) changeState(one, 'UpdatePrimaryRegion', step, { settles });
    return undefined;
  },
  trail: {
    request: ['KeyId', 'PrimaryRegion'],
    response: 'keyId',
    elsewhere: ({ PrimaryRegion }, { keys: [, promoted] }) =>
      promoted
        ? [
            {
              region: PrimaryRegion,
              eventName: 'UpdatePrimaryRegion',
              key: promoted.rec,
              byService: true,
              requestParameters: { keyId: promoted.rec.arn, primaryRegion: PrimaryRegion },
            },
          ]
        : [],
  },
});
