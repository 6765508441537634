import type { InnerKey, Protection, ThingKind, ThingService } from '../../../client/index.ts';

const plural = (n: number, one: string, many: string): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

const wrappedAs: Readonly<Partial<Record<Protection, { readonly title: string; readonly link: string }>>> = {
  bucketKey: { title: 'Wrapped bucket key', link: 'wrapped bucket key' },
  tiers: { title: 'Wrapped cluster key', link: 'cluster key, wrapped' },
  seed: { title: 'Encrypted seed', link: 'seed, encrypted' },
};

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
    rds: 'RDS',
    kinesis: 'Kinesis',
    eks: 'EKS',
    redshift: 'Redshift',
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
    rds: 'Who makes a database grants RDS the key, once: a database is encrypted at its creation or never. RDS looks after the key, and stops a database whose key is gone.',
    kinesis:
      'A stream encrypts from the moment that it is told to. Who writes asks KMS for a data key about every five minutes; who reads has it opened.',
    eks: 'KMS encrypts one seed. The API server keeps it and derives a key for each secret: no secret is ever seen by KMS, and an encryption config cannot be taken back.',
    redshift:
      'Four tiers: KMS key, cluster key, database key, a key for each block. KMS is asked when a cluster starts; to rotate, only keys are encrypted anew.',
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
    dbInstance: 'DB instance',
    dbSnapshot: 'DB snapshot',
    stream: 'stream',
    record: 'record',
    kubernetes: 'cluster',
    kubernetesSecret: 'secret of Kubernetes',
    warehouse: 'cluster',
    block: 'block',
  } satisfies Readonly<Record<ThingKind, string>>,
  kindCount: (n: number, kind: ThingKind) => {
    const many: Readonly<Partial<Record<ThingKind, string>>> = {
      upload: 'uploads that have begun',
      secretVersion: 'versions of secrets',
      kubernetesSecret: 'secrets of Kubernetes',
    };
    const one = serviceWords.kinds[kind];
    return plural(n, one, many[kind] ?? `${one}s`);
  },
  protections: {
    dataKey: 'data key, wrapped by KMS',
    kms: 'encrypted by KMS itself',
    bucketKey: 'own key under a bucket key, which KMS wrapped',
    twoLayers: 'two layers: data key wrapped by KMS, and a key of S3',
    tiers: 'own key under a database key, under a cluster key, which KMS wrapped',
    seed: 'key derived from a seed, which KMS encrypted',
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
  keyOfEks: 'a key that EKS owns',
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
    database: 'Start a database',
    record: 'Stream a record',
    kubernetes: 'Keep a Kubernetes secret',
    warehouse: 'Fill a warehouse',
  },
  quickAbout: {
    secret: 'CreateKey, CreateSecret',
    object: 'CreateKey, CreateBucket, PutObject with a Bucket Key',
    volume: 'CreateKey, CreateVolume, RunInstances, AttachVolume, InstanceWrite',
    message: 'CreateKey, CreateQueue, SendMessage',
    database: 'CreateKey, CreateDBInstance, DatabaseWrite',
    record: 'CreateKey, CreateStream, StartStreamEncryption, PutRecord',
    kubernetes: 'CreateKey, CreateCluster of EKS with an encryption config, SecretWrite',
    warehouse: 'CreateKey, CreateCluster of Redshift, BlockWrite',
  },
  quickWorking: (name: string) => `${name}…`,

  goneThing: 'It is not there any more.',
  toPlace: (service: string) => `All of ${service} here`,
  chain: 'What it hangs on',
  links: {
    bytes: 'ciphertext',
    plain: 'plaintext',
    objectKey: 'its own key, wrapped',
    blockKey: 'block key, wrapped',
    databaseKey: 'database key, wrapped',
    salt: 'derived key',
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
  /** What KMS wrapped, where it is not a data key of the bytes themselves. */
  wrappedTitle: (protection: Protection | undefined): string =>
    (protection && wrappedAs[protection]?.title) ?? serviceWords.wrapped,
  wrappedLink: (protection: Protection | undefined): string =>
    (protection && wrappedAs[protection]?.link) ?? serviceWords.links.wrapped,
  wrappedHint:
    'As KMS returned it. Only KMS can open it, under the same key with the same encryption context.',
  inner: {
    objectKey: 'Key of these bytes, wrapped',
    blockKey: 'Block key, wrapped',
    databaseKey: 'Database key, wrapped',
    salt: 'Salt of the derived key',
  } satisfies Record<InnerKey['is'], string>,
  innerHints: {
    objectKey: "Under the bucket key, or under the service's own key. KMS is not asked for it.",
    blockKey: 'Under the database key, which the cluster holds in its memory. KMS is not asked for it.',
    databaseKey: 'Under the cluster key. It is opened when the cluster starts, and not again.',
    salt: 'Not secret. Seed and salt give the key; whoever has no seed has no key.',
  } satisfies Record<InnerKey['is'], string>,
  context: 'Encryption context',
  contextHint: 'Not secret, and bound in: with another pair KMS answers InvalidCiphertextException.',
  noContext: 'Without a pair: the provider of Kubernetes gives none.',
  grants: 'Grants in use',
  held: 'Held in plaintext',
  heldBy: (by: string | undefined, until: string | undefined) =>
    `${by === undefined ? 'by the service' : `for ${by}`}, ${until === undefined ? 'as long as what holds it runs' : `until ${until}`}: it can be read without KMS meanwhile.`,
  openKey: 'Open the key',
  noKms: 'No key of KMS: nothing of it is lost when a KMS key goes.',
  who: 'Who can read it',
  whoAsk: 'Work out who can read it',
  whoHint: (service: string) =>
    `Who may Decrypt with this key and context through ${service}, decided from every policy. The permission of the service comes on top.`,
  whoNobody: 'Nobody.',
  whoGrantHint: (service: string) =>
    `${service} opens it by its grant: whoever it serves needs no permission on the key. Who may give such a grant, with CreateGrant through ${service}, decided from every policy:`,
  facts: {
    status: 'State',
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
  lostMore: (n: number) => `and ${n} more`,
} as const;
