import {
  aliasArn,
  parseAliasName,
  serviceHost,
  type Call,
  type Env,
  type Identity,
  type KeyRec,
  type Refusal,
  type TrailEvent,
} from '../model/index.ts';
import { kmsModel, type Model, type TypeShape } from '../shapes/index.ts';
import type { Located, Operation } from '../operation.ts';

/*
 * CloudTrail records, as reference/cloudtrail.json describes them. Never in one: plaintext, ciphertext, data keys,
 * grant tokens, the text of GetKeyPolicy's answer. The encryption context is in clear, as on AWS.
 */

const eventVersion = '1.11';

export interface Recorded {
  readonly call: Call;
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
  readonly identity: Identity;
  readonly located: Located | undefined;
  readonly result:
    { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly refusal: Refusal };
  readonly requestId: string;
  /** Of the record in the caller's account. */
  readonly eventId: string;
  readonly env: Env;
  /** Of the service's API; KMS's when absent. */
  readonly model?: Model | undefined;
}

/** The records of one call: one in the caller's account, and one in the owner's when a foreign key was used. */
export function trailEvents(recorded: Recorded): readonly TrailEvent[] {
  const { identity, located, env, result } = recorded;
  const owners = new Set<string>();
  for (const { rec } of located?.keys ?? []) owners.add(rec.account);
  for (const { accountId } of recorded.operation.trail.resources?.(recorded.input) ?? [])
    owners.add(accountId);
  if (identity.kind === 'service') {
    // OURS: a service has no trail. Each owner is told of its key; where there is none, the account it calls for.
    if (owners.size === 0) owners.add(identity.account);
    return [...owners].map((owner, i) => {
      const told = event(recorded, owner);
      return i === 0 ? told : { ...told, eventID: env.uuid() };
    });
  }
  owners.delete(identity.account);
  const mine = event(recorded, identity.account);
  // cloudtrail.json rules: a denied cross-account request is recorded in the caller's account only.
  if (!result.ok) return [mine];
  if (owners.size === 0)
    return recorded.operation.trail.elsewhere ? [mine, ...elsewhere(mine, recorded)] : [mine];
  const sharedEventID = env.uuid();
  return [
    { ...mine, sharedEventID },
    ...[...owners].map((owner) => ({ ...event(recorded, owner), sharedEventID })),
  ];
}

/** What the call did in other Regions, in the trail there. OURS: which members these entries have. */
const elsewhere = (
  mine: TrailEvent,
  { operation, input, located = { keys: [] }, env }: Recorded,
): readonly TrailEvent[] =>
  (operation.trail.elsewhere?.(input, located) ?? []).map((entry) => ({
    ...mine,
    userIdentity: entry.byService
      ? { type: 'AWSService', invokedBy: 'kms.amazonaws.com' }
      : mine.userIdentity,
    ...(entry.byService ? { sourceIPAddress: 'kms.amazonaws.com', userAgent: 'kms.amazonaws.com' } : {}),
    eventName: entry.eventName,
    awsRegion: entry.region,
    requestParameters: entry.requestParameters,
    responseElements: { keyId: entry.key.arn },
    eventID: env.uuid(),
    resources: [{ accountId: entry.key.account, type: 'AWS::KMS::Key', ARN: entry.key.arn }],
  }));

function event(recorded: Recorded, recipient: string): TrailEvent {
  const { call, operation, identity, env, requestId, result, input } = recorded;
  const isService = identity.kind === 'service';
  const foreign = !isService && recipient !== identity.account;
  const via = call.viaService === undefined ? undefined : serviceHost(call.viaService);
  const service = isService ? identity.name : via;
  const additional =
    result.ok && recorded.located ? operation.trail.additional?.(result.output, recorded.located) : undefined;
  const who = foreign ? seenFromOutside(identity) : userIdentity(identity, env);
  return {
    eventVersion,
    userIdentity: via === undefined ? who : { ...who, invokedBy: via },
    eventTime: wholeSeconds(env.at),
    eventSource: `${call.service ?? 'kms'}.amazonaws.com`,
    eventName: operation.name,
    // IAM and Organizations are one for all Regions, and tell their events in the first.
    awsRegion: globalServices.has(call.service ?? 'kms') ? 'us-east-1' : call.region,
    sourceIPAddress: service ?? call.sourceIp ?? '192.0.2.1',
    userAgent: service ?? call.userAgent ?? 'kms-lab',
    ...(result.ok ? {} : failure(result.refusal)),
    requestParameters: requestParameters(operation, input, recorded.model ?? kmsModel),

    responseElements: result.ok ? responseElements(recorded) : null,
    ...(additional ? { additionalEventData: additional } : {}),
    requestID: requestId,
    eventID: foreign ? env.uuid() : recorded.eventId,
    readOnly: operation.readOnly,
    resources: resources(recorded, foreign || isService ? recipient : undefined),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: recipient,
    eventCategory: 'Management',
    ...(call.vpcEndpoint === undefined ? {} : { vpcEndpointId: call.vpcEndpoint }),
  };
}

