import { aliasesPerKey, aliasFault, findTarget, reservedFault } from '../aliasRules.ts';
import { aliasMissing } from '../find.ts';
import { keySpecs } from '../keySpecs.ts';
import {
  aliasArn,
  isRefusal,
  ref,
  refuse,
  type AliasName,
  type KeyRec,
  type Refusal,
} from '../model/index.ts';
import { operation, type LocatedKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html

export interface UpdateAliasRequest {
  readonly AliasName: string;
  readonly TargetKeyId: string;
}

export const UpdateAlias = operation<UpdateAliasRequest, undefined>({
  name: 'UpdateAlias',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['LimitExceededException', 'KMSInvalidStateException', 'ValidationException'],
  check: ({ AliasName }) => aliasFault(AliasName) ?? reservedFault(AliasName),
  find({ AliasName, TargetKeyId }, step) {
    const arn = aliasArn(step.region, step.identity.account, AliasName as AliasName);
    const alias = step.view.get(ref.alias(arn));
    if (!alias) return aliasMissing(arn);
    const target = findTarget(TargetKeyId, 'kms:UpdateAlias', step);
    if (isRefusal(target)) return target;
    const current = step.view.get(ref.key(alias.target));
    if (!current) throw new Error(`alias ${arn} points at ${alias.target}, which is not in the world`);
    const now: LocatedKey = {
      rec: current,
      by: 'AliasName',
      named: AliasName,
      alias: alias.alias,
      byCiphertext: false,
    };
    return { keys: [target, now], alias };
  },
  permissions: (_input, { keys, alias }) => [
    { action: 'kms:UpdateAlias', resource: alias?.arn },
    ...keys.map((key) => ({ action: 'kms:UpdateAlias', key })),
  ],
  run(_input, { keys: [target, now], alias }, { view, env }) {
    if (!alias || !target || !now) throw new Error('"UpdateAlias" expected an alias and its new key');
    const { KeyState, arn } = target.rec;
    // key-states.json note 10: the present target may be pending deletion, the new one may not.
    if (KeyState === 'PendingDeletion' || KeyState === 'PendingReplicaDeletion') {
      const said = KeyState === 'PendingDeletion' ? 'is pending deletion.' : 'is pending replica deletion.';
      return refuse('KMSInvalidStateException', `${arn} ${said}`, 'key-states.json note 10');
    }
    const other = otherKind(now.rec, target.rec, alias.arn);
    if (other) return other;
    if (alias.target !== arn) {
      view.count(`aliases/${alias.target}`, -1);
      if (view.count(`aliases/${arn}`, 1) > aliasesPerKey) {
        return refuse('LimitExceededException', '', 'quotas.json aliasesPerKey');
      }
    }
    view.put(ref.alias(alias.arn), { ...alias, target: arn, LastUpdatedDate: env.at });
    return undefined;
  },
  trail: { request: ['AliasName', 'TargetKeyId'], response: 'keyId', keys: ({ keys }) => keys.slice(0, 1) },
});

/**
 * model.json crossMemberRules UpdateAlias: of the same class and with the same usage; the spec may differ. OURS: the words,
 * of which a peer's are known in part.
 */
function otherKind(from: KeyRec, to: KeyRec, alias: string): Refusal | undefined {
  const kind = ({ KeySpec, KeyUsage }: KeyRec) =>
    `a ${classNames[keySpecs[KeySpec].class]} key with key usage ${KeyUsage}`;
  return kind(from) === kind(to)
    ? undefined
    : refuse(
        'ValidationException',
        `Alias ${alias} cannot be changed from ${kind(from)} to ${kind(to)}`,
        'model.json crossMemberRules UpdateAlias',
      );
}
const classNames = { symmetric: 'symmetric', hmac: 'HMAC', asymmetric: 'asymmetric' } as const;
