import {
  compilePolicies,
  defaultKeyPolicy,
  parseAccountId,
  parseArn,
  PolicyInputError,
  type AccessRequest,
  type PlainGrant,
} from '../../engine/index.ts';
import { readDocuments, trustAsKeyPolicy, type PastedDocument } from './documents.ts';
import { isObject, readPaste } from './json.ts';
import type { DenialFacts, DenialInput, NamedReason, PasteFault, PolicyField, Unknown } from './types.ts';

/*
 * The denied request, put together again from what was pasted. What is missing is filled in only where AWS's sentence says
 * that it did not decide, and each such thing is told.
 */

export type Rebuilding =
  | {
      readonly ok: true;
      readonly request: AccessRequest;
      readonly unknown: readonly Unknown[];
      readonly documents: Documents;
      /** What AWS's sentence names was not pasted. */
      readonly lacks: PolicyField | undefined;
    }
  | { readonly ok: false; readonly faults: readonly PasteFault[] };

export interface Documents {
  readonly keyPolicy: readonly PastedDocument[];
  readonly identityPolicies: readonly PastedDocument[];
  readonly permissionsBoundary: readonly PastedDocument[];
  readonly sessionPolicies: readonly PastedDocument[];
  readonly endpointPolicy: readonly PastedDocument[];
  readonly trustPolicy: readonly PastedDocument[];
  /** One list for each level. */
  readonly serviceControlPolicies: readonly (readonly PastedDocument[])[];
  readonly resourceControlPolicies: readonly (readonly PastedDocument[])[];
  readonly grants: readonly PlainGrant[];
}

const names: Readonly<Record<PolicyField, string>> = {
  keyPolicy: 'key policy',
  identityPolicies: 'identity policy',
  serviceControlPolicies: 'SCP',
  resourceControlPolicies: 'RCP',
  permissionsBoundary: 'permissions boundary',
  sessionPolicies: 'session policy',
  endpointPolicy: 'endpoint policy',
  grants: 'grant',
  trustPolicy: 'trust policy',
};

export const fieldOf: Readonly<Record<NamedReason, PolicyField>> = {
  keyPolicy: 'keyPolicy',
  identityPolicy: 'identityPolicies',
  serviceControlPolicy: 'serviceControlPolicies',
  resourceControlPolicy: 'resourceControlPolicies',
  permissionsBoundary: 'permissionsBoundary',
  sessionPolicy: 'sessionPolicies',
  endpointPolicy: 'endpointPolicy',
  trustPolicy: 'trustPolicy',
};

const isGiven = (input: DenialInput, field: PolicyField): boolean => (input[field] ?? '').trim() !== '';

/** A line of dashes begins the next level of the organization. */
const levelBreak = /^[ \t]*-{3,}[ \t]*$/m;

function readAll(input: DenialInput): {
  readonly documents: Documents;
  readonly faults: readonly PasteFault[];
} {
  const faults: PasteFault[] = [];
  const read = (field: PolicyField, text = input[field] ?? '', lines = 0): readonly PastedDocument[] => {
    const reading = readDocuments(field, text, names[field]);
    if (reading.ok) return reading.documents;
    faults.push({ ...reading.fault, line: reading.fault.line + lines });
    return [];
  };
  const levels = (field: PolicyField): readonly (readonly PastedDocument[])[] => {
    let lines = 0;
    return (input[field] ?? '').split(levelBreak).flatMap((text) => {
      const found = read(field, text, lines);
      lines += text.split('\n').length - 1;
      return found.length > 0 ? [found] : [];
    });
  };
  const documents: Documents = {
    keyPolicy: read('keyPolicy'),
    identityPolicies: read('identityPolicies'),
    permissionsBoundary: read('permissionsBoundary'),
    sessionPolicies: read('sessionPolicies'),
    endpointPolicy: read('endpointPolicy'),
    trustPolicy: read('trustPolicy'),
    serviceControlPolicies: levels('serviceControlPolicies'),
    resourceControlPolicies: levels('resourceControlPolicies'),
    grants: readGrants(input.grants ?? '', faults),
  };
  for (const field of ['keyPolicy', 'permissionsBoundary', 'endpointPolicy', 'trustPolicy'] as const)
    if (documents[field].length > 1)
      faults.push({
        field,
        line: 1,
        column: 1,
        why: `there is only one ${names[field]}, ${documents[field].length} were pasted`,
      });
  return { documents, faults };
}

/** As `aws kms list-grants` answers them. */
function readGrants(text: string, faults: PasteFault[]): readonly PlainGrant[] {
  if (text.trim() === '') return [];
  const read = readPaste(text);
  if (!read.ok) {
    faults.push({ field: 'grants', line: read.line, column: read.column, why: read.why });
    return [];
  }
  // What a grant may hold is checked where it is compiled.
  return read.values.flatMap((value) => {
    const list =
      isObject(value) && Array.isArray(value['Grants'])
        ? value['Grants']
        : Array.isArray(value)
          ? value
          : [value];
    return list as readonly PlainGrant[];
  });
}

