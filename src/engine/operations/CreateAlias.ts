import { aliasesPerKey, aliasFault, findTarget, reservedFault } from '../aliasRules.ts';
import { aliasArn, isRefusal, ref, refuse, type AliasName } from '../model/index.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html

export interface CreateAliasRequest {
  readonly AliasName: string;
  readonly TargetKeyId: string;
}

export const CreateAlias = operation<CreateAliasRequest, undefined>({
  name: 'CreateAlias',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['AlreadyExistsException', 'LimitExceededException'],
  check: ({ AliasName }) => aliasFault(AliasName) ?? reservedFault(AliasName),
  find({ TargetKeyId }, step) {
    const key = findTarget(TargetKeyId, 'kms:CreateAlias', step);
    return isRefusal(key) ? key : { keys: [key] };
  },
  permissions: ({ AliasName }, located, { region, identity }) => [
    { action: 'kms:CreateAlias', resource: aliasArn(region, identity.account, AliasName as AliasName) },
    { action: 'kms:CreateAlias', key: theKey(located) },
  ],
  run({ AliasName }, located, { view, identity, region, env }) {
    const alias = AliasName as AliasName;
    const { account } = identity;
    const arn = aliasArn(region, account, alias);
    if (view.get(ref.alias(arn))) {
      return refuse(
        'AlreadyExistsException',
        `An alias with the name ${arn} already exists`,
        'FACTS.md alias taken',
      );
    }
    const target = theKey(located).rec.arn;
    if (view.count(`aliases/${target}`, 1) > aliasesPerKey) {
      // OURS: what LimitExceededException says of one alias too many is in no recording; it says nothing here.
      return refuse('LimitExceededException', '', 'quotas.json aliasesPerKey');
    }
    view.put(ref.alias(arn), {
      arn,
      alias,
      account,
      region,
      target,
      CreationDate: env.at,
      LastUpdatedDate: env.at,
    });
    return undefined;
  },
  trail: { request: ['AliasName', 'TargetKeyId'], response: 'keyId' },
});
