import { isObject, placeAt, readPaste, textAt } from './json.ts';
import { readMessage } from './message.ts';
import type { DenialFacts } from './types.ts';

/*
 * A CloudTrail event of a denied call: cloudtrail.json "recordShape". As a record, as a log file (`Records`), or as
 * lookup-events answers it (`Events` with a text each).
 */

export type EventReading =
  | { readonly ok: true; readonly facts: DenialFacts; readonly more: number }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly why: string };

export const looksLikeJson = (text: string): boolean => /^\s*[[{]/.test(text);

function recordsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(recordsIn);
  if (!isObject(value)) return [];
  for (const list of ['Records', 'Events', 'events', 'records']) {
    const inside = value[list];
    if (Array.isArray(inside)) return inside.flatMap(recordsIn);
  }
  const inText = value['CloudTrailEvent'] ?? value['Message'];
  if (typeof inText === 'string' && looksLikeJson(inText)) {
    const read = readPaste(inText);
    return read.ok ? read.values.flatMap(recordsIn) : [];
  }
  return value['detail'] !== undefined && value['eventName'] === undefined
    ? recordsIn(value['detail']) // as EventBridge delivers it
    : [value];
}

export function readEvent(text: string): EventReading {
  const read = readPaste(text);
  if (!read.ok) return read;
  const records = read.values.flatMap(recordsIn);
  const here = (name: string, why: string): EventReading => ({
    ok: false,
    ...placeAt(text, Math.max(0, text.indexOf(`"${name}"`))),
    why,
  });
  const events = records.filter((one) => one['eventName'] !== undefined);
  if (events.length === 0)
    return here(
      '',
      'this JSON is no CloudTrail event: it has no "eventName", "eventSource" and "userIdentity"',
    );
  // cloudtrail.json: AccessDenied or AccessDeniedException, samples differ.
  const denied = events.filter((one) => /Access ?Denied|Unauthorized/i.test(textAt(one, 'errorCode') ?? ''));
  const [event] = denied;
  if (!event) {
    const code = events.map((one) => textAt(one, 'errorCode')).find((one) => one !== undefined);
    return code === undefined
      ? here('eventName', 'this event has no "errorCode": the call was served')
      : here('errorCode', `the call failed as ${code}, which is no denial by a policy`);
  }
  return { ok: true, facts: factsOf(event), more: denied.length - 1 };
}

type Event = Readonly<Record<string, unknown>>;

const actionOf = (event: Event): string | undefined => {
  const service = textAt(event, 'eventSource')?.split('.')[0];
  const name = textAt(event, 'eventName');
  return service !== undefined && name !== undefined ? `${service}:${name}` : undefined;
};

function resourceOf(event: Event): string | undefined {
  const list = Array.isArray(event['resources']) ? event['resources'] : [];
  const arns = list.flatMap((one: unknown) => textAt(one, 'ARN') ?? textAt(one, 'arn') ?? []);
  const named = textAt(event, 'requestParameters', 'keyId') ?? textAt(event, 'requestParameters', 'roleArn');
  return (
    arns.find((arn) => /:key\//.test(arn)) ??
    (named?.startsWith('arn:') ? named : undefined) ??
    keyArnOf(named, event)
  );
}

/** A bare key id names a key of the caller's own account. */
function keyArnOf(named: string | undefined, event: Event): string | undefined {
  const account = textAt(event, 'userIdentity', 'accountId');
  const region = textAt(event, 'awsRegion');
  return named !== undefined && /^(mrk-)?[0-9a-f-]{32,36}$/.test(named) && account && region
    ? `arn:aws:kms:${region}:${account}:key/${named}`
    : undefined;
}

function factsOf(event: Event): DenialFacts {
  const message = textAt(event, 'errorMessage') ?? '';
  const said = readMessage(message);
  const identity = event['userIdentity'];
  const issuer = textAt(identity, 'sessionContext', 'sessionIssuer', 'arn');
  const encryptionContext = pairsAt(event, 'encryptionContext');
  const byEvent = {
    principal: textAt(identity, 'arn') ?? textAt(identity, 'invokedBy'),
    action: actionOf(event),
    resource: resourceOf(event),
  };
  const fromMessage = said.ok ? said.facts : undefined;
  return {
    source: 'event',
    principal: byEvent.principal ?? fromMessage?.principal,
    roleArn: issuer?.includes(':role/') ? issuer : undefined,
    // ReEncrypt is two permissions: the sentence says which one lacked.
    action: fromMessage?.action ?? byEvent.action,
    resource: fromMessage?.resource ?? byEvent.resource,
    byCiphertext: fromMessage?.byCiphertext ?? false,
    said: fromMessage?.said ?? { kind: 'unsaid' },
    message,
    region: textAt(event, 'awsRegion'),
    operation: textAt(event, 'eventName'),
    requestId: textAt(event, 'requestID'),
    context: contextOf(event, encryptionContext),
    encryptionContext,
  };
}

function pairsAt(event: Event, name: string): Readonly<Record<string, string>> | undefined {
  const parameters = event['requestParameters'];
  const pairs = isObject(parameters) ? parameters[name] : undefined;
  if (!isObject(pairs)) return undefined;
  return Object.fromEntries(
    Object.entries(pairs).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

const principalTypes: Readonly<Record<string, string>> = {
  IAMUser: 'User',
  AssumedRole: 'AssumedRole',
  Root: 'Account',
  FederatedUser: 'FederatedUser',
};

/** The condition keys that an event tells; the names are conditions.json's. */
function contextOf(
  event: Event,
  encryptionContext: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string | readonly string[]>> {
  const keys: Record<string, string | readonly string[]> = {};
  const put = (name: string, value: string | readonly string[] | undefined): void => {
    if (value !== undefined && value.length > 0) keys[name] = value;
  };
  const identity = event['userIdentity'];
  const region = textAt(event, 'awsRegion');
  const address = textAt(event, 'sourceIPAddress');
  const endpoint = textAt(event, 'vpcEndpointId');
  const isAddress = address !== undefined && /^[\d.]+$|^[0-9a-f:]+$/i.test(address);
  put('aws:SourceVpce', endpoint);
  if (isAddress) put(endpoint === undefined ? 'aws:SourceIp' : 'aws:VpcSourceIp', address);
  put('aws:VpceAccount', textAt(event, 'vpcEndpointAccountId'));
  put('aws:RequestedRegion', region);
  put('aws:UserAgent', textAt(event, 'userAgent'));
  const service = textAt(identity, 'invokedBy') ?? (isAddress ? undefined : address);
  if (service?.endsWith('.amazonaws.com') && region !== undefined) {
    put('kms:ViaService', service.replace(/^([a-z0-9-]+)\.amazonaws\.com/, `$1.${region}.amazonaws.com`));
    put('aws:ViaAWSService', 'true');
    put('aws:CalledVia', [service]);
    put('aws:CalledViaFirst', service);
    put('aws:CalledViaLast', service);
  } else if (service === undefined) put('aws:ViaAWSService', 'false');
  put('aws:PrincipalIsAWSService', textAt(identity, 'type') === 'AWSService' ? 'true' : 'false');
  put('aws:PrincipalType', principalTypes[textAt(identity, 'type') ?? '']);
  put('aws:username', textAt(identity, 'userName'));
  put('aws:userid', textAt(identity, 'principalId'));
  put('aws:SourceIdentity', textAt(identity, 'sessionContext', 'sourceIdentity'));
  put('aws:MultiFactorAuthPresent', textAt(identity, 'sessionContext', 'attributes', 'mfaAuthenticated'));
  put('aws:TokenIssueTime', textAt(identity, 'sessionContext', 'attributes', 'creationDate'));
  const when = textAt(event, 'eventTime');
  if (when !== undefined && !Number.isNaN(Date.parse(when))) {
    put('aws:CurrentTime', when);
    put('aws:EpochTime', String(Math.floor(Date.parse(when) / 1000)));
  }
  if (event['tlsDetails'] !== undefined) put('aws:SecureTransport', 'true');
  put('kms:EncryptionAlgorithm', textAt(event, 'requestParameters', 'encryptionAlgorithm'));
  put('kms:SigningAlgorithm', textAt(event, 'requestParameters', 'signingAlgorithm'));
  const keyId = textAt(event, 'requestParameters', 'keyId');
  const [, alias] = /(?:^|:)(alias\/.+)$/.exec(keyId ?? '') ?? [];
  put('kms:RequestAlias', alias);
  if (encryptionContext) {
    put('kms:EncryptionContextKeys', Object.keys(encryptionContext));
    for (const [name, value] of Object.entries(encryptionContext))
      put(`kms:EncryptionContext:${name}`, value);
  }
  return keys;
}
