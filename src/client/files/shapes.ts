import {
  serviceFaults,
  serviceTableNames,
  keySpecNames,
  parseAccountId,
  parseAliasName,
  parseArn,
  parseKeyId,
  parseRegion,
  ref,
  type CallWay,
  type Rec,
  type Ref,
  type ServiceTables,
  type TableName,
  type Tables,
} from '../../engine/index.ts';
import { FileFault } from './fault.ts';
import { isObject, memberPlace } from './codec.ts';

/*
 * What each record must look like when it comes from a file. The types force this list to name every table and every
 * member of it, so that a new one cannot be forgotten.
 */

export type Check = (value: unknown, place: string) => void;

const fail = (place: string, reason: string): never => {
  throw new FileFault(place, reason);
};
const test =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, place) => {
    if (!holds(value)) fail(place, `is not ${what}`);
  };

export const text = test('a text', (value) => typeof value === 'string');
const parsed = (what: string, parse: (text: string) => unknown): Check =>
  test(what, (value) => typeof value === 'string' && parse(value) !== undefined);
export const truth = test('true or false', (value) => typeof value === 'boolean');
export const whole = test('a whole number from 0', (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0);
export const number = test('a number', (value) => typeof value === 'number' && Number.isFinite(value));
/** Dates beyond what Date can show (ECMA-262 §21.4.1.1) would break every screen. */
export const epoch = test('a time', (value) =>
  Number.isSafeInteger(value) && Math.abs(Number(value)) <= 8.64e15);
export const bytes = test('bytes', (value) => value instanceof Uint8Array);
export const account = parsed('an account number', parseAccountId);
export const region = parsed('a Region', parseRegion);
export const arn = parsed('an ARN', parseArn);
const keyId = parsed('a key ID', parseKeyId);
export const one = (...words: readonly unknown[]): Check =>
  test(`one of ${words.join(', ')}`, (value) => words.includes(value));
export const maybe =
  (check: Check): Check =>
  (value, place) => {
    if (value !== undefined) check(value, place);
  };
export const list =
  (check: Check): Check =>
  (value, place) => {
    if (!Array.isArray(value)) return fail(place, 'is not a list');
    value.forEach((item, i) => check(item, `${place}[${i}]`));
  };
/** {@link ExternalKeyRec} */
export const externalKeyState: Check = one('enabled', 'disabled', 'absent', 'unsuitable');
export const texts: Check = (value, place) => {
  if (!isObject(value)) return fail(place, 'is not an object');
  for (const [name, member] of Object.entries(value)) text(member, memberPlace(place, name));
};
export const json: Check = (value, place) => {
  text(value, place);
  try {
    JSON.parse(String(value));
  } catch {
    fail(place, 'is not JSON');
  }
};
/** An object with these members and no others. */
export const object =
  <T>(members: { readonly [Name in keyof Required<T>]: Check }): Check =>
  (value, place) => {
    if (!isObject(value)) return fail(place, 'is not an object');
    for (const name of Object.keys(value))
      if (!Object.hasOwn(members, name)) fail(memberPlace(place, name), 'is not a member that it can have');
    for (const [name, check] of Object.entries<Check>(members)) check(value[name], memberPlace(place, name));
  };

/** How a call came: the same in files and in links. */
export const wayShape = object<CallWay>({
  mfa: maybe(truth),
  sourceIp: maybe(text),
  vpcEndpoint: maybe(text),
  viaService: maybe(text),
  calledVia: maybe(list(text)),
  sourceArn: maybe(text),
  sourceAccount: maybe(account),
});

export type Defined<T> = Exclude<T, undefined>;
type Imported = Defined<Tables['material']['imported']>;
type KeyStore = Tables['keyStore'];

const clock: Check = (value, place) => {
  const running = isObject(value) && value['mode'] === 'running';
  if (running) object<{ mode: 0; offset: 0 }>({ mode: one('running'), offset: number })(value, place);
  else object<{ mode: 0; at: 0 }>({ mode: one('frozen'), at: epoch })(value, place);
};

type Principal = Tables['principal'];
type BaseTable = Exclude<TableName, keyof ServiceTables>;
const tables: { readonly [T in BaseTable]: Check } = {
  world: object<Tables['world']>({
    format: one(1),
    seed: maybe(text),
    throttling: truth,
    propagation: truth,
    fault: one(undefined, ...serviceFaults),
  }),
  clock,
  account: object<Tables['account']>({
    account,
    name: text,
    creation: maybe(
      object<NonNullable<Tables['account']['creation']>>({ request: text, email: text, at: epoch }),
    ),
  }),
  principal: object<Principal>({
    arn,
    account,
    kind: one('root', 'user', 'role'),
    name: text,
    principalId: text,
    created: maybe(epoch),
    description: maybe(text),
    attached: maybe(list(text)),
    groups: maybe(list(text)),
    boundary: maybe(text),
    tags: maybe(texts),
    maxSessionDuration: maybe(whole),
  }),
  identityPolicy: object<Tables['identityPolicy']>({ principal: arn, name: text, document: json }),
  credential: object<Tables['credential']>({
    accessKeyId: text,
    principal: arn,
    sessionName: maybe(text),
    sessionToken: maybe(text),
    expires: maybe(epoch),
  }),
  domainKey: object<Tables['domainKey']>({ region, wrapped: bytes }),
  key: object<Tables['key']>({
    arn,
    key: keyId,
    account,
    region,
    KeySpec: one(...keySpecNames),
    KeyUsage: one(
      'ENCRYPT_DECRYPT',
      'SIGN_VERIFY',
      'GENERATE_VERIFY_MAC',
      'KEY_AGREEMENT',
      'ENCAPSULATE_DECAPSULATE',
    ),
    Origin: one('AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'),
    KeyManager: one('CUSTOMER', 'AWS'),
    KeyState: one(
      'Creating',
      'Enabled',
      'Disabled',
      'PendingDeletion',
      'PendingImport',
      'PendingReplicaDeletion',
      'Unavailable',
      'Updating',
    ),
    Description: text,
    CreationDate: epoch,
    DeletionDate: maybe(epoch),
    currentMaterial: maybe(text),
    MultiRegion: truth,
    pendingWindowInDays: maybe(whole),
    settles: maybe(epoch),
    keyStore: maybe(object<Defined<Tables['key']['keyStore']>>({ id: text, xksKeyId: maybe(text) })),
  }),
  material: object<Tables['material']>({
    materialId: text,
    key: arn,
    version: whole,
    wrapped: maybe(bytes),
    created: epoch,
    publicKey: maybe(bytes),
    rotated: maybe(
      object<Defined<Tables['material']['rotated']>>({ type: one('AUTOMATIC', 'ON_DEMAND'), at: epoch }),
    ),
    imported: maybe(object<Imported>({ expires: maybe(epoch), description: maybe(text), fingerprint: text })),
  }),
  multiRegion: object<Tables['multiRegion']>({
    account,
    key: keyId,
    primary: region,
    replicas: list(region),
  }),
  rotation: object<Tables['rotation']>({
    key: arn,
    enabled: truth,
    periodInDays: whole,
    next: maybe(epoch),
    overdue: truth,
    onDemand: whole,
    inProgress: maybe(object<Defined<Tables['rotation']['inProgress']>>({ started: epoch, ends: epoch })),
  }),
  grant: object<Tables['grant']>({
    grantId: text,
    key: arn,
    GranteePrincipal: maybe(text),
    GranteeServicePrincipal: maybe(text),
    RetiringPrincipal: maybe(text),
    RetiringServicePrincipal: maybe(text),
    Operations: list(text),
    Constraints: maybe(
      object<Defined<Tables['grant']['Constraints']>>({
        EncryptionContextEquals: maybe(texts),
        EncryptionContextSubset: maybe(texts),
        SourceArn: maybe(text),
      }),
    ),
    Name: maybe(text),
    IssuingAccount: account,
    CreationDate: epoch,
    visible: epoch,
  }),
  keyStore: object<KeyStore>({
    id: text,
    account,
    region,
    name: text,
    type: one('AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'),
    state: one('CONNECTED', 'CONNECTING', 'FAILED', 'DISCONNECTED', 'DISCONNECTING'),
    errorCode: maybe(text),
    settles: maybe(epoch),
    created: epoch,
    cloudHsm: maybe(object<Defined<KeyStore['cloudHsm']>>({ clusterId: text, trustAnchor: text })),
    xks: maybe(
      object<Defined<KeyStore['xks']>>({
        endpoint: text,
        path: text,
        connectivity: one('PUBLIC_ENDPOINT', 'VPC_ENDPOINT_SERVICE'),
        vpcServiceName: maybe(text),
        vpcServiceOwner: maybe(text),
        accessKeyId: text,
      }),
    ),
    secret: bytes,
  }),
  backing: object<Tables['backing']>({
    id: text,
    kind: one('cluster', 'proxy'),
    health: one('healthy', 'slow', 'down', 'refuses', 'absent', 'garbled', 'misconfigured'),
    activeHsms: whole,
    kmsuser: one('ok', 'lockedOut', 'loggedIn', 'missing', 'wrongPassword'),
  }),
  externalKey: object<Tables['externalKey']>({
    id: text,
    proxy: text,
    state: externalKeyState,
    secret: maybe(bytes),
  }),
  keyPolicy: object<Tables['keyPolicy']>({ key: arn, document: json, uniqueIds: maybe(texts) }),
  tag: object<Tables['tag']>({ key: arn, TagKey: text, TagValue: text }),
  alias: object<Tables['alias']>({
    arn,
    alias: parsed('an alias', parseAliasName),
    account,
    region,
    target: arn,
    CreationDate: epoch,
    LastUpdatedDate: epoch,
  }),
  usage: object<Tables['usage']>({ key: arn, operation: text, at: epoch, requestId: text, eventId: text }),
  bucket: object<Tables['bucket']>({ account, region, bucket: text, tokens: number, at: epoch }),
  counter: object<Tables['counter']>({ name: text, count: test('a whole number', Number.isSafeInteger) }),
  quota: object<Tables['quota']>({ bucket: text, rate: number }),
  trustPolicy: object<Tables['trustPolicy']>({ role: arn, document: json, uniqueIds: maybe(texts) }),
  group: object<Tables['group']>({
    arn,
    account,
    name: text,
    groupId: text,
    created: epoch,
    attached: list(text),
  }),
  managedPolicy: object<Tables['managedPolicy']>({
    arn,
    account,
    name: text,
    description: maybe(text),
    policyId: text,
    defaultVersion: text,
    versions: list(text),
    nextVersion: whole,
    created: epoch,
    updated: epoch,
  }),
  policyVersion: object<Tables['policyVersion']>({
    policy: arn,
    version: text,
    document: json,
    created: epoch,
  }),
  session: object<Tables['session']>({
    accessKeyId: text,
    arn,
    role: arn,
    roleId: text,
    sessionName: text,
    issued: epoch,
    expires: epoch,
    policy: maybe(json),
    policyArns: list(text),
    tags: texts,
    transitiveTagKeys: list(text),
    sourceIdentity: maybe(text),
    mfa: truth,
  }),
  organization: object<Tables['organization']>({ id: text, managementAccount: account, root: text }),
  orgNode: object<Tables['orgNode']>({
    id: text,
    organization: text,
    kind: one('root', 'organizationalUnit', 'account'),
    name: text,
    parent: maybe(text),
    serviceControlPolicies: list(text),
    resourceControlPolicies: list(text),
  }),
  orgPolicy: object<Tables['orgPolicy']>({
    id: text,
    organization: text,
    name: text,
    description: text,
    type: one('SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'),
    document: json,
  }),
  vpcEndpoint: object<Tables['vpcEndpoint']>({
    id: text,
    vpc: text,
    account,
    region,
    serviceName: text,
    policy: maybe(json),
    created: epoch,
  }),
};

type Places<T extends TableName> = { readonly [Name in T]: (rec: Tables[Name]) => Ref };

/** The ref under which a record must lie. */
const places: Places<BaseTable> = {
  world: () => ref.world,
  clock: () => ref.clock,
  account: (r) => ref.account(r.account),
  principal: (r) => ref.principal(r.arn),
  identityPolicy: (r) => ref.identityPolicy(r.principal, r.name),
  credential: (r) => ref.credential(r.accessKeyId),
  domainKey: (r) => ref.domainKey(r.region),
  key: (r) => ref.key(r.arn),
  material: (r) => ref.material(r.key, r.version),
  multiRegion: (r) => ref.multiRegion(r.account, r.key),
  rotation: (r) => ref.rotation(r.key),
  grant: (r) => ref.grant(r.key, r.grantId),
  keyStore: (r) => ref.keyStore(r.account, r.region, r.id),
  backing: (r) => ref.backing(r.id),
  externalKey: (r) => ref.externalKey(r.proxy, r.id),
  keyPolicy: (r) => ref.keyPolicy(r.key),
  tag: (r) => ref.tag(r.key, r.TagKey),
  alias: (r) => ref.alias(r.arn),
  usage: (r) => ref.usage(r.key),
  bucket: (r) => ref.bucket(r.account, r.region, r.bucket),
  counter: (r) => ref.counter(r.name),
  quota: (r) => ref.quota(r.bucket),
  trustPolicy: (r) => ref.trustPolicy(r.role),
  group: (r) => ref.group(r.arn),
  managedPolicy: (r) => ref.managedPolicy(r.arn),
  policyVersion: (r) => ref.policyVersion(r.policy, r.version),
  session: (r) => ref.session(r.accessKeyId),
  organization: (r) => ref.organization(r.id),
  orgNode: (r) => ref.orgNode(r.id),
  orgPolicy: (r) => ref.orgPolicy(r.id),
  vpcEndpoint: (r) => ref.vpcEndpoint(r.id),
};

/** What is known of each table by now: {@link learnTables} adds to it. */
let checks: Readonly<Record<string, Check>> = tables;
let refs: Readonly<Record<string, (rec: never) => Ref>> = places;

/** The tables of the services, whose shapes are loaded before a file is read. */
export function learnTables(
  more: { readonly [T in keyof ServiceTables]: Check },
  where: Places<keyof ServiceTables>,
): void {
  checks = { ...tables, ...more };
  refs = { ...places, ...where };
}

const isTable = (name: string): name is TableName => Object.hasOwn(checks, name);

/** Every table that a world can have. */
export const tableNames: readonly TableName[] = [
  ...Object.keys(tables).filter(isTable),
  ...serviceTableNames,
];

/** @throws FileFault unless `given` names a table and a record in it */
export function checkRef(given: unknown, place: string): Ref {
  const name = typeof given === 'string' ? given.slice(0, Math.max(0, given.indexOf('/'))) : '';
  if (!isTable(name)) return fail(place, 'does not name a record of a known table');
  return given as Ref; // its table is known; that its key is right is checked with its record
}

export function checkRecord(at: Ref, given: unknown, place: string): Rec {
  const name = at.slice(0, at.indexOf('/'));
  if (!isTable(name)) return fail(place, 'belongs to no table');
  checks[name]?.(given, place);
  const rec = given as Rec; // checked member by member
  if ((refs[name] as (rec: Rec) => Ref)(rec) !== at) fail(place, `does not belong at ${at}`);
  return rec;
}
