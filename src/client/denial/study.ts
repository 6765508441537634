import {
  applyPolicyChange,
  decide,
  parseAccountId,
  parseArn,
  policyDocumentAt,
  smallestChange,
  type AccessRequest,
  type Decision,
  type MatrixPrincipal,
  type PolicyChange,
  type PrincipalArn,
  type Proposal,
} from '../../engine/index.ts';
import { findAccessKeys } from '../accessKeys.ts';
import { looksLikeJson, readEvent } from './event.ts';
import { placeAt } from './json.ts';
import { readMessage } from './message.ts';
import { rebuild, type Documents } from './rebuild.ts';
import {
  denialFields,
  type DenialFacts,
  type DenialInput,
  type PasteFault,
  type PolicyField,
  type Unknown,
  type Verdict,
} from './types.ts';

export interface EditedDocument {
  readonly change: PolicyChange;
  /** Undefined: there is none yet. */
  readonly before: string | undefined;
  readonly after: string;
}
export interface DenialProposal extends Pick<Proposal, 'alsoOpens'> {
  readonly edits: readonly EditedDocument[];
}

export type DenialReport =
  | { readonly ok: false; readonly faults: readonly PasteFault[]; readonly facts: DenialFacts | undefined }
  | {
      readonly ok: true;
      readonly facts: DenialFacts;
      readonly request: AccessRequest;
      readonly documents: Documents;
      readonly decision: Decision;
      readonly verdict: Verdict;
      readonly unknown: readonly Unknown[];
      /** What AWS's sentence names and was not pasted. */
      readonly lacks: PolicyField | undefined;
      readonly proposals: readonly DenialProposal[];
      /** Denials in the pasted events beside the first. */
      readonly more: number;
    };

/** A CloudTrail record names its caller's access key, which is no secret and no help here: it is taken out. */
export const withoutAccessKeyIds = (text: string): string =>
  text.replace(/(\\*"accessKeyId\\*"\s*:\s*\\*")[^"\\]*/g, '$1REMOVED');

/** What looks like a credential in the pasted texts: they must go before anything is read. */
function secretsIn(input: DenialInput): readonly PasteFault[] {
  return denialFields.flatMap((field) => {
    const text = withoutAccessKeyIds(input[field] ?? '');
    return findAccessKeys(text).map(({ start, kind }) => ({
      field,
      ...placeAt(text, start),
      why:
        kind === 'accessKeyId'
          ? 'this looks like a real AWS access key: take it out'
          : 'this looks like a real AWS secret: take it out, and if it was in a log, rotate it',
    }));
  });
}

function readDenial(
  text: string,
): { readonly facts: DenialFacts; readonly more: number } | { readonly fault: PasteFault } {
  const field = 'denial';
  if (looksLikeJson(text)) {
    const event = readEvent(text);
    return event.ok ? event : { fault: { field, line: event.line, column: event.column, why: event.why } };
  }
  const message = readMessage(text);
  return message.ok
    ? { facts: message.facts, more: 0 }
    : { fault: { field, ...placeAt(text, message.at), why: message.why } };
}

/** Reads what was pasted, decides it again, and says what it means. Pure: nothing leaves, nothing is kept. */
export function studyDenial(input: DenialInput): DenialReport {
  const secrets = secretsIn(input);
  if (secrets.length > 0) return { ok: false, faults: secrets, facts: undefined };
  const read = readDenial(input.denial ?? '');
  if ('fault' in read) return { ok: false, faults: [read.fault], facts: undefined };
  const { facts, more } = read;
  const rebuilt = rebuild(facts, input);
  if (!rebuilt.ok) return { ok: false, faults: rebuilt.faults, facts };
  const { request, documents, lacks } = rebuilt;
  const decision = worded(decide(request), request);
  const verdict = verdictOf(facts, decision, lacks);
  return {
    ok: true,
    facts,
    request,
    documents,
    decision,
    verdict,
    lacks,
    unknown: [...rebuilt.unknown, ...missingKeys(decision)],
    proposals: verdict === 'cannot' || decision.allowed ? [] : proposalsFor(request),
    more,
  };
}