const fullAccess = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'FullAWSAccess', Effect: 'Allow', Action: '*', Resource: '*' }],
});
/** Stands where the caller's own policies were not pasted and AWS's sentence says that they did not decide. */
const assumedIdentity = (action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'Assumed', Effect: 'Allow', Action: action, Resource: '*' }],
  });

const keyArnsIn = (texts: readonly string[]): readonly string[] => [
  ...new Set(
    texts.flatMap(
      (text) => text.match(/arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/(?:mrk-)?[0-9a-f-]{32,36}/g) ?? [],
    ),
  ),
];
/** A key ARN for a key that nobody has named: no policy can mean it but by a wildcard. */
const nobodysKey = '00000000-0000-0000-0000-000000000000';

interface Place {
  readonly arn: string;
  readonly assumed: boolean;
}

function placeOf(facts: DenialFacts, input: DenialInput, account: string): Place {
  const given = input.keyArn?.trim();
  if (given) return { arn: given, assumed: false };
  if (facts.resource !== undefined) return { arn: facts.resource, assumed: false };
  const [only, ...others] = keyArnsIn([
    input.identityPolicies ?? '',
    input.keyPolicy ?? '',
    input.permissionsBoundary ?? '',
  ]);
  if (only !== undefined && others.length === 0) return { arn: only, assumed: true };
  return { arn: `arn:aws:kms:${facts.region ?? 'us-east-1'}:${account}:key/${nobodysKey}`, assumed: true };
}

const fault = (field: PasteFault['field'], why: string): Rebuilding => ({
  ok: false,
  faults: [{ field, line: 1, column: 1, why }],
});

export function rebuild(facts: DenialFacts, input: DenialInput): Rebuilding {
  const { documents, faults } = readAll(input);
  if (faults.length > 0) return { ok: false, faults };
  const principal = input.principal?.trim() || facts.principal;
  if (principal === undefined)
    return fault(
      'principal',
      'the sentence does not say who called: give the ARN of the caller, or paste the event',
    );
  const { action } = facts;
  if (action === undefined) return fault('denial', 'it does not say what was to be done');
  const isTrust = action.toLowerCase() === 'sts:assumerole';
  if (!isTrust && !action.startsWith('kms:'))
    return fault(
      'denial',
      `${action} is no action of KMS. This page knows kms:… and sts:AssumeRole; where another service was refused by KMS, its message names a kms: action`,
    );
  const caller = parseAccountId(parseArn(principal)?.account ?? '') ?? '111122223333';
  const place = placeOf(facts, input, caller);
  const owner = parseAccountId(parseArn(place.arn)?.account ?? '') ?? parseAccountId(caller);
  if (!owner) return fault('keyArn', `"${place.arn}" names no account`);
  const filled = fill(facts, input, documents, owner, isTrust);
  const unknown = [
    ...filled.unknown,
    ...(place.assumed ? [{ what: 'assumed', field: 'keyArn' } as const] : []),
  ];
  try {
    const compiled = compilePolicies({
      keyPolicy: filled.keyPolicy,
      identityPolicies: filled.identityPolicies.map(({ document }) => document),
      permissionsBoundary: documents.permissionsBoundary[0]?.document,
      ...(documents.sessionPolicies.length > 0
        ? { sessionPolicy: documents.sessionPolicies.map(({ document }) => document) }
        : {}),
      ...(filled.scps.length > 0
        ? { scps: filled.scps.map((level) => level.map(({ document }) => document)) }
        : {}),
      ...(documents.resourceControlPolicies.length > 0
        ? { rcps: documents.resourceControlPolicies.map((level) => level.map(({ document }) => document)) }
        : {}),
      endpointPolicy: documents.endpointPolicy[0]?.document,
      ...(documents.grants.length > 0 ? { grants: documents.grants } : {}),
    });
    const asked = compiled.requestFor({
      principal,
      principalRoleArn: facts.roleArn,
      // A role is judged as a key is, by its own policy: the request is put together for a key and then says what it is.
      action: isTrust ? 'kms:DescribeKey' : action,
      resource: isTrust ? `arn:aws:kms:us-east-1:${owner}:key/${nobodysKey}` : place.arn,
      context: contextOf(facts, input),
      ...(facts.encryptionContext ? { encryptionContext: facts.encryptionContext } : {}),
    });
    const request: AccessRequest = {
      ...named(asked, documents, filled),
      namedByCiphertext: facts.byCiphertext,
      ...(isTrust ? { action: 'sts:AssumeRole', resource: place.arn, worksAcrossAccounts: true } : {}),
    };
    return { ok: true, request, unknown, documents, lacks: filled.lacks };
  } catch (thrown) {
    if (!(thrown instanceof PolicyInputError)) throw thrown;
    const field = thrown.message.startsWith('grants')
      ? 'grants'
      : thrown.message.startsWith('resource')
        ? 'keyArn'
        : 'denial';
    return fault(field, thrown.message);
  }
}

