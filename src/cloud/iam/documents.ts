import {
  isRefusal,
  parseAccountId,
  parseArn,
  parsePolicy,
  principalExists,
  ref,
  rootArn,
  type PolicyDocument,
  type PrincipalArn,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { malformedDocument } from './refusals.ts';

/*
 * Policy documents as IAM takes them: identity policies, and the trust policy of a role.
 */

/** The fault of an identity policy, a boundary or a session policy. */
export function identityDocumentFault(text: string): Refusal | undefined {
  const document = parsePolicy(text, 'identity');
  return isRefusal(document) ? malformedDocument(document.message) : undefined;
}

interface RawStatement {
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
}

/** Statements of a document that parses; one may stand without a list. */
const statementsOf = (text: string): readonly RawStatement[] => {
  const { Statement } = JSON.parse(text) as { readonly Statement: RawStatement | readonly RawStatement[] };
  return Array.isArray(Statement) ? (Statement as readonly RawStatement[]) : [Statement as RawStatement];
};

/** A trust policy with the Resource that it means but must not say: its own role. */
export const trustAsResourcePolicy = (text: string): string =>
  JSON.stringify({
    ...(JSON.parse(text) as object),
    Statement: statementsOf(text).map((statement) => ({ ...statement, Resource: '*' })),
  });

/** The fault of a trust policy: grammar, no Resource, actions of STS, principals that are there. */
export function trustDocumentFault(text: string, step: Step): Refusal | undefined {
  const document = parsePolicy(text, 'key');
  if (isRefusal(document)) return malformedDocument(document.message);
  if (
    statementsOf(text).some(
      ({ Resource, NotResource }) => Resource !== undefined || NotResource !== undefined,
    )
  )
    return malformedDocument('Has prohibited field Resource');
  for (const { action } of document.statements) {
    if (!action) return malformedDocument('Missing required field Action');
    if (!action.items.every((item) => item === '*' || /^sts:/i.test(item)))
      return malformedDocument('AssumeRole policy may only specify STS AssumeRole actions.');
  }
  return principalFault(document, step);
}

function principalFault(document: PolicyDocument, step: Step): Refusal | undefined {
  const there = principalExists(step);
  for (const { principal } of document.statements) {
    for (const { type, value } of principal?.items ?? []) {
      if (type !== 'AWS' || value === '*') continue;
      const account = parseAccountId(value) ?? rootAccount(value);
      const known = account
        ? step.view.get(ref.account(account)) !== undefined
        : isNamed(value) && there(value);
      if (!known) return malformedDocument(`Invalid principal in policy: "AWS":"${value}"`);
    }
  }
  return undefined;
}

const rootAccount = (arn: string) => {
  const account = parseAccountId(parseArn(arn)?.account ?? '');
  return account && arn === (rootArn(account) as PrincipalArn as string) ? account : undefined;
};

/** No wildcards inside an ARN, no groups. */
const isNamed = (arn: string): boolean => !/[*?]/.test(arn) && !arn.includes(':group/');
