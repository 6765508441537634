import type { KeyDetail, PrincipalCard } from '../../../client/index.ts';
import {
  accessMatrix,
  algorithmsOf,
  compilePolicies,
  decide,
  PolicyInputError,
  smallestChange,
} from '../../../client/index.ts';
import type {
  AccessMatrix,
  AccessRequest,
  Decision,
  MatrixPrincipal,
  Proposal,
} from '../../../engine/index.ts';

/*
 * Questions to the access decision about one key, outside of any call: who could do what. They are asked of the decision that
 * every call goes through, with the policies as they are, or as they are being edited.
 */

const perUsage: Readonly<Record<string, readonly string[]>> = {
  ENCRYPT_DECRYPT: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  SIGN_VERIFY: ['kms:Sign', 'kms:Verify'],
  GENERATE_VERIFY_MAC: ['kms:GenerateMac', 'kms:VerifyMac'],
  KEY_AGREEMENT: ['kms:DeriveSharedSecret'],
  ENCAPSULATE_DECAPSULATE: ['kms:Encapsulate', 'kms:Decapsulate'],
};

/** What one looks at first: the uses of the key, then what changes and ends it. */
export function actionsOf({ rec }: KeyDetail): readonly string[] {
  const symmetric = algorithmsOf(rec).includes('SYMMETRIC_DEFAULT');
  return [
    ...(perUsage[rec.KeyUsage] ?? []),
    ...(symmetric ? ['kms:GenerateDataKey'] : []),
    'kms:DescribeKey',
    'kms:CreateGrant',
    'kms:PutKeyPolicy',
    'kms:DisableKey',
    'kms:ScheduleKeyDeletion',
  ];
}

export interface Question {
  readonly principal: string;
  readonly action: string;
  readonly context?: Readonly<Record<string, string>> | undefined;
}

const documents = (card: PrincipalCard | undefined): readonly string[] =>
  card?.policies.map(({ document }) => document) ?? [];

/** The request that a principal would make, or why it cannot be put together: a policy that does not read. */
export function requestFor(
  detail: KeyDetail,
  cards: readonly PrincipalCard[],
  { principal, action, context }: Question,
  keyPolicy = detail.policy,
): AccessRequest | string {
  const card = cards.find(({ rec }) => rec.arn === principal);
  try {
    const request = compilePolicies({ keyPolicy, identityPolicies: documents(card) }).requestFor({
      principal,
      action,
      resource: detail.rec.arn,
      context,
    });
    return { ...request, identityPolicies: card?.policies ?? [], grants: detail.grants };
  } catch (thrown) {
    if (thrown instanceof PolicyInputError) return thrown.message;
    throw thrown;
  }
}

function principalsOf(detail: KeyDetail, cards: readonly PrincipalCard[]): readonly MatrixPrincipal[] {
  return cards.flatMap(({ rec, policies }) => {
    const request = requestFor(detail, cards, { principal: rec.arn, action: 'kms:DescribeKey' });
    return typeof request === 'string' ? [] : [{ identity: request.identity, identityPolicies: policies }];
  });
}

/** Undefined: the policy does not read. */
export function matrixOf(
  detail: KeyDetail,
  cards: readonly PrincipalCard[],
  keyPolicy = detail.policy,
): AccessMatrix | undefined {
  const actions = actionsOf(detail);
  const [first] = cards;
  const base =
    first && requestFor(detail, cards, { principal: first.rec.arn, action: 'kms:DescribeKey' }, keyPolicy);
  return base === undefined || typeof base === 'string'
    ? undefined
    : accessMatrix(principalsOf(detail, cards), actions, base);
}

export const decisionOn = (request: AccessRequest): Decision => decide(request);

/** The smallest edits that allow a denied request, and what else each would open among this world's principals. */
export const changesFor = (
  request: AccessRequest,
  detail: KeyDetail,
  cards: readonly PrincipalCard[],
): readonly Proposal[] =>
  smallestChange(request, {
    mostProposals: 5,
    probes: { principals: principalsOf(detail, cards), actions: actionsOf(detail) },
  });
