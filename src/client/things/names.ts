import {
  aliasArn,
  keyArn,
  parseKeyName,
  ref,
  type AccountId,
  type AliasArn,
  type KeyArn,
  type Region,
  type View,
} from '../../engine/index.ts';

/** The ARN of the key or alias that a name means to a service of this account and Region; undefined for no name. */
export function spelledOut(named: string, account: AccountId, region: Region): KeyArn | AliasArn | undefined {
  const name = parseKeyName(named);
  switch (name.form) {
    case 'keyArn':
      return named as KeyArn; // read as one
    case 'id':
      return keyArn(region, account, name.key);
    case 'alias':
      return aliasArn(region, account, name.alias);
    case 'aliasArn':
      return aliasArn(name.arn.region as Region, name.arn.account as AccountId, name.alias);
    default:
      return undefined;
  }
}

/** The key that it means at this moment. */
export const keyMeant = (view: View, arn: KeyArn | AliasArn): KeyArn | undefined =>
  parseKeyName(arn).form === 'keyArn'
    ? (arn as KeyArn) // just read as one
    : view.get(ref.alias(arn as AliasArn))?.target;
