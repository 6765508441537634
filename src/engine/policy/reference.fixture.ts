import type { PlainGrant } from './plainGrants.ts';
import type { PlainQuestion } from './plain.ts';

/*
 * policy.md once more, read by somebody who has not seen the evaluator: documents as they are written, no compiling, no
 * reasons, regular expressions instead of patterns, sets of verdicts instead of steps. Slow and short, so that it can be held
 * against the page line by line. Where the page is silent it does what the `OURS:` of the evaluator says.
 */

type Json = Readonly<Record<string, unknown>>;
type Context = ReadonlyMap<string, readonly string[]>;

const list = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A text with variables put in, as a regular expression's source; undefined when a variable is missing. */
function source(text: string, context: Context, version: string, wild: boolean): string | undefined {
  let out = '';
  const wildcards = (plain: string): string =>
    wild
      ? plain.replace(/[.*+?^${}()|[\]\\]/g, (c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : `\\${c}`))
      : escape(plain);
  if (version !== '2012-10-17') return wildcards(text);
  let rest = text;
  for (;;) {
    const found = /\$\{([^{}]*)\}/.exec(rest);
    if (!found) return out + wildcards(rest);
    out += wildcards(rest.slice(0, found.index));
    rest = rest.slice(found.index + found[0].length);
    const [, inside = ''] = found;
    if (inside === '*' || inside === '?' || inside === '$') {
      out += escape(inside);
      continue;
    }
    const comma = inside.indexOf(',');
    const name = (comma < 0 ? inside : inside.slice(0, comma)).trim().toLowerCase();
    const fallback =
      comma < 0
        ? undefined
        : inside
            .slice(comma + 1)
            .trim()
            .slice(1, -1);
    const values = context.get(name);
    const value = values?.length === 1 ? values[0] : fallback;
    if (value === undefined) return undefined;
    out += escape(value);
  }
}

const whole = (pattern: string | undefined, text: string): boolean =>
  pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(text);

/** IAM User Guide, reference_policies_elements_resource: a wildcard stays in its segment, but in the last one. */
function resourceFits(written: string, resource: string, context: Context, version: string): boolean {
  if (written === '*') return true;
  const parts = splitOutsideVariables(written);
  const given = resource.split(':');
  if (given.length < parts.length) return false;
  const last = parts.length - 1;
  return parts.every((part, i) =>
    whole(source(part, context, version, true), i === last ? given.slice(i).join(':') : (given[i] ?? '')),
  );
}

function splitOutsideVariables(text: string): readonly string[] {
  const held: string[] = [];
  const masked = text.replace(/\$\{[^{}]*\}/g, (variable) => {
    held.push(variable);
    return `\u0000${held.length - 1}\u0000`;
  });
  return masked.split(':').map((part) => part.replace(/\0(\d+)\0/g, (_, i: string) => held[Number(i)] ?? ''));
}

const number = (text: string): number | undefined =>
  /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
const date = (text: string): number | undefined => {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(at) ? at : undefined;
};

/** An address as bits. */
function bits(text: string): string | undefined {
  if (!text.includes(':')) {
    const parts = text.split('.');
    if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
      return undefined;
    return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
  }
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: Math.max(zeros, 0) }, () => '0'), ...right];
  if (groups.length !== 8 || groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

function inRange(range: string, text: string): boolean {
  const [base = '', length] = range.split('/');
  const [from, got] = [bits(base), bits(text)];
  if (from === undefined || got === undefined || from.length !== got.length) return false;
  const n = length === undefined ? from.length : Number(length);
  return n <= from.length && from.slice(0, n) === got.slice(0, n);
}

function arnFits(written: string, got: string, context: Context, version: string): boolean {
  if (written === '*') return got.startsWith('arn:');
  const parts = splitOutsideVariables(written);
  const given = got.split(':');
  if (parts.length < 6 || given.length < 6) return false;
  return [0, 1, 2, 3, 4, 5].every((i) => {
    const part = i < 5 ? (parts[i] ?? '') : parts.slice(5).join(':');
    return whole(source(part, context, version, true), i < 5 ? (given[i] ?? '') : given.slice(5).join(':'));
  });
}

const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equals: (a, b) => a === b,
  LessThan: (a, b) => a < b,
  LessThanEquals: (a, b) => a <= b,
  GreaterThan: (a, b) => a > b,
  GreaterThanEquals: (a, b) => a >= b,
};