/** `2026-11-24T20:38:56Z` */
const wholeSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, -'.000Z'.length)}Z`;

const globalServices: ReadonlySet<string> = new Set(['iam', 'organizations']);

const failure = (refusal: Refusal) => ({
  // cloudtrail.json: samples differ between AccessDenied and AccessDeniedException; the newer one is taken.
  errorCode: refusal.refused,
  ...(refusal.message === '' ? {} : { errorMessage: refusal.message }),
});

function userIdentity(identity: Identity, env: Env): Readonly<Record<string, unknown>> {
  const { arn, principal, account, principalId, name, accessKeyId, kind, session: made } = identity;
  if (kind === 'service') return { type: 'AWSService', invokedBy: name };
  if (kind === 'user' && accessKeyId !== undefined)
    return { type: 'IAMUser', principalId, arn, accountId: account, accessKeyId, userName: name };
  const shared = { arn, accountId: account, ...(accessKeyId === undefined ? {} : { accessKeyId }) };
  if (kind === 'root') return { type: 'Root', principalId, ...shared };
  if (kind === 'user') return { type: 'IAMUser', principalId, ...shared, userName: name };
  const session = arn.slice(arn.lastIndexOf('/') + 1);
  return {
    type: 'AssumedRole',
    principalId: `${principalId}:${session}`,
    ...shared,
    sessionContext: {
      sessionIssuer: { type: 'Role', principalId, arn: principal, accountId: account, userName: name },
      attributes: {
        creationDate: wholeSeconds(made?.issued ?? env.at),
        mfaAuthenticated: String(made?.mfa ?? identity.mfa ?? false),
      },
      ...(made?.sourceIdentity === undefined ? {} : { sourceIdentity: made.sourceIdentity }),
    },
  };
}

/** A foreign caller as the key's owner sees it: no name. */
const seenFromOutside = ({ principalId, account }: Identity) => ({
  type: 'AWSAccount',
  principalId,
  accountId: account,
});

function requestParameters(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  model: Model,
): Readonly<Record<string, unknown>> | null {
  const { request, defaults } = operation.trail;
  if (!request) return null;
  const members = model.operations.get(operation.name)?.in ?? {};
  const unless = defaults?.(input);
  let kept: Record<string, unknown> | null = null;
  for (const member of request) {
    const value = member in input ? input[member] : unless?.[member];
    if (value !== undefined)
      (kept ??= {})[lowerFirst(member)] = loggable(members[member]?.shape ?? anyText, value);
  }
  return kept;
}

const anyText: TypeShape = { kind: 'string' };

/** Member names inside a value begin lower-case; dates are text; bytes never come here. */
function loggable(shape: TypeShape, value: unknown): unknown {
  if (value instanceof Uint8Array) throw new Error(`"trail" was asked to log bytes, ${shape.kind}`);
  if (value instanceof Date) return value.toISOString();
  if (shape.kind === 'list' && Array.isArray(value))
    return value.map((one) => loggable(shape.element ?? anyText, one));
  if (shape.kind !== 'structure') return value;
  return Object.fromEntries(
    Object.entries(value as object).map(([name, one]) => [
      lowerFirst(name),
      loggable(shape.members?.[name]?.shape ?? anyText, one),
    ]),
  );
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function responseElements({
  operation,
  located,
  result,
}: Recorded): Readonly<Record<string, unknown>> | null {
  if (!result.ok) return null;
  const rule = operation.trail.response;
  if (rule === 'none') return null;
  if (rule === 'keyId') {
    const key = located?.keys[0];
    return key ? { keyId: key.rec.arn } : null;
  }
  return rule(result.output, located ?? { keys: [] });
}

function resources(recorded: Recorded, only: string | undefined): TrailEvent['resources'] {
  const { call, located, operation, result } = recorded;
  const listed = located ? (operation.trail.keys?.(located) ?? located.keys) : [];
  const keys = listed
    // A key of another Region (UpdatePrimaryRegion) is in the trail there.
    .filter(({ rec }) => rec.region === call.region)
    .map((key) => keyResource(key.rec));
  const alias = located?.alias;
  const aliases = alias
    ? [{ accountId: alias.account as string, type: 'AWS::KMS::Alias', ARN: alias.arn as string }]
    : [];
  const made = result.ok ? madeBy(recorded) : [];
  const others = operation.trail.resources?.(recorded.input) ?? [];
  return [...aliases, ...keys, ...others, ...made].filter(
    (one) => only === undefined || one.accountId === only,
  );
}

const keyResource = ({ account, arn }: KeyRec) => ({
  accountId: account as string,
  type: 'AWS::KMS::Key',
  ARN: arn as string,
});

/** What did not exist when the call began, and does now. */
function madeBy({ call, identity, input, operation, result }: Recorded): TrailEvent['resources'] {
  if (!result.ok) return [];
  if (operation.name === 'CreateKey') {
    const { KeyMetadata } = result.output as { KeyMetadata: { AWSAccountId: string; Arn: string } };
    return [{ accountId: KeyMetadata.AWSAccountId, type: 'AWS::KMS::Key', ARN: KeyMetadata.Arn }];
  }
  const alias = operation.name === 'CreateAlias' ? parseAliasName(String(input['AliasName'])) : undefined;
  const { account } = identity;
  return alias
    ? [{ accountId: account, type: 'AWS::KMS::Alias', ARN: aliasArn(call.region, account, alias) }]
    : [];
}

/** An event of the service itself (cloudtrail.json "serviceEvents"): a key deleted, rotated, its material expired. */
export function serviceEvent(
  eventName: string,
  key: KeyRec,
  at: number,
  eventID: string,
  details: Readonly<Record<string, unknown>>,
): TrailEvent {
  return {
    eventVersion,
    userIdentity: { accountId: key.account, invokedBy: 'AWS Internal' },
    eventTime: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    eventSource: 'kms.amazonaws.com',
    eventName,
    awsRegion: key.region,
    sourceIPAddress: 'AWS Internal',
    userAgent: 'AWS Internal',
    requestParameters: null,
    responseElements: null,
    eventID,
    readOnly: false,
    resources: [keyResource(key)],
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: key.account,
    eventCategory: 'Management',
    serviceEventDetails: details,
  };
}
