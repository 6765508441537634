import { roleFault } from '../multiRegion.ts';
import { epochMs, ref, refuse, type KeyRec, type Refusal } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey, type Step } from '../operation.ts';
import { onDemandTakesMs, readyToRotate, rotationFault, rotationOf } from '../rotation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html

export interface RotateKeyOnDemandRequest {
  readonly KeyId: string;
}
export interface RotateKeyOnDemandResponse {
  readonly KeyId: string;
}

/** quotas.json "onDemandRotationsPerKey"; not adjustable. */
export const onDemandRotationsPerKey = 25;
/** specs.json "conflict": an automatic rotation within 20 minutes. */
const conflictWindowMs = 20 * 60_000;

export const RotateKeyOnDemand = operation<RotateKeyOnDemandRequest, RotateKeyOnDemandResponse>({
  name: 'RotateKeyOnDemand',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [
    'UnsupportedOperationException',
    'LimitExceededException',
    'ConflictException',
    'KMSInvalidStateException',
  ],
  find: keyNamedBy('kms:RotateKeyOnDemand', 'withoutAliases'),
  permissions: onTheKey('kms:RotateKeyOnDemand'),
  run(_input, located, step) {
    const { rec } = theKey(located);
    const fault = rotationFault(rec) ?? cannotNow(rec, step);
    if (fault) return fault;
    const { view, env } = step;
    const rotation = rotationOf(rec.arn, view);
    const inProgress = { started: env.at, ends: epochMs(env.at + onDemandTakesMs) };
    view.put(ref.rotation(rec.arn), { ...rotation, onDemand: rotation.onDemand + 1, inProgress });
    return { KeyId: rec.arn };
  },
  trail: { request: ['KeyId'], response: 'keyId' },
});

function cannotNow(rec: KeyRec, { view, env }: Step): Refusal | undefined {
  const notHere = roleFault(rec, 'RotateKeyOnDemand', view);
  if (notHere) return notHere;
  const rotation = rotationOf(rec.arn, view);
  const soon = rotation.enabled && rotation.next !== undefined && rotation.next - env.at < conflictWindowMs;
  if (rotation.inProgress || soon) {
    // OURS: what ConflictException says while another rotation is near is in no recording; it says nothing here.
    return refuse('ConflictException', '', 'specs.json rotation conflict');
  }
  if (rotation.onDemand >= onDemandRotationsPerKey) {
    return refuse(
      'LimitExceededException',
      `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${rec.arn}`,
      'FACTS.md rotation limit',
    );
  }
  if (rec.Origin === 'EXTERNAL' && !readyToRotate(rec, view)) {
    return refuse(
      'KMSInvalidStateException',
      `No available key material pending rotation for the key: ${rec.arn}.`,
      'FACTS.md import',
    );
  }
  return undefined;
}