/** Does one value of the request fit one value of the policy? `operator` is positive. */
function fits(operator: string, written: string, got: string, context: Context, version: string): boolean {
  switch (operator) {
    case 'StringEquals':
      return whole(source(written, context, version, false), got);
    case 'StringEqualsIgnoreCase':
      return whole(source(written, context, version, false)?.toLowerCase(), got.toLowerCase());
    case 'StringLike':
      return whole(source(written, context, version, true), got);
    case 'ArnEquals':
    case 'ArnLike':
      return arnFits(written, got, context, version);
    case 'Bool':
      return /^(true|false)$/i.test(written) && written.toLowerCase() === got.toLowerCase();
    case 'BinaryEquals':
      return written.replace(/=+$/, '') === got.replace(/=+$/, '') && /^[A-Za-z0-9+/]*=*$/.test(written);
    case 'IpAddress':
      return inRange(written, got);
  }
  const [, kind, order] = /^(Numeric|Date)(.+)$/.exec(operator) ?? [];
  const read = kind === 'Numeric' ? number : date;
  const [a, b] = [read(got), read(written)];
  return a !== undefined && b !== undefined && (orders[order ?? '']?.(a, b) ?? false);
}

/** conditions.json "evaluation", clause by clause. */
function clauseHolds(
  written: string,
  key: string,
  values: readonly string[],
  context: Context,
  version: string,
): boolean {
  const got = context.get(key.toLowerCase());
  if (written === 'Null')
    return values.some((value) => (value.toLowerCase() === 'true') === (got === undefined));
  const [set, bare = ''] = written.includes(':') ? written.split(':') : [undefined, written];
  const ifExists = bare.endsWith('IfExists');
  const name = bare.replace(/IfExists$/, '');
  const negated = name.includes('Not');
  const positive = name.replace('Not', '');
  if (got === undefined) {
    if (ifExists || set === 'ForAllValues') return true;
    return set === 'ForAnyValue' ? false : negated;
  }
  const holds = (one: string): boolean =>
    values.some((value) => fits(positive, value, one, context, version)) !== negated;
  if (set === 'ForAllValues') return got.every(holds);
  if (set === 'ForAnyValue') return got.some(holds);
  return got.length === 1 ? got.every(holds) : negated;
}

interface Caller {
  /** Every name by which a statement can mean him, the most his own first. */
  readonly names: readonly string[];
  readonly kind: 'root' | 'user' | 'session' | 'role' | 'federated' | 'service';
  readonly account: string | undefined;
  /** What aws:PrincipalArn says. */
  readonly principal: string;
}

function callerOf({ principal, principalRoleArn }: PlainQuestion): Caller {
  const [, , service, , account = '', resource = ''] = principal.split(':');
  if (principal.endsWith('.amazonaws.com'))
    return { names: [principal], kind: 'service', account: undefined, principal };
  if (/^\d{12}$/.test(principal)) {
    const root = `arn:aws:iam::${principal}:root`;
    return { names: [root], kind: 'root', account: principal, principal: root };
  }
  if (resource === 'root') return { names: [principal], kind: 'root', account, principal };
  if (service === 'iam') {
    const kind = resource.startsWith('user/') ? 'user' : 'role';
    return { names: [principal], kind, account, principal };
  }
  const [form, role] = resource.split('/');
  if (form === 'federated-user') return { names: [principal], kind: 'federated', account, principal };
  const arn = principalRoleArn ?? `arn:aws:iam::${account}:role/${role}`;
  return { names: [principal, arn], kind: 'session', account, principal: arn };
}

type Reach = 'himself' | 'his role' | 'everybody' | 'his account';

function reaches(element: unknown, caller: Caller): Reach | undefined {
  const named: Json =
    element === '*' ? { AWS: '*' } : typeof element === 'object' && element !== null ? (element as Json) : {};
  const arns = list(named['AWS']);
  if (caller.kind === 'service') {
    if (list(named['Service']).includes(caller.principal)) return 'himself';
    return arns.includes('*') ? 'everybody' : undefined;
  }
  const [own = '', behind] = caller.names;
  if (arns.includes(own)) return caller.kind === 'role' ? 'his role' : 'himself';
  if (behind !== undefined && arns.includes(behind)) return 'his role';
  if (arns.includes('*')) return 'everybody';
  const isAccount = (arn: string): boolean =>
    arn === caller.account || new RegExp(`^arn:[^:]+:iam::${caller.account}:root$`).test(arn);
  return arns.some(isAccount) ? 'his account' : undefined;
}

