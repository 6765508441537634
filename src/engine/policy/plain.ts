import {
  isRefusal,
  parseAccountId,
  parseArn,
  rootArn,
  type AccountId,
  type Identity,
  type PrincipalArn,
} from '../model/index.ts';
import { compileText } from './compile.ts';
import { decide } from './decide.ts';
import type { PolicyKind } from './document.ts';
import { bad } from './inputError.ts';
import { remembering } from './remembering.ts';
import { readPlainGrants, type PlainGrant } from './plainGrants.ts';
import { accountOfPrincipal } from './principals.ts';
import {
  isServiceName,
  serviceCaller,
  type AccessRequest,
  type Asker,
  type Decision,
  type GrantTerms,
  type NamedPolicy,
} from './types.ts';
import { actionNamed } from './vocabulary.ts';

/*
 * The decision as a function of plain things: ARNs as strings, documents as objects, for people who test their own
 * policies. It is the code that every call of a lab passes through.
 */

/** A policy document as an object, or its JSON text. */
export type PolicyInput = object | string;

/** The policies of one situation. What is absent has no say. */
export interface PlainPolicies {
  /** Needed for every action on a key but kms:RetireGrant. */
  readonly keyPolicy?: PolicyInput | undefined;
  readonly identityPolicies?: readonly PolicyInput[] | undefined;
  readonly permissionsBoundary?: PolicyInput | undefined;
  /** One, or the inline one and the managed ones. */
  readonly sessionPolicy?: PolicyInput | readonly PolicyInput[] | undefined;
  /** One list of documents for each level of the organization path; every level must allow. */
  readonly scps?: readonly (readonly PolicyInput[])[] | undefined;
  /**
   * As `scps`, but without RCPFullAWSAccess: AWS attaches it at every level and nobody can detach it, so it is always put
   * beside what is given here.
   */
  readonly rcps?: readonly (readonly PolicyInput[])[] | undefined;
  readonly endpointPolicy?: PolicyInput | undefined;
  readonly grants?: readonly PlainGrant[] | undefined;
}

/** Who asks for what. */
export interface PlainRequest {
  /** ARN of a user, root user, role or session, or a service's name such as `s3.amazonaws.com`. */
  readonly principal: string;
  /** For a session: its role, when that has a path (the session's ARN leaves it out). */
  readonly principalRoleArn?: string | undefined;
  /** `kms:Decrypt`. */
  readonly action: string;
  /** A key ARN, an alias ARN, or `*` for actions on the account. */
  readonly resource: string;
  /** Condition key → value or values. kms:CallerAccount, aws:PrincipalArn and aws:PrincipalAccount are filled in. */
  readonly context?: Readonly<Record<string, string | number | boolean | readonly string[]>> | undefined;
  /** For grant constraints; read from the context's `kms:EncryptionContext:…` keys when absent. */
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  /** kms:CreateGrant by a grant: what the new one would give. */
  readonly creates?: GrantTerms | undefined;
  /** kms:RetireGrant: the grant that would go. */
  readonly retires?: PlainGrant | undefined;
}

export interface PlainQuestion extends PlainPolicies, PlainRequest {}

export interface PlainDecision extends Decision {
  readonly decision: 'Allow' | 'Deny';
}

function documentText(input: PolicyInput | undefined, kind: PolicyKind, place: string): string {
  if (input === undefined || input === null) return bad(place, 'expected a policy document, got nothing');
  if (typeof input !== 'string' && (typeof input !== 'object' || Array.isArray(input)))
    return bad(place, 'expected a policy document: an object, or JSON text');
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  const read = compileText[kind](text);
  return isRefusal(read) ? bad(place, read.message) : text;
}

function listAt<T>(input: readonly T[] | undefined, place: string): readonly T[] {
  if (input !== undefined && !Array.isArray(input)) return bad(place, 'expected a list');
  return input ?? [];
}

const named = (
  inputs: readonly PolicyInput[] | undefined,
  kind: PolicyKind,
  place: string,
): readonly NamedPolicy[] =>
  listAt(inputs, place).map((input, i) => {
    const at = `${place}[${i}]`;
    return { name: at, document: documentText(input, kind, at) };
  });

const fullAccess: NamedPolicy = {
  name: 'RCPFullAWSAccess',
  document: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
  }),
};

/** The part of an access request that does not change between the requests of one situation. */
type Policies = Pick<
  AccessRequest,
  | 'keyPolicy'
  | 'identityPolicies'
  | 'permissionsBoundary'
  | 'sessionPolicies'
  | 'serviceControlPolicies'
  | 'resourceControlPolicies'
  | 'endpointPolicy'
>;

