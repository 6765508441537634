import {
  aliasArn,
  keyArn,
  parseArn,
  parseKeyName,
  partitionOf,
  ref,
  refuse,
  type AccountId,
  type AliasName,
  type Arn,
  type KeyId,
  type KeyRec,
  type Refusal,
  type Region,
  type View,
} from './model/index.ts';
import { foreignKeyMessage } from './policy/index.ts';
import type { LocatedKey, Step } from './operation.ts';

/*
 * Finding the key that a caller means: four ways to name it, and the exact sentence for each way to miss it
 * (FACTS.md "Messages", policy.md §8). A foreign key that is missing is answered like one that is not shared, so that
 * nobody can probe for keys of others.
 */

export interface Asked {
  /** Member of the request. */
  readonly by: string;
  readonly text: string;
  /** Permission that will be asked; part of the sentence for foreign keys. */
  readonly action: string;
  /** Whether an alias may stand here. */
  readonly aliases: boolean;
}

export function findKey(asked: Asked, step: Step): LocatedKey | Refusal {
  const name = parseKeyName(asked.text);
  switch (name.form) {
    case 'unreadable':
      return notOfKms(asked) ?? invalidKeyId(asked.text);
    case 'id':
      return found(asked, step, step.identity.account, name.key);
    case 'keyArn':
      return wrongPlace(name.arn, step) ?? found(asked, step, name.arn.account as AccountId, name.key);
    case 'alias':
      return byAlias(asked, step, step.identity.account, name.alias);
    case 'aliasArn':
      return wrongPlace(name.arn, step) ?? byAlias(asked, step, name.arn.account as AccountId, name.alias);
    default:
      return name satisfies never;
  }
}

const invalidKeyId = (text: string): Refusal =>
  refuse('NotFoundException', `Invalid keyId '${text}'`, 'FACTS.md messages: unreadable key ID');

/**
 * Quoted of CreateGrant (FACTS.md). OURS: the other operations that take no alias and declare InvalidArnException say the
 * same; peers answer NotFoundException there.
 */
const noAliases = refuse(
  'InvalidArnException',
  'Key Aliases are not supported for this operation.',
  'model.json keyIdForms aliasWhereNotAccepted',
);

/** Which operations can answer with InvalidArnException (operations.json errors): no cryptographic one. */
const declaresInvalidArn = ({ action, aliases }: Asked): boolean =>
  aliases
    ? action === 'kms:DescribeKey' || action === 'kms:GetPublicKey'
    : action !== 'kms:CreateAlias' && action !== 'kms:UpdateAlias';

/** OURS: an ARN that is none of KMS is no valid ARN here; in recordings every other name that is none is not found. */
function notOfKms(asked: Asked): Refusal | undefined {
  if (!asked.text.startsWith('arn:') || !declaresInvalidArn(asked)) return undefined;
  return parseArn(asked.text)?.service === 'kms'
    ? undefined
    : refuse('InvalidArnException', `Invalid arn ${asked.text}`, 'model.json errors InvalidArnException');
}

export const keyMissing = (arn: string): Refusal =>
  refuse('NotFoundException', `Key '${arn}' does not exist`, 'FACTS.md messages: unknown key');

export const aliasMissing = (arn: string): Refusal =>
  refuse('NotFoundException', `Alias ${arn} is not found.`, 'FACTS.md messages: unknown alias');

function wrongPlace(arn: Arn, step: Step): Refusal | undefined {
  if (arn.region === step.region && arn.partition === partitionOf(step.region)) return undefined;
  return refuse('NotFoundException', `Invalid arn ${arn.region}`, 'FACTS.md messages: ARN of another Region');
}

function found(
  asked: Asked,
  step: Step,
  account: AccountId,
  key: KeyId,
  alias?: AliasName,
): LocatedKey | Refusal {
  const arn = keyArn(step.region, account, key);
  const rec = step.view.get(ref.key(arn));
  if (rec) return { rec, by: asked.by, named: asked.text, alias, byCiphertext: false };
  return account === step.identity.account ? keyMissing(arn) : foreignMissing(asked.action, step);
}

function byAlias(asked: Asked, step: Step, account: AccountId, alias: AliasName): LocatedKey | Refusal {
  if (!asked.aliases) return declaresInvalidArn(asked) ? noAliases : invalidKeyId(asked.text);
  const arn = aliasArn(step.region, account, alias);
  const rec = step.view.get(ref.alias(arn));
  if (!rec) return account === step.identity.account ? aliasMissing(arn) : foreignMissing(asked.action, step);
  const target: KeyRec | undefined = step.view.get(ref.key(rec.target));
  if (!target) throw new Error(`alias ${arn} points at ${rec.target}, which is not in the world`);
  return { rec: target, by: asked.by, named: asked.text, alias, byCiphertext: false };
}

export const foreignMissing = (action: string, step: Step): Refusal =>
  refuse(
    'AccessDeniedException',
    foreignKeyMessage(step.identity.arn, action, false),
    'policy.md §8: foreign key missing or not shared',
  );

/** The key that a name means, or undefined: for a look ahead that answers nobody. */
export function peekKey(text: string, own: AccountId, region: Region, view: View): KeyRec | undefined {
  const name = parseKeyName(text);
  if (name.form === 'unreadable') return undefined;
  const account = 'arn' in name ? (name.arn.account as AccountId) : own;
  if ('key' in name) return view.get(ref.key(keyArn(region, account, name.key)));
  const alias = view.get(ref.alias(aliasArn(region, account, name.alias)));
  return alias && view.get(ref.key(alias.target));
}