interface Applied {
  readonly effect: 'Allow' | 'Deny';
  readonly reach: Reach | undefined;
}

interface Asked {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  readonly bounded: boolean;
}

function appliedIn(document: unknown, asked: Asked, hasPrincipal: boolean): readonly Applied[] {
  const { Version = '2008-10-17', Statement } = document as {
    readonly Version?: string;
    readonly Statement: unknown;
  };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as readonly Json[];
  return statements.flatMap((one): readonly Applied[] => {
    const effect = one['Effect'] as 'Allow' | 'Deny';
    let reach: Reach | undefined;
    if (hasPrincipal) {
      if (one['NotPrincipal'] !== undefined) {
        const spared = reaches(one['NotPrincipal'], asked.caller);
        const isSpared = spared !== undefined && !(spared === 'his account' && asked.caller.kind !== 'root');
        // IAM User Guide, access_policies_boundaries.
        if (isSpared && !(effect === 'Deny' && asked.bounded)) return [];
        reach = 'everybody';
      } else {
        reach = reaches(one['Principal'], asked.caller);
        if (!reach) return [];
      }
    }
    const actions = list(one['Action'] ?? one['NotAction']);
    const meant = actions.some((written) =>
      whole(source(written.toLowerCase(), asked.context, '', true), asked.action.toLowerCase()),
    );
    if (actions.length === 0 || meant !== (one['Action'] !== undefined)) return [];
    const resources = list(one['Resource'] ?? one['NotResource']);
    const there = resources.some((written) => resourceFits(written, asked.resource, asked.context, Version));
    if (resources.length === 0 || there !== (one['Resource'] !== undefined)) return [];
    for (const [operator, keys] of Object.entries((one['Condition'] ?? {}) as Json)) {
      for (const [key, values] of Object.entries(keys as Json)) {
        if (!clauseHolds(operator, key, list(values), asked.context, Version)) return [];
      }
    }
    return [{ effect, reach }];
  });
}

function contextOf({ context = {} }: PlainQuestion, caller: Caller): Context {
  const read = new Map<string, readonly string[]>();
  const put = (key: string, value: unknown): void => {
    const values = list(value);
    if (values.length > 0 && !read.has(key.toLowerCase())) read.set(key.toLowerCase(), values);
  };
  for (const [key, value] of Object.entries(context)) put(key, value);
  if (caller.account !== undefined) {
    // An empty list given for one of them is an answer too.
    const given = new Set(Object.keys(context).map((key) => key.toLowerCase()));
    if (!given.has('kms:calleraccount')) put('kms:CallerAccount', caller.account);
    if (!given.has('aws:principalaccount')) put('aws:PrincipalAccount', caller.account);
    if (!given.has('aws:principalarn')) put('aws:PrincipalArn', caller.principal);
  }
  return read;
}

/** policy.md §5, "Effective only for". */
const acrossAccounts =
  /^kms:(Encrypt|Decrypt|ReEncrypt(From|To)|GenerateDataKey(Pair)?(WithoutPlaintext)?|Sign|Verify|GenerateMac|VerifyMac|DeriveSharedSecret|Encapsulate|Decapsulate|CreateGrant|DescribeKey|GetKeyRotationStatus|GetPublicKey|ListGrants|RetireGrant|RevokeGrant)$/i;

/** policy.md §6. */
function grantReach(
  grant: PlainGrant,
  asked: Asked,
  given: NonNullable<PlainQuestion['context']>,
): Reach | undefined {
  const operation = asked.action.slice('kms:'.length);
  if (!grant.Operations.includes(operation)) return undefined;
  const {
    EncryptionContextEquals: equals,
    EncryptionContextSubset: subset,
    SourceArn,
  } = grant.Constraints ?? {};
  if (operation !== 'DescribeKey' && operation !== 'CreateGrant') {
    // As the caller spells them: constraints compare with case, the condition keys do not.
    const pairs = new Map(
      Object.entries(given)
        .filter(([key]) => /^kms:encryptioncontext:./i.test(key))
        .map(([key, value]) => [key.slice('kms:encryptioncontext:'.length), list(value).join(', ')] as const),
    );
    for (const [key, value] of Object.entries({ ...subset, ...equals }))
      if (pairs.get(key) !== value) return undefined;
    if (equals && pairs.size !== Object.keys(equals).length) return undefined;
  }
  if (SourceArn !== undefined && asked.caller.kind === 'service') {
    if (asked.context.get('aws:sourcearn')?.[0] !== SourceArn) return undefined;
  }
  const grantee = grant.GranteePrincipal ?? grant.GranteeServicePrincipal;
  const reach = reaches(
    asked.caller.kind === 'service' ? { Service: grantee } : { AWS: grant.GranteePrincipal },
    asked.caller,
  );
  return reach === 'everybody' ? undefined : reach;
}