function readPolicies(input: PlainPolicies): Policies {
  const { sessionPolicy, scps, rcps } = input;
  const one = (given: PolicyInput | undefined, kind: PolicyKind, place: string): string | undefined =>
    given === undefined ? undefined : documentText(given, kind, place);
  const boundary = one(input.permissionsBoundary, 'identity', 'permissionsBoundary');
  const session: readonly NamedPolicy[] = Array.isArray(sessionPolicy)
    ? named(sessionPolicy, 'identity', 'sessionPolicy')
    : sessionPolicy === undefined
      ? []
      : [{ name: 'sessionPolicy', document: documentText(sessionPolicy, 'identity', 'sessionPolicy') }];
  return {
    keyPolicy: one(input.keyPolicy, 'key', 'keyPolicy'),
    identityPolicies: named(input.identityPolicies, 'identity', 'identityPolicies'),
    permissionsBoundary:
      boundary === undefined ? undefined : { name: 'permissionsBoundary', document: boundary },
    sessionPolicies: session,
    serviceControlPolicies: listAt(scps, 'scps').map((level, i) =>
      named(level, 'serviceControl', `scps[${i}]`),
    ),
    resourceControlPolicies: listAt(rcps, 'rcps').map((level, i) => {
      return [fullAccess, ...named(level, 'resourceControl', `rcps[${i}]`)];
    }),
    endpointPolicy: one(input.endpointPolicy, 'endpoint', 'endpointPolicy'),
  };
}

/** The principal as the engine knows it after authentication. */
function readPrincipal(principal: unknown, roleArn: string | undefined): Asker {
  if (typeof principal !== 'string') return bad('principal', 'expected an ARN as a string');
  if (isServiceName(principal)) return serviceCaller(principal);
  const account = accountOfPrincipal(principal);
  const parsed = parseArn(principal);
  const who = account ?? parseAccountId(parsed?.account ?? '');
  const id = parseAccountId(who ?? '');
  if (!id) return bad('principal', `expected an IAM or STS ARN or a service, got "${principal}"`);
  const asked = (kind: Identity['kind'], arn: string, behind: string): Identity => ({
    kind,
    arn: arn as PrincipalArn, // Its form has been read.
    principal: behind as PrincipalArn,
    account: id,
    principalId: '',
    name: arn.slice(arn.lastIndexOf('/') + 1),
    accessKeyId: undefined,
  });
  if (account) return asked('root', parsed ? principal : rootArn(id), parsed ? principal : rootArn(id));
  const { service, resource = '', partition } = parsed ?? {};
  if (service === 'iam' && /^user\/./.test(resource)) return asked('user', principal, principal);
  if (service === 'iam' && /^role\/./.test(resource)) return asked('session', principal, principal);
  const [form, role, session, ...more] = resource.split('/');
  if (service === 'sts' && form === 'assumed-role' && role && session && more.length === 0) {
    if (roleArn !== undefined) {
      const given = parseArn(roleArn);
      const same = given?.account === id && given.resource.startsWith('role/');
      if (!same || given.resource.slice(given.resource.lastIndexOf('/') + 1) !== role)
        return bad('principalRoleArn', `expected the ARN of the role ${role} in ${id}, got "${roleArn}"`);
    }
    return asked('session', principal, roleArn ?? `arn:${partition}:iam::${id}:role/${role}`);
  }
  if (service === 'sts' && form === 'federated-user' && role) return asked('session', principal, principal);
  return bad('principal', `expected a user, role, session or root ARN, got "${principal}"`);
}

function readContext(
  context: PlainRequest['context'],
  identity: Asker,
): Record<string, string | readonly string[]> {
  const read: Record<string, string | readonly string[]> = {};
  const names = new Set<string>();
  for (const [key, value] of Object.entries(context ?? {})) {
    names.add(key.toLowerCase());
    if (typeof value === 'string') read[key] = value;
    else if (typeof value === 'number' || typeof value === 'boolean') read[key] = String(value);
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) read[key] = value;
    else if (value !== undefined) bad(`context["${key}"]`, 'expected a string or a list of strings');
  }
  if (identity.kind === 'service') return read;
  if (!names.has('kms:calleraccount')) read['kms:CallerAccount'] = identity.account;
  if (!names.has('aws:principalaccount')) read['aws:PrincipalAccount'] = identity.account;
  if (!names.has('aws:principalarn')) read['aws:PrincipalArn'] = identity.principal;
  return read;
}

function readAction(action: unknown): {
  readonly action: string;
  readonly crossAccount: boolean;
  readonly onKey: boolean;
  readonly onAlias: boolean;
} {
  if (typeof action !== 'string') return bad('action', 'expected a string such as "kms:Decrypt"');
  if (action.toLowerCase() === 'kms:reencrypt')
    return bad('action', 'ReEncrypt is two permissions: ask kms:ReEncryptFrom and kms:ReEncryptTo');
  const facts = actionNamed(action);
  if (!facts) return bad('action', `expected a KMS action such as "kms:Decrypt", got "${action}"`);
  const { on, crossAccount } = facts;
  return { action: facts.action, crossAccount, onKey: !on.includes('*'), onAlias: on.includes('alias') };
}