/** A role's policy is called by its name, in the tree and in AWS's two sentences (troubleshoot_access-denied). */
function worded(decision: Decision, { action, identity }: AccessRequest): Decision {
  if (action !== 'sts:AssumeRole') return decision;
  const policies = decision.policies.map((reason) =>
    reason.type === 'keyPolicy' ? { ...reason, name: 'trust policy' } : reason,
  );
  if (decision.allowed || decision.decidedBy !== 'keyPolicy') return { ...decision, policies };
  const start = `User: ${identity.arn} is not authorized to perform: ${action}`;
  const message =
    decision.kind === 'explicitDeny'
      ? `${start} with an explicit deny in the role trust policy`
      : `${start} because no role trust policy allows the ${action} action`;
  return { ...decision, policies, message };
}

function verdictOf({ said }: DenialFacts, decision: Decision, lacks: PolicyField | undefined): Verdict {
  if (decision.allowed) return lacks === undefined ? 'allowed' : 'cannot';
  const same =
    said.kind === 'unsaid'
      ? undefined
      : said.kind === 'hidden'
        ? decision.message.includes('because the resource does not exist')
        : decision.kind === said.kind &&
          decision.decidedBy === (said.policy === 'trustPolicy' ? 'keyPolicy' : said.policy);
  if (lacks !== undefined) return 'cannot';
  return same === undefined ? 'reproducedUnsaid' : same ? 'reproduced' : 'otherReason';
}

/** Condition keys that a statement asks for and that nobody told. */
function missingKeys({ policies }: Decision): readonly Unknown[] {
  const found = policies.flatMap(({ type, statements }) =>
    statements.flatMap(({ matches, sid, index }) =>
      matches.flatMap(({ condition, got }): readonly Unknown[] =>
        condition && got === undefined
          ? [{ what: 'conditionKey', key: condition.key, policy: type, where: sid ?? String(index + 1) }]
          : [],
      ),
    ),
  );
  const seen = new Set<string>();
  return found.filter((one) => {
    const key = one.what === 'conditionKey' ? one.key.toLowerCase() : '';
    return !seen.has(key) && seen.add(key);
  });
}

/** OURS: what one looks at to see what a change would open: the uses of a key, and what could be done to it. */
const probedActions = [
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:DescribeKey',
  'kms:CreateGrant',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
];

/** Names of the made-up principals, which the page words. */
export const someoneOfAccount = 'anyone-with-iam-permission';
export const someoneElse = '999999999999';

/** Everybody that the pasted texts name, and two that nobody named: one whose IAM allows everything, here and elsewhere. */
function probesFor(request: AccessRequest): readonly MatrixPrincipal[] {
  const everything = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });
  const made = (arn: string, all: boolean): MatrixPrincipal | undefined => {
    const parsed = parseArn(arn);
    const account = parseAccountId(parsed?.account ?? '');
    if (!account || !parsed) return undefined;
    const kind =
      parsed.resource === 'root' ? 'root' : parsed.resource.startsWith('user/') ? 'user' : 'session';
    return {
      identity: {
        kind,
        arn: arn as PrincipalArn, // its form has been read
        principal: arn as PrincipalArn,
        account,
        principalId: '',
        name: arn.slice(arn.lastIndexOf('/') + 1),
        accessKeyId: undefined,
      },
      identityPolicies: all ? [{ name: 'everything', document: everything }] : [],
      context: { 'kms:CallerAccount': account, 'aws:PrincipalAccount': account, 'aws:PrincipalArn': arn },
    };
  };
  const named = new Set(
    (request.keyPolicy ?? '').match(/arn:aws[\w-]*:iam::\d{12}:(?:root|(?:user|role)\/[\w+=,.@/-]+)/g) ?? [],
  );
  return [
    ...[...named].map((arn) => made(arn, false)),
    made(`arn:aws:iam::${request.resourceAccount}:role/${someoneOfAccount}`, true),
    made(`arn:aws:iam::${someoneElse}:role/${someoneOfAccount}`, true),
  ].flatMap((one) => one ?? []);
}

function proposalsFor(request: AccessRequest): readonly DenialProposal[] {
  const isTrust = request.action === 'sts:AssumeRole';
  const found = smallestChange(request, {
    mostProposals: 6,
    ...(isTrust ? {} : { probes: { principals: probesFor(request), actions: probedActions } }),
  });
  return found.map(({ changes, alsoOpens }) => {
    const edits: EditedDocument[] = [];
    let now: AccessRequest = request;
    for (const change of changes) {
      const after = applyPolicyChange(now, change);
      if (!after) break;
      edits.push({
        change,
        before: policyDocumentAt(now, change.target),
        after: policyDocumentAt(after, change.target) ?? '',
      });
      now = after;
    }
    return { edits, alsoOpens };
  });
}