export type Verdict = 'allow' | 'explicit deny' | 'implicit deny';

/** Of a KMS action on a key. */
export function referenceDecide(question: PlainQuestion): Verdict {
  const caller = callerOf(question);
  const { resource, keyPolicy, identityPolicies = [], permissionsBoundary, endpointPolicy } = question;
  // As AWS writes it; policies may write it otherwise.
  const action = question.action.replace(/^kms:([a-z])/i, (_, first: string) => `kms:${first.toUpperCase()}`);
  const owner = resource.split(':')[4];
  const isRoot = caller.kind === 'root';
  const isService = caller.kind === 'service';
  const hasIdentity = !isRoot && !isService;
  const bounded = permissionsBoundary !== undefined && hasIdentity;
  const asked: Asked = { caller, action, resource, context: contextOf(question, caller), bounded };
  const linked = caller.principal.includes(':role/aws-service-role/');

  const scps = isService || linked ? [] : (question.scps ?? []);
  const rcps = linked ? [] : (question.rcps ?? []);
  const session = hasIdentity ? list0(question.sessionPolicy) : [];
  const boundary = bounded ? [permissionsBoundary] : [];
  const identity = hasIdentity ? identityPolicies : [];
  const endpoint = endpointPolicy === undefined ? [] : [endpointPolicy];

  const judged = (documents: readonly unknown[], hasPrincipal: boolean): readonly Applied[] =>
    documents.flatMap((document) => appliedIn(document, asked, hasPrincipal));
  const key = judged([keyPolicy], true);
  const iam = judged(identity, false);
  const low = judged(boundary, false);
  const own = judged(session, false);
  const way = judged(endpoint, true);
  const scpLevels = scps.map((level) => judged(level, false));
  const rcpLevels = rcps.map((level) => judged(level, true));

  // Step 1.
  const everything = [key, iam, low, own, way, ...scpLevels, ...rcpLevels].flat();
  if (everything.some(({ effect }) => effect === 'Deny')) return 'explicit deny';
  const allows = (applied: readonly Applied[]): boolean => applied.some(({ effect }) => effect === 'Allow');
  // Step 2. RCPFullAWSAccess stands at every level.
  if (!scpLevels.every(allows) || (endpoint.length > 0 && !allows(way))) return 'implicit deny';
  // Steps 3 to 5: the ways by which he is allowed, and what each has to pass.
  const within = (boundary.length === 0 || allows(low)) && (session.length === 0 || allows(own));
  const byIdentity = isRoot || allows(iam);
  const reached = new Set([
    ...key.map(({ reach }) => reach),
    ...(question.grants ?? []).map((grant) => grantReach(grant, asked, question.context ?? {})),
  ]);
  reached.delete(undefined);
  const grants = new Set(
    (question.grants ?? []).map((grant) => grantReach(grant, asked, question.context ?? {})),
  );
  grants.delete(undefined);
  if (isService || caller.account === owner) {
    const straight =
      reached.has('himself') || reached.has('everybody') || (isRoot && reached.has('his account'));
    const byRole = reached.has('his role') && within;
    const byAccount = reached.has('his account') && byIdentity && within;
    // A role that is named is held to its ceilings, also when the account lets IAM in besides.
    return straight || byRole || byAccount ? 'allow' : 'implicit deny';
  }
  if (!acrossAccounts.test(action)) return 'implicit deny';
  const straight = grants.has('himself') || (isRoot && grants.has('his account'));
  const byRole = grants.has('his role') && within;
  return straight || byRole || (reached.size > 0 && byIdentity && within) ? 'allow' : 'implicit deny';
}

const list0 = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly unknown[]) : [value];
