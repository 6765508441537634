import { aliasFault, reservedFault } from '../aliasRules.ts';
import { aliasMissing } from '../find.ts';
import { aliasArn, ref, type AliasName } from '../model/index.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html

export interface DeleteAliasRequest {
  readonly AliasName: string;
}

export const DeleteAlias = operation<DeleteAliasRequest, undefined>({
  name: 'DeleteAlias',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [],
  check: ({ AliasName }) => aliasFault(AliasName) ?? reservedFault(AliasName),
  find({ AliasName }, { view, region, identity }) {
    const arn = aliasArn(region, identity.account, AliasName as AliasName);
    const alias = view.get(ref.alias(arn));
    if (!alias) return aliasMissing(arn);
    const rec = view.get(ref.key(alias.target));
    if (!rec) throw new Error(`alias ${arn} points at ${alias.target}, which is not in the world`);
    return {
      keys: [{ rec, by: 'AliasName', named: AliasName, alias: alias.alias, byCiphertext: false }],
      alias,
    };
  },
  permissions: (_input, located) => [
    { action: 'kms:DeleteAlias', resource: located.alias?.arn },
    { action: 'kms:DeleteAlias', key: theKey(located) },
  ],
  run(_input, { alias }, { view }) {
    if (!alias) throw new Error('"DeleteAlias" expected an alias');
    view.put(ref.alias(alias.arn), undefined);
    view.count(`aliases/${alias.target}`, -1);
    return undefined;
  },
  trail: { request: ['AliasName'], response: 'keyId' },
});
