import type { TrailEvent } from '../../src/engine/index.ts';

/*
 * A schema of CloudTrail records, made from reference/cloudtrail.json "recordShape" and "rules": what every record must be,
 * whatever service it is of.
 */

type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === 'string' && value !== '';
const truth: Check = (value) => typeof value === 'boolean';
const uuid: Check = (value) =>
  typeof value === 'string' &&
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(value);
const orNull: Check = (value) => value === null || (typeof value === 'object' && !Array.isArray(value));
const is =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

const always: Readonly<Record<string, Check>> = {
  eventVersion: is('1.11'),
  userIdentity: (value) => typeof value === 'object' && value !== null,
  eventTime: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value),
  eventSource: (value) => typeof value === 'string' && /^[a-z0-9]+\.amazonaws\.com$/.test(value),
  eventName: text,
  awsRegion: text,
  sourceIPAddress: text,
  userAgent: text,
  requestParameters: orNull,
  responseElements: orNull,
  eventID: uuid,
  readOnly: truth,
  resources: (value) =>
    Array.isArray(value) &&
    value.every(
      ({ accountId, type, ARN }: Record<string, unknown>) =>
        /^\d{12}$/.test(String(accountId)) && text(type) && String(ARN).startsWith('arn:'),
    ),
  eventType: is('AwsApiCall', 'AwsServiceEvent'),
  managementEvent: is(true),
  recipientAccountId: (value) => /^\d{12}$/.test(String(value)),
  eventCategory: is('Management'),
};
const sometimes: Readonly<Record<string, Check>> = {
  errorCode: text,
  errorMessage: text,
  additionalEventData: orNull,
  requestID: uuid,
  sharedEventID: uuid,
  vpcEndpointId: text,
  serviceEventDetails: orNull,
};

/** Members of each kind of identity: those it has, then those that it may have besides. */
const identities: Readonly<Record<string, readonly [must: readonly string[], may: readonly string[]]>> = {
  IAMUser: [
    ['principalId', 'arn', 'accountId', 'userName'],
    ['accessKeyId', 'invokedBy'],
  ],
  AssumedRole: [
    ['principalId', 'arn', 'accountId', 'sessionContext'],
    ['accessKeyId', 'invokedBy'],
  ],
  Root: [
    ['principalId', 'arn', 'accountId'],
    ['accessKeyId', 'invokedBy'],
  ],
  AWSService: [['invokedBy'], []],
  AWSAccount: [['principalId', 'accountId'], ['invokedBy']],
};

/** What is not as it must be; empty when the record is one. */
export function schemaFaults(event: TrailEvent): readonly string[] {
  const record = event as unknown as Readonly<Record<string, unknown>>; // looked at member by member
  const wrong: string[] = [];
  for (const [name, check] of Object.entries(always)) if (!check(record[name])) wrong.push(name);
  for (const [name, value] of Object.entries(record)) {
    if (name in always) continue;
    const check = sometimes[name];
    if (!check) wrong.push(`${name} is no member`);
    else if (!check(value)) wrong.push(name);
  }
  const service = event.eventType === 'AwsServiceEvent';
  if (service !== (event.serviceEventDetails !== undefined))
    wrong.push('serviceEventDetails of service events only');
  if (!service && event.requestID === undefined) wrong.push('requestID of every call');
  if (event.errorCode !== undefined && event.responseElements !== null)
    wrong.push('responseElements of a refused call');
  // "responseElements null for reads and for every cryptographic operation": of KMS.
  if (event.eventSource === 'kms.amazonaws.com' && event.readOnly && event.responseElements !== null)
    wrong.push('responseElements of a reading call');
  for (const name of Object.keys(event.requestParameters ?? {}))
    if (!/^[a-z]/.test(name)) wrong.push(`requestParameters.${name}`);
  if (event.errorMessage !== undefined && event.errorCode === undefined) wrong.push('errorMessage alone');
  wrong.push(...identityFaults(event));
  if (/"(plaintext|ciphertextBlob|grantToken|signature|mac|body)":/i.test(JSON.stringify(event)))
    wrong.push('tells what is never logged');
  return wrong;
}

function identityFaults({ userIdentity, eventType }: TrailEvent): readonly string[] {
  if (!userIdentity) return [];
  const names = Object.keys(userIdentity).filter((name) => userIdentity[name] !== undefined);
  if (eventType === 'AwsServiceEvent')
    return userIdentity['invokedBy'] === 'AWS Internal' && names.length === 2 ? [] : ['internal identity'];
  const kind = String(userIdentity['type']);
  const members = identities[kind];
  if (!members) return [`identity of type ${kind}`];
  const [must, may] = members;
  return [
    ...must.filter((name) => !names.includes(name)).map((name) => `no userIdentity.${name}`),
    ...names
      .filter((name) => name !== 'type' && !must.includes(name) && !may.includes(name))
      .map((name) => `userIdentity.${name}`),
  ];
}
