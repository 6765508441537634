import type { Around, Watchers } from '../../../client/index.ts';

/** Words of alarms, findings and drills. */
type FindingKind = ReturnType<Around['findingsOf']>[number]['kind'];
type Goal = Around['drills'][number]['goals'][number];

const short = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

type Rule = Watchers['rules'][number];
type Alarm = Watchers['alarms'][number];
type State = ReturnType<Around['alarmHistory']>['state'];

const comparisons = {
  GreaterThanOrEqualToThreshold: '≥',
  GreaterThanThreshold: '>',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '≤',
} satisfies Readonly<Record<Alarm['comparison'], string>>;
const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
const seconds = (n: number): string =>
  n % 86_400 === 0
    ? n === 86_400
      ? '1 day'
      : `${n / 86_400} days`
    : n % 3600 === 0
      ? n === 3600
        ? '1 hour'
        : `${n / 3600} hours`
      : n === 60
        ? '1 minute'
        : `${n / 60} minutes`;

export const watchWords = {
  title: 'Alarms & findings',
  lead: 'Read from the trail and the keys of this world. Alarms and rules hear of a call when its event has been delivered, about five minutes later.',
  now: (text: string) => `Virtual time ${text}`,
  parts: { now: 'What stands out', alarms: 'Alarms', rules: 'Rules that react', metrics: 'Metrics' },
  alarms: 'What the guides say is to be watched',
  guidesLead: 'Rung by the events of this trail, whether or not somebody has made an alarm for it.',
  noAlarms: 'No alarm has rung.',
  makeAlarm: 'Make it an alarm',
  findings: 'Findings',
  findingsLead: 'Unusual beside what is usual in the same trail.',
  noFindings: 'Nothing stands out.',
  config: 'Config rules',
  configLead: 'Customer managed keys of every account and Region that the trail has been in.',
  noKeys: 'There is no customer managed key.',
  waiting: 'Events are on their way: advance the clock by five minutes.',
  advance: 'Advance 5 minutes',
  unlogged: (n: number) =>
    n === 1
      ? '1 event is in no trail: no alarm and no rule hears of it.'
      : `${n} events are in no trail: no alarm and no rule hears of them.`,

  ownAlarms: 'Alarms of this world',
  ownAlarmsLead:
    'A metric filter counts events of the trail, an alarm looks at the count. Both are made by real calls, kept with the world, and undone like them.',
  noOwnAlarms: 'There is no alarm yet.',
  newAlarm: 'New alarm',
  editAlarm: (name: string) => `Edit ${name}`,
  beginWith: 'Begin with',
  name: 'Name',
  watches: 'Watches',
  sources: { trail: 'Events of the trail', kms: 'A metric of KMS' },
  filterPattern: 'Filter pattern',
  faultAt: (fault: string, place: number) => `${fault}, at character ${place + 1}`,
  wouldMatch: (n: number, of: number) => `Would match ${n} of ${of} events.`,
  metric: 'Metric',
  nothingToChoose: 'There is none in this Region',
  statistic: 'Statistic',
  statistics: ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum'] as const,
  is: 'is',
  comparisons,
  threshold: 'Threshold',
  period: 'Period',
  seconds,
  datapoints: 'Breaching periods',
  ofPeriods: 'of so many periods',
  missing: 'A period without data',
  missingData: {
    missing: 'is missing (INSUFFICIENT_DATA)',
    notBreaching: 'is good (notBreaching)',
    breaching: 'is bad (breaching)',
    ignore: 'leaves the state as it is (ignore)',
  } satisfies Readonly<Record<Alarm['missing'], string>>,
  rehearsal: 'The newest periods',
  wouldBe: (state: State, rang: number) =>
    `On the events so far: ${state} now, in ALARM ${rang === 1 ? 'once' : `${rang} times`}.`,
  save: 'Save',
  cancel: 'Cancel',
  alarmCalls: 'PutMetricFilter and PutMetricAlarm, one step to undo.',
  stateTone: { OK: 'allow', ALARM: 'deny', INSUFFICIENT_DATA: 'accent' } satisfies Readonly<
    Record<State, string>
  >,
  sinceWhen: (text: string) => `since ${text}`,
  condition: ({
    statistic,
    metric,
    comparison,
    threshold,
    datapointsToAlarm,
    evaluationPeriods,
    period,
  }: Alarm) =>
    `${statistic} of ${metric} ${comparisons[comparison]} ${number(threshold)} in ${datapointsToAlarm} of ${evaluationPeriods} × ${seconds(period)}`,
  dimensionsOf: (metric: string, dimensions: Readonly<Record<string, string>>) =>
    `AWS/KMS ${metric} ${Object.entries(dimensions)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  edit: 'Edit',
  remove: 'Delete',
  asTable: 'As table',
  noData: 'No data.',
  periodFrom: 'Period from',
  value: 'Value',
  breaches: 'breaches',
  number,
  chartSays: (values: readonly number[], threshold: number | undefined) =>
    [
      values.length === 0
        ? 'No data'
        : `${values.length} periods with data, from ${number(Math.min(...values))} to ${number(Math.max(...values))}, last ${number(values.at(-1) ?? 0)}`,
      threshold === undefined ? '' : `threshold ${number(threshold)}`,
    ]
      .filter((part) => part !== '')
      .join('; '),

  reactions: 'Rules that react',
  reactionsLead:
    'EventBridge hands each delivered event that fits a pattern to targets, which act by themselves: a call of KMS by a role, a message to a topic. What a rule does is one step, in the trail and in the history. A rule hears of events from when it is made.',
  noRules: 'There is no rule yet.',
  newRule: 'New rule',
  editRule: (name: string) => `Edit ${name}`,
  eventPattern: 'Event pattern',
  ruleState: 'State',
  ruleStates: {
    ENABLED: 'ENABLED',
    ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS: 'ENABLED, also for Describe, Get and List',
    DISABLED: 'DISABLED',
  } satisfies Readonly<Record<Rule['state'], string>>,
  target: (n: number) => `Target ${n}`,
  does: 'Calls',
  asRole: 'As role',
  topic: 'Topic',
  input: 'Input',
  inputHint: (names: readonly string[]) =>
    `In an input ${names.map((name) => `<${name}>`).join(', ')} stand for what the event says. It is kept and shown as it is, like a policy: no plaintext belongs in it.`,
  addTarget: 'Add a target',
  lacking: ({
    trail,
    role,
    topic,
  }: {
    readonly trail: boolean;
    readonly role: boolean;
    readonly topic: boolean;
  }) => [
    ...(trail ? ['a trail that logs, with its bucket'] : []),
    ...(role ? ['the role, which may do what the templates do'] : []),
    ...(topic ? ['the topic, which EventBridge may publish to'] : []),
  ],
  makeToo: (what: readonly string[]) => `Make what it needs too: ${what.join('; ')}.`,
  ruleCalls: 'PutRule and PutTargets, one step to undo.',
  on: 'on',
  off: 'off',
  turnOn: 'Turn on',
  turnOff: 'Turn off',
  when: (names: readonly string[] | undefined) =>
    names === undefined ? 'By its pattern' : `On ${names.join(', ')}`,
  onTheWay: (n: number) => (n === 1 ? '1 event is on its way to it.' : `${n} events are on their way to it.`),
  carriedOut: 'done',
  chainEnds: (n: number) => `${n} rules have reacted one to the other: the chain ends here.`,
  ruleTemplates: {
    enableAgain: 'Enable a key that was disabled',
    cancelDeletion: 'Cancel a deletion, and enable the key',
    revokeGrant: 'Revoke a grant that a person made',
    restorePolicy: 'Put the key policy back',
    tell: 'Tell a topic of changes to keys',
    materialGone: 'Tell a topic that material has expired',
  } as Readonly<Record<string, string>>,

  metrics: 'Metrics that KMS publishes',
  metricsLead:
    'Namespace AWS/KMS, three hours in periods of five minutes, of the account and Region that you act in.',
  noMetrics: 'Keys with imported material and external key stores have metrics. There is none here.',
  withoutSource: 'Not here',
  withoutSourceLead: (names: readonly string[]) =>
    `${names.join(' and ')}: a proxy of this lab has no clock and no certificate to measure.`,
  unit: (name: string, value: number) => {
    if (name === 'XksProxyCredentialAge') return value === 1 ? '1 day old' : `${number(value)} days old`;
    if (name === 'XksExternalKeyManagerStates') return value > 0 ? 'Active' : 'Unavailable';
    return value === 1 ? '1 request' : `${number(value)} requests`;
  },
  rules: {
    keyDisabled: 'A key was disabled',
    deletionScheduled: 'A key is to be deleted',
    pendingKeyUsed: 'A key that waits for deletion was used',
    disabledKeyUsed: 'A disabled key was used',
    manyDecrypts: 'Many Decrypt calls',
    grantMade: 'Somebody made a grant',
    policyChanged: 'A key policy was changed',
    otherAccount: 'Another account used a key',
    rootUsed: 'A root user made calls',
    manyRefused: 'Many calls were denied',
    materialGone: 'Imported key material is gone',
    trailChanged: 'A trail was stopped or changed',
  } as Readonly<Record<string, string>>,
  kinds: {
    decryptSpike: 'Many more decryptions than usual',
    newPlace: 'Keys used from an address never seen before',
    newUser: 'Somebody new uses a key',
    newAccount: 'Another account uses a key for the first time',
    grantToSelf: 'A grant made for oneself',
    publicPolicy: 'A key policy open to everybody',
    watchLost: 'The trail sees less than before',
    probing: 'Many denied calls in an hour',
  } satisfies Readonly<Record<FindingKind, string>>,
  spike: (found: number, usual: number) => `${found} in an hour; usually ${usual}`,
  severity: { high: 'high', medium: 'medium', low: 'low' },
  within: (first: string, last: string, periods: number) =>
    periods === 1 ? first : `${periods} periods from ${first} to ${last}`,
  keysHold: (n: number, of: number) => `${n} of ${of} keys`,
  events: (n: number) => (n === 1 ? '1 event' : `${n} events`),
  ringing: 'in this period',
  by: 'by',
  show: 'Show in the trail',
  compliant: 'compliant',
  nonCompliant: 'not compliant',
  left: (text: string) => `expires in ${text}`,

  drills: 'Incident drills',
  drillsLead:
    'Each begins in a new world in which somebody has made real calls. Find the cause in the trail, then mend it with the tools of the lab.',
  otherDrills: 'Other drills',
  chooseAnother: 'Begin another one',
  start: 'Start',
  starting: 'Making the world…',
  worldName: (name: string) => `Drill: ${name}`,
  running: 'This world is a drill',
  step1: 'Find the cause',
  step1Lead: 'Which event began it? Choose the kind of event and who made it.',
  event: 'Event',
  who: 'By',
  choose: 'Choose…',
  check: 'This is the cause',
  right: 'Yes. That event is the cause.',
  wrong: 'No, that is not what began it. Look at what happened before the first damage.',
  step2: 'Mend it',
  done: 'The drill is over: every goal holds.',
  debrief: 'What happened',
  began: 'It began with',
  byWhom: (who: string, from: string) => `by ${short(who)}, from ${from}`,
  damage: 'Uses of the key after that',
  damageSays: (refused: number, served: number) => `${refused} refused, ${served} answered`,
  rangFirst: 'First alarm',
  rangSays: (what: string, when: string) => `${what}, in the period from ${when}`,
  rangNot: 'none',
  mended: 'Mended by',
  saveCopy: 'Save it as a file',
  lessons: {
    disabled:
      'Disabling takes effect at once for every use, and the error names the key, not who disabled it. Enabling it again loses nothing: no ciphertext has changed.',
    spike:
      'The calls were allowed and correct, so nothing failed: only their number and their address told. Taking the permission from the role stops the thief; disabling the key would have stopped the shop too.',
    doomed:
      'A key that waits for deletion is refused like one that is gone, and can still be had back. Cancelling leaves it disabled: it has to be enabled as well.',
    grant:
      'Who may create grants may give to herself what no policy gives her. RevokeGrant ends the grant, and the permission to create grants ends the way.',
    public:
      'A principal of “*” without a condition lets every account use the key whose own policies allow it. The call of a foreign account is in the trails of both.',
    expired:
      'KMS deletes imported material when it expires, and the key waits for import. The same material again, from the owner’s copy, makes every ciphertext readable again; other material is refused.',
  } as Readonly<Record<string, string>>,
  nextTime: {
    disabled: 'Next time: an alarm or a rule on DisableKey; keep kms:DisableKey with administrators.',
    spike: 'Next time: an alarm on many Decrypt calls; conditions on the address or the VPC of a role.',
    doomed: 'Next time: a rule that cancels; a longer waiting period; GetKeyLastUsage before deletion.',
    grant:
      'Next time: kms:GrantIsForAWSResource, or conditions on kms:GrantOperations, where people may create grants.',
    public:
      'Next time: kms:CallerAccount or aws:PrincipalOrgID in every statement for all; the Config rule for public key policies.',
    expired: 'Next time: an alarm on SecondsUntilKeyMaterialExpiration, below some days.',
  } as Readonly<Record<string, string>>,
  holds: 'holds',
  notYet: 'not yet',
  copy: 'The owner’s copy of the key material, in hex:',
  names: {
    disabled: 'The app cannot decrypt',
    spike: 'Forty decryptions in two minutes',
    doomed: 'Backups cannot be read',
    grant: 'A colleague reads the payroll',
    public: 'Another account reads our media',
    expired: 'Records went dark overnight',
  } as Readonly<Record<string, string>>,
  stories: {
    disabled: 'Since the night the orders app gets errors. It worked at two o’clock.',
    spike:
      'The security team was told of an odd burst of decryptions of customer data. The shop has to go on.',
    doomed: 'A restore failed this morning, and nobody knows why.',
    grant: 'Somebody knows salaries that she should not know. Her policy does not allow kms:Decrypt.',
    public: 'A partner has asked why they can open our files.',
    expired: 'Nobody has changed anything, and the records app gets errors.',
  } as Readonly<Record<string, string>>,
  goal(goal: Goal): string {
    switch (goal.kind) {
      case 'state':
        return `The key “${goal.key}” is ${goal.is}`;
      case 'may':
        return `${short(goal.principal)} may ${goal.operation} with “${goal.key}”`;
      case 'mayNot':
        return `${short(goal.principal)} of ${goal.principal.split(':')[4] ?? ''} may not ${goal.operation} with “${goal.key}”`;
      case 'noGrantFor':
        return `No grant on “${goal.key}” for ${short(goal.principal)}`;
    }
  },
};
