import type { Around } from '../../../client/index.ts';

/** Words of alarms, findings and drills. */
type FindingKind = ReturnType<Around['findingsOf']>[number]['kind'];
type Goal = Around['drills'][number]['goals'][number];

const short = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

export const watchWords = {
  title: 'Alarms & findings',
  lead: 'Read from the trail and the keys of this world. An alarm rings when its events have been delivered, about five minutes after the calls.',
  now: (text: string) => `Virtual time ${text}`,
  alarms: 'Alarms',
  noAlarms: 'No alarm has rung.',
  findings: 'Findings',
  noFindings: 'Nothing stands out.',
  config: 'Config rules',
  configLead: 'Customer managed keys of every account and Region that the trail has been in.',
  noKeys: 'There is no customer managed key.',
  expiry: 'Imported material that expires',
  reactions: 'Rules that react',
  reactionsLead:
    'What an EventBridge rule would call for the newest events. Nothing is called until you say so.',
  noReactions: 'No event asks for a reaction.',
  react: 'Make this call',
  waiting: 'Events are on their way: advance the clock by five minutes.',
  advance: 'Advance 5 minutes',
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
  reactionNames: {
    enableAgain: 'Enable a key that was disabled',
    cancelDeletion: 'Cancel a deletion that was scheduled',
  } as Readonly<Record<string, string>>,
  kinds: {
    decryptSpike: 'Many more decryptions than usual',
    newPlace: 'Keys used from an address never seen before',
    newUser: 'Somebody new uses a key',
    grantToSelf: 'A grant made for oneself',
    publicPolicy: 'A key policy open to everybody',
    watchLost: 'The trail sees less than before',
    probing: 'Many denied calls in an hour',
  } satisfies Readonly<Record<FindingKind, string>>,
  spike: (found: number, usual: number) => `${found} in an hour; usually ${usual}`,
  severity: { high: 'high', medium: 'medium', low: 'low' },
  events: (n: number) => (n === 1 ? '1 event' : `${n} events`),
  ringing: 'in this period',
  by: 'by',
  on: 'on',
  show: 'Show in the trail',
  compliant: 'compliant',
  nonCompliant: 'not compliant',
  left: (text: string) => `expires in ${text}`,

  drills: 'Incident drills',
  drillsLead:
    'Each begins in a new world in which somebody has made real calls. Find the cause in the trail, then mend it with the tools of the lab.',
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
