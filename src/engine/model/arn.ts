import {
  parseAccountId,
  parseAliasName,
  parseKeyId,
  type AccountId,
  type AliasArn,
  type AliasName,
  type KeyArn,
  type KeyId,
  type PrincipalArn,
  type Region,
} from './ids.ts';

/** The six parts of an ARN; the last one keeps its colons. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

export function parseArn(text: string): Arn | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const service = text.indexOf(':', 4) + 1;
  const region = service && text.indexOf(':', service) + 1;
  const account = region && text.indexOf(':', region) + 1;
  const resource = account && text.indexOf(':', account) + 1;
  // Zero where a colon is missing; partition and service may not be empty.
  if (!resource || service === 5 || region === service + 1) return undefined;
  return {
    partition: text.slice(4, service - 1),
    service: text.slice(service, region - 1),
    region: text.slice(region, account - 1),
    account: text.slice(account, resource - 1),
    resource: text.slice(resource),
  };
}

/** The partition that a Region belongs to. */
export function partitionOf(region: string): 'aws' | 'aws-cn' | 'aws-us-gov' {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}

export const keyArn = (region: Region, account: AccountId, key: KeyId): KeyArn =>
  `arn:${partitionOf(region)}:kms:${region}:${account}:key/${key}` as KeyArn;

export const aliasArn = (region: Region, account: AccountId, alias: AliasName): AliasArn =>
  `arn:${partitionOf(region)}:kms:${region}:${account}:${alias}` as AliasArn;

export const rootArn = (account: AccountId): PrincipalArn => `arn:aws:iam::${account}:root` as PrincipalArn;

/** What a caller may write where KMS takes a key: four forms, told apart here and nowhere else. */
export type KeyName =
  | { readonly form: 'id'; readonly key: KeyId }
  | { readonly form: 'keyArn'; readonly key: KeyId; readonly arn: Arn }
  | { readonly form: 'alias'; readonly alias: AliasName }
  | { readonly form: 'aliasArn'; readonly alias: AliasName; readonly arn: Arn }
  | { readonly form: 'unreadable'; readonly text: string };

export function parseKeyName(text: string): KeyName {
  const unreadable = { form: 'unreadable', text } as const;
  if (text.startsWith('arn:')) {
    const arn = parseArn(text);
    if (!arn || arn.service !== 'kms' || !parseAccountId(arn.account)) return unreadable;
    const alias = parseAliasName(arn.resource);
    if (alias) return { form: 'aliasArn', alias, arn };
    const key = arn.resource.startsWith('key/') ? parseKeyId(arn.resource.slice(4)) : undefined;
    return key ? { form: 'keyArn', key, arn } : unreadable;
  }
  const alias = parseAliasName(text);
  if (alias) return { form: 'alias', alias };
  const key = parseKeyId(text);
  return key ? { form: 'id', key } : unreadable;
}

/** `role/app` of `arn:aws:iam::111122223333:role/app`: how a principal is shown beside its account. */
export const shortPrincipal = (arn: string): string => parseArn(arn)?.resource ?? arn;
