import { identityPoliciesOf } from './authorize.ts';
import { uuidFrom } from './crypto/index.ts';
import { ref, refuse, type KeyId, type KeyRec, type Refusal } from './model/index.ts';
import type { Step } from './operation.ts';
import { checkKeyPolicy, defaultKeyPolicy, respacePolicy } from './policy/index.ts';
import { principalExists } from './principals.ts';

/*
 * What every new customer managed key needs, whether CreateKey or ReplicateKey makes it: an ID, room in the quota, a
 * policy.
 */

/** quotas.json "kmsKeysPerAccountRegion". */
export const keysPerAccountAndRegion = 100_000;

export const newKeyId = (multiRegion: boolean, { env }: Step): KeyId => {
  const uuid = uuidFrom((n) => env.random(n));
  return (multiRegion ? `mrk-${uuid.replaceAll('-', '')}` : uuid) as KeyId;
};

export function tooManyKeys({
  view,
  identity,
  region,
}: Pick<Step, 'view' | 'identity' | 'region'>): Refusal | undefined {
  const count = view.get(ref.counter(`keys/${identity.account}/${region}`))?.count ?? 0;
  return count < keysPerAccountAndRegion
    ? undefined
    : // OURS: what LimitExceededException says of the 100,001st key is in no recording; it says nothing here.
      refuse('LimitExceededException', '', 'quotas.json kmsKeysPerAccountRegion');
}

/** The policy that a new key gets: the default one, or the caller's when it passes the checks. */
export function keyPolicyText(
  {
    Policy,
    bypass,
    arn,
  }: { readonly Policy: string | undefined; readonly bypass: boolean; readonly arn: KeyRec['arn'] },
  step: Step,
): string | Refusal {
  const { account } = step.identity;
  if (Policy === undefined) return respacePolicy(defaultKeyPolicy(account));
  const fault = checkKeyPolicy({
    text: Policy,
    identity: step.identity,
    identityPolicies: identityPoliciesOf(step),
    account,
    keyArn: arn,
    principalExists: principalExists(step),
    bypassLockout: bypass,
  });
  return fault ?? respacePolicy(Policy);
}
