import { findKey } from './find.ts';
import {
  isRefusal,
  parseAliasName,
  parseKeyName,
  refuse,
  type AliasName,
  type Refusal,
} from './model/index.ts';
import type { LocatedKey, Step } from './operation.ts';

/** quotas.json "aliasesPerKey". */
export const aliasesPerKey = 50;

/** FACTS.md and policy.md §9: an alias name that the caller may write into a request. */
export function aliasFault(AliasName: string): Refusal | undefined {
  if (!parseAliasName(AliasName)) {
    return refuse(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
      'FACTS.md alias without prefix',
    );
  }
  if (AliasName.includes(':')) {
    return refuse(
      'ValidationException',
      `${AliasName} contains invalid characters for an alias`,
      'policy.md §9 alias, peers',
    );
  }
  return undefined;
}

/** Names under `alias/aws/` belong to AWS. */
export const reservedFault = (alias: AliasName | string): Refusal | undefined =>
  alias.startsWith('alias/aws/') ? refuse('NotAuthorizedException', '', 'policy.md §9 alias aws') : undefined;

/** The key that an alias shall point at: a key of the own account, not another alias. */
export function findTarget(TargetKeyId: string, action: string, step: Step): LocatedKey | Refusal {
  const name = parseKeyName(TargetKeyId);
  if (name.form === 'alias' || name.form === 'aliasArn') {
    return refuse(
      'ValidationException',
      'Aliases must refer to keys. Not aliases',
      'policy.md §9 alias, peers',
    );
  }
  const key = findKey({ by: 'TargetKeyId', text: TargetKeyId, action, aliases: false }, step);
  if (isRefusal(key)) return key;
  return key;
}
