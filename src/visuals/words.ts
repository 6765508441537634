/** How figures and names are said, in scenes, sentences and lists alike. */

const thousands = new Intl.NumberFormat('en-US');
export const count = (n: number): string => thousands.format(n);

/** `32 B`, `4,096 B`, `50 MiB`: exact as long as it is short. */
export function byteSize(n: number): string {
  if (n < 10_000) return `${count(n)} B`;
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (n >= size) return `${(n / size).toFixed(1).replace(/\.0$/, '')} ${unit}`;
  }
  return `${count(n)} B`;
}

/** In a sentence: `32 bytes`, `50 MiB`. */
export const bytesSaid = (n: number): string => {
  if (n === 1) return '1 byte';
  return n < 10_000 ? `${count(n)} bytes` : byteSize(n);
};

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

const ordinals = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
];
/** `first` for 0: versions count from nought, people do not. */
export const ordinal = (version: number): string => ordinals[version] ?? `${version + 1}th`;

/** `1234abcd…90ab`, `mrk-1234abcd…90ab` (look/README.md §7). */
export function shortKeyId(arn: string): string {
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  const head = id.startsWith('mrk-') ? 12 : 8;
  return id.length <= head + 5 ? id : `${id.slice(0, head)}…${id.slice(-4)}`;
}

/** The account of an ARN, empty when it has none. */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** `role/app` of a principal's ARN. */
export const shortPrincipal = (arn: string): string => arn.split(':').slice(5).join(':') || arn;

/** `{app: payroll}`, `no encryption context`. */
export function contextSaid(context: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(context);
  return pairs.length === 0
    ? 'no encryption context'
    : `{${pairs.map(([name, value]) => `${name}: ${value}`).join(', ')}}`;
}

/** Time of day of an ISO date, UTC. */
export const timeOfDay = (iso: string): string => /T(\d\d:\d\d:\d\d)/.exec(iso)?.[1] ?? iso;

/** No longer than `n` characters, cut in the middle. */
export const cut = (text: string, n: number): string =>
  text.length <= n
    ? text
    : `${text.slice(0, Math.ceil((n - 1) / 2))}…${text.slice(-Math.floor((n - 1) / 2))}`;

/** Services by the name that their calls are known by. */
export const serviceNames = {
  kms: 'KMS',
  iam: 'IAM',
  sts: 'STS',
  organizations: 'Organizations',
  cloudtrail: 'CloudTrail',
  s3: 'S3',
  ec2: 'EC2',
  secretsmanager: 'Secrets Manager',
  ssm: 'Systems Manager',
  sqs: 'SQS',
  sns: 'SNS',
  lambda: 'Lambda',
  logs: 'CloudWatch Logs',
  dynamodb: 'DynamoDB',
  rds: 'RDS',
  kinesis: 'Kinesis Data Streams',
  eks: 'EKS',
  redshift: 'Redshift',
  events: 'EventBridge',
  monitoring: 'CloudWatch',
} as const;
// The names of an object's own members, in their type.
export const serviceIds = Object.keys(serviceNames) as readonly (keyof typeof serviceNames)[];
export const serviceSaid = (service: string): string =>
  Object.entries(serviceNames).find(([id]) => id === service)?.[1] ?? service;