type Place = Pick<AccessRequest, 'resource' | 'resourceAccount' | 'judgedOn'>;

function readArn(resource: string): Place {
  const arn = parseArn(resource);
  const [, form] = /^(key|alias)\/./.exec(arn?.resource ?? '') ?? [];
  const resourceAccount = parseAccountId(arn?.account ?? '');
  if (arn?.service !== 'kms' || form === undefined || !resourceAccount)
    return bad('resource', `expected a key ARN, an alias ARN, or "*", got "${resource}"`);
  return { resource, resourceAccount, judgedOn: form === 'key' ? 'key' : 'account' };
}

function readResource(
  resource: unknown,
  identity: Asker,
  { action, onKey, onAlias }: Pick<ReturnType<typeof readAction>, 'action' | 'onKey' | 'onAlias'>,
  arnOf: (resource: string) => Place,
): Place {
  if (typeof resource !== 'string') return bad('resource', 'expected a key ARN, an alias ARN, or "*"');
  if (resource === '*') {
    if (onKey) return bad('resource', `${action} is asked of a key: expected its ARN, got "*"`);
    if (identity.kind === 'service') return bad('resource', 'a service has no account: expected a key ARN');
    return { resource, resourceAccount: identity.account, judgedOn: 'account' };
  }
  const place = arnOf(resource);
  // policy.md §7: an alias stands for itself, in operations on aliases alone.
  if (place.judgedOn === 'account' && !onAlias)
    return bad(
      'resource',
      `${action} is asked of a key: expected its ARN, got an alias; see kms:RequestAlias`,
    );
  return place;
}

export interface CompiledPolicies {
  /** The request as the engine takes it: for `smallestChange`, `accessMatrix`. */
  requestFor(request: PlainRequest): AccessRequest;
  decide(request: PlainRequest): PlainDecision;
}

/** Reads policies once, for many decisions over them. Throws {@link PolicyInputError}. */
export function compilePolicies(input: PlainPolicies): CompiledPolicies {
  const policies = readPolicies(input);
  const withoutRole = remembering((principal) => readPrincipal(principal, undefined));
  const identityOf = ({ principal, principalRoleArn: role }: PlainRequest): Asker =>
    role === undefined ? withoutRole(principal) : readPrincipal(principal, role);
  const arnOf = remembering(readArn);
  const { grants } = input;
  const grantsOf = new Map<AccountId, AccessRequest['grants']>();
  const grantsFor = (owner: AccountId): AccessRequest['grants'] => {
    if (!grants) return undefined;
    const read = grantsOf.get(owner) ?? readPlainGrants(listAt(grants, 'grants'), owner, 'grants');
    grantsOf.set(owner, read);
    return read;
  };
  const requestFor = (asked: PlainRequest): AccessRequest => {
    const identity = identityOf(asked);
    const what = readAction(asked.action);
    const on = readResource(asked.resource, identity, what, arnOf);
    if (on.judgedOn === 'key' && policies.keyPolicy === undefined && what.action !== 'kms:RetireGrant')
      return bad('keyPolicy', 'expected the policy of the key, got nothing');
    // Spelled out, because spreading is what a decision would spend most of its time on.
    return {
      identity,
      action: what.action,
      resource: on.resource,
      resourceAccount: on.resourceAccount,
      judgedOn: on.judgedOn,
      keyPolicy: policies.keyPolicy,
      identityPolicies: policies.identityPolicies,
      worksAcrossAccounts: what.crossAccount,
      context: readContext(asked.context, identity),
      serviceControlPolicies: policies.serviceControlPolicies,
      resourceControlPolicies: policies.resourceControlPolicies,
      endpointPolicy: policies.endpointPolicy,
      permissionsBoundary: policies.permissionsBoundary,
      sessionPolicies: policies.sessionPolicies,
      grants: grantsFor(on.resourceAccount),
      encryptionContext: asked.encryptionContext,
      retires: asked.retires && readPlainGrants([asked.retires], on.resourceAccount, 'retires')[0],
      creates: asked.creates,
    };
  };
  return {
    requestFor,
    decide(asked) {
      const {
        allowed,
        action,
        resource,
        decidedBy,
        kind,
        policies: reasons,
        message,
        because,
      } = decide(requestFor(asked));
      const decision = allowed ? 'Allow' : 'Deny';
      return { decision, allowed, action, resource, decidedBy, kind, policies: reasons, message, because };
    },
  };
}

/** May this principal do this, by these policies, and why? Throws {@link PolicyInputError} on what it cannot read. */
export const decidePlain = (question: PlainQuestion): PlainDecision =>
  compilePolicies(question).decide(question);