/** The names that came with the documents, in place of the engine's own. */
function named(request: AccessRequest, documents: Documents, filled: Filled): AccessRequest {
  const rename = <T extends { readonly name: string }>(
    policies: readonly T[],
    given: readonly PastedDocument[],
  ) => policies.map((policy, i) => ({ ...policy, name: given[i]?.name ?? policy.name }));
  const { sessionPolicies, serviceControlPolicies } = request;
  return {
    ...request,
    identityPolicies: rename(request.identityPolicies, filled.identityPolicies),
    ...(sessionPolicies ? { sessionPolicies: rename(sessionPolicies, documents.sessionPolicies) } : {}),
    ...(serviceControlPolicies && filled.scps.length > 0
      ? {
          serviceControlPolicies: serviceControlPolicies.map((level, i) =>
            rename(level, filled.scps[i] ?? []),
          ),
        }
      : { serviceControlPolicies: undefined }),
    ...(documents.resourceControlPolicies.length > 0 ? {} : { resourceControlPolicies: undefined }),
  };
}

interface Filled {
  readonly keyPolicy: string;
  readonly identityPolicies: readonly PastedDocument[];
  readonly scps: readonly (readonly PastedDocument[])[];
  readonly unknown: readonly Unknown[];
  readonly lacks: PolicyField | undefined;
}

function fill(
  { said, action = '' }: DenialFacts,
  input: DenialInput,
  documents: Documents,
  owner: string & { readonly __brand: 'AccountId' },
  isTrust: boolean,
): Filled {
  const unknown: Unknown[] = [];
  const namedField =
    said.kind === 'hidden'
      ? 'keyPolicy'
      : said.kind === 'unsaid'
        ? undefined
        : isTrust && said.policy === 'keyPolicy'
          ? 'trustPolicy'
          : fieldOf[said.policy];
  const fields: readonly PolicyField[] = isTrust
    ? ['trustPolicy', 'identityPolicies', 'serviceControlPolicies', 'permissionsBoundary', 'sessionPolicies']
    : [
        'keyPolicy',
        'identityPolicies',
        'serviceControlPolicies',
        'resourceControlPolicies',
        'permissionsBoundary',
        'sessionPolicies',
        'endpointPolicy',
        'grants',
      ];
  for (const field of fields)
    if (!isGiven(input, field)) unknown.push({ what: 'notPasted', field, named: field === namedField });
  // A policy that is not there allows nothing, so a missing Allow is the same whether nobody pasted it or nobody wrote it.
  const isMissingAllow = said.kind === 'implicitDeny' && said.policy === 'identityPolicy';
  const lacks =
    namedField !== undefined && !isGiven(input, namedField) && !isMissingAllow ? namedField : undefined;

  let keyPolicy = isTrust
    ? documents.trustPolicy[0] && trustAsKeyPolicy(documents.trustPolicy[0].document)
    : documents.keyPolicy[0]?.document;
  if (keyPolicy === undefined) {
    keyPolicy = defaultKeyPolicy(owner);
    unknown.push({ what: 'assumed', field: 'keyPolicy' });
  }
  let identityPolicies = documents.identityPolicies;
  if (identityPolicies.length === 0 && namedField !== undefined && namedField !== 'identityPolicies') {
    identityPolicies = [{ name: 'assumed', document: assumedIdentity(action) }];
    unknown.push({ what: 'assumed', field: 'identityPolicies' });
  }
  const withFull = input.fullAccess !== false && documents.serviceControlPolicies.length > 0;
  if (withFull) unknown.push({ what: 'assumed', field: 'fullAccess' });
  const scps = documents.serviceControlPolicies.map((level) =>
    withFull ? [{ name: 'FullAWSAccess', document: fullAccess }, ...level] : level,
  );
  return { keyPolicy, identityPolicies, scps, unknown, lacks };
}

/** `["a", "b"]` is several values; anything else is one. */
function valueOf(text: string): string | readonly string[] {
  if (!/^\s*\[/.test(text)) return text;
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) && read.every((one) => typeof one === 'string') ? read : text;
  } catch {
    return text;
  }
}

/** What a person gives stands before what the event tells. */
function contextOf(facts: DenialFacts, input: DenialInput): Record<string, string | readonly string[]> {
  const given = Object.entries(input.context ?? {}).filter(([name, value]) => name !== '' && value !== '');
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  return {
    ...Object.fromEntries(Object.entries(facts.context).filter(([name]) => !names.has(name.toLowerCase()))),
    ...Object.fromEntries(given.map(([name, value]) => [name, valueOf(value)])),
  };
}
