import type { Protection, ThingKind, ThingService } from '../../../client/index.ts';

const plural = (n: number, one: string, many: string): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** Words of the place where services keep things under keys. */
export const serviceWords = {
  title: 'Services',
  map: 'Accounts, Regions and services',
  lead: 'Services call KMS for you. What they keep here is really encrypted: open a thing to see its bytes, its wrapped data key and the key that it hangs on.',
  back: 'Map',
  asTable: 'As table',
  asMap: 'As map',
  empty: 'No service keeps anything yet.',
  emptyHere: 'empty',
  account: 'Account',
  yours: 'yours',
  other: 'other account',
  locked: (n: number) => `${n} locked`,
  columns: {
    account: 'Account',
    region: 'Region',
    service: 'Service',
    things: 'Things',
    locked: 'Locked',
    keys: 'Keys',
  },
  /** Said after the number, which is shown when it is not 0. */
  thingsOf: (n: number) => (n === 0 ? ', nothing yet' : n === 1 ? 'thing' : 'things'),
  whereOf: (region: string, account: string) => `, ${region}, account ${account}`,

  services: {
    s3: 'S3',
    ec2: 'EBS and EC2',
    secretsmanager: 'Secrets Manager',
    sqs: 'SQS',
    sns: 'SNS',
    ssm: 'Parameter Store',
    lambda: 'Lambda',
    dynamodb: 'DynamoDB',
    logs: 'CloudWatch Logs',
  } satisfies Readonly<Record<ThingService, string>>,
  about: {
    s3: 'As the caller, S3 asks KMS for a data key for each object, or for one bucket key that serves many.',
    ec2: 'A volume has one data key. To attach it, EC2 makes a grant for the host of the instance, which decrypts the data key and holds it.',
    secretsmanager:
      'Each version of a secret has a data key of its own. Nothing is cached: each reading is a Decrypt.',
    sqs: 'One data key serves all messages of a sender for the reuse period of the queue.',
    sns: 'A topic keeps nothing. Each message is encrypted on its way to its subscribers.',
    ssm: 'KMS itself encrypts a standard SecureString. An advanced one has a data key.',
    lambda:
      'KMS encrypts the environment variables. Each new execution environment decrypts them as the role of the function.',
    dynamodb: 'A table has one table key, held for five minutes after each use, for each caller.',
    logs: 'CloudWatch Logs calls KMS in its own name: the key policy has to let it.',
  } satisfies Readonly<Record<ThingService, string>>,
  kinds: {
    bucket: 'bucket',
    object: 'object',
    upload: 'upload that has begun',
    instance: 'instance',
    volume: 'volume',
    snapshot: 'snapshot',
    secret: 'secret',
    secretVersion: 'version of a secret',
    queue: 'queue',
    message: 'message',
    topic: 'topic',
    parameter: 'parameter',
    function: 'function',
    table: 'table',
    item: 'item',
    logGroup: 'log group',
    logEvent: 'log event',
  } satisfies Readonly<Record<ThingKind, string>>,
  kindCount: (n: number, kind: ThingKind) => {
    const many: Readonly<Partial<Record<ThingKind, string>>> = {
      upload: 'uploads that have begun',
      secretVersion: 'versions of secrets',
    };
    const one = serviceWords.kinds[kind];
    return plural(n, one, many[kind] ?? `${one}s`);
  },
  protections: {
    dataKey: 'data key, wrapped by KMS',
    kms: 'encrypted by KMS itself',
    bucketKey: 'own key under a bucket key, which KMS wrapped',
    twoLayers: 'two layers: data key wrapped by KMS, and a key of S3',
    customerKey: 'key that came with the request; the service keeps none',
    ownKey: 'key that the service owns; no call of KMS',
    none: 'not encrypted',
  } satisfies Readonly<Record<Protection, string>>,

  exists: 'What exists',
  nothingHere: 'Nothing here yet. Make something with a call above.',
  firstOnly: (n: number) => `The first ${n} are shown.`,
  calls: 'Calls',
  choose: 'Operation',
  otherAccount: (mine: string) =>
    `You act as somebody of account ${mine}: what you make lands there, and what is here opens only if its policies let you.`,
  form: (operation: string) => `${operation}: what it takes`,
  optional: 'optional',
  none: 'choose',
  keyDefault: "the service's default",
  keyOther: 'another key: ARN, id or alias',
  keyOtherLabel: (name: string) => `${name}, as text`,
  needed: 'Fill in what is needed.',
  answer: 'Answer',
  answered: 'Served, without output.',
  calledKms: (n: number) =>
    n === 0 ? 'KMS was not called.' : `KMS was called: ${plural(n, 'call', 'calls')}.`,
  seeTrace: 'What happened',

  refusedInside: (operation: string) => `KMS refused ${operation}, which the service needed:`,
  refusedState: (state: string) => `The key is ${state}. Smallest change:`,
  refusedWhy: 'Why, gate by gate',
  carriedOut: 'Done. Call again.',

  quick: 'Begin here',
  quickLead:
    'Each button makes real calls as you, one after another, undone as one, and opens what came of it.',
  quickStarts: {
    secret: 'Put a secret',
    object: 'Put an object',
    volume: 'Attach a volume',
    message: 'Send a message',
  },
  quickAbout: {
    secret: 'CreateKey, CreateSecret',
    object: 'CreateKey, CreateBucket, PutObject with a Bucket Key',
    volume: 'CreateKey, CreateVolume, RunInstances, AttachVolume, InstanceWrite',
    message: 'CreateKey, CreateQueue, SendMessage',
  },
  quickWorking: (name: string) => `${name}…`,

  goneThing: 'It is not there any more.',
  toPlace: (service: string) => `All of ${service} here`,
  chain: 'What it hangs on',
  links: {
    bytes: 'ciphertext',
    plain: 'plaintext',
    inner: 'its own key, wrapped',
    bucket: 'wrapped bucket key',
    wrapped: 'wrapped data key',
    key: 'KMS key',
    own: 'key of the service',
    customer: 'key of the customer',
  },
  ciphertext: 'Ciphertext, as stored',
  notEncrypted: 'It is not encrypted. Whoever has the storage reads it; that is why it is not shown here.',
  noBytes: 'Nothing has been written yet.',
  firstBytes: (n: number, of: number) => `The first ${n} of ${of.toLocaleString('en')} bytes.`,
  wrapped: 'Wrapped data key',
  wrappedHint:
    'As KMS returned it. Only KMS can open it, under the same key with the same encryption context.',
  bucketWrapped: 'Wrapped bucket key',
  inner: 'Key of these bytes, wrapped',
  innerHint: "Under the bucket key, or under the service's own key. KMS is not asked for it.",
  context: 'Encryption context',
  contextHint: 'Not secret, and bound in: with another pair KMS answers InvalidCiphertextException.',
  grants: 'Grants in use',
  held: 'Held in plaintext',
  heldBy: (by: string | undefined, until: string | undefined) =>
    `${by === undefined ? 'by the service' : `for ${by}`}, ${until === undefined ? 'as long as it is attached' : `until ${until}`}: it can be read without KMS meanwhile.`,
  openKey: 'Open the key',
  noKms: 'No key of KMS: nothing of it is lost when a KMS key goes.',
  who: 'Who can read it',
  whoAsk: 'Work out who can read it',
  whoHint: (service: string) =>
    `Who may Decrypt with this key and context through ${service}, decided from every policy. The permission of the service comes on top.`,
  whoNobody: 'Nobody.',
  facts: {
    account: 'Account',
    region: 'Region',
    stored: 'Stored',
    written: 'Written',
    protection: 'Encryption',
    attached: 'Attached to',
    shared: 'Shared with',
    forNew: 'Key for new things',
  },
  readHint: 'A real call of the service, as you.',
  noRead: 'Its service reads it only together with something else: make the call in its place.',
  bytesLabel: (what: string) => `${what}, as bytes`,

  lost: 'What hangs on this key',
  lostNothing: 'Nothing that these services store in this world hangs on this key.',
  lostLead: (n: number, bytes: string, state: string) =>
    state === 'Enabled'
      ? `If this key went, ${plural(n, 'thing', 'things')} (${bytes}) could never be read again:`
      : `The key is ${state}: ${plural(n, 'thing', 'things')} (${bytes}) cannot be read:`,
  lostElsewhere: (n: number) => `${plural(n, 'is', 'are')} in other accounts.`,
  lostLasting: (n: number) => `${plural(n, 'goes', 'go')} on for a while by a key that the service holds.`,
  lostStops: 'New things would be refused in',
  lostGrants: (n: number) => `${plural(n, 'grant goes', 'grants go')} with it.`,
  lostAliases: (names: string) => `Aliases that go with it: ${names}.`,
  lostFiles: (n: number) => `${plural(n, 'file', 'files')} sealed in this lab with a data key of it:`,
  lostRelated: (regions: string) =>
    `Keys with the same material are in ${regions}: whoever has the stored bytes can have them opened there, but the services here cannot.`,
  lostNot: 'Not counted: what RDS, Kinesis, EKS and Redshift keep.',
  lostMore: (n: number) => `and ${n} more`,
} as const;
