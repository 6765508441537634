import {
  handshakeBeats,
  handshakePeople,
  type Door,
  type DoorName,
  type HandshakeBeat,
  type HandshakeRecord,
  type HandshakeRun,
  type MendRecord,
} from '../flows/index.ts';
import { stagesOf, type CallStage } from './stages.ts';
import { readingTime, type RailBeat } from './storyPlan.ts';
import { accountOf, shortPrincipal } from './words.ts';

/*
 * The plan of the cross-account handshake: three doors between somebody of one account and a key of another, as the world
 * shows them now, and what the newest attempt met. Read from decisions and traces alone.
 */

export interface PlannedDoor extends Door {
  readonly title: string;
  /** In whose hands it is. */
  readonly account: string;
  readonly said: string;
  /** The newest attempt ended here. */
  readonly stops: boolean;
}

export interface PlannedAdvice {
  /** Place among the proposals of the run. */
  readonly index: number;
  /** One for each edit; all are needed. */
  readonly edits: readonly string[];
  /** Somebody, and what he could do then: `root of 444455556666: Decrypt, DescribeKey`. */
  readonly opens: readonly string[];
}

export interface HandshakePlan {
  readonly title: string;
  readonly opening: string;
  readonly doors: readonly PlannedDoor[];
  readonly beats: readonly (RailBeat & {
    readonly id: HandshakeBeat;
    readonly stages: readonly CallStage[];
    readonly facts: readonly string[];
  })[];
  /** What was changed, in order. */
  readonly mends: readonly string[];
  /** The smallest changes after a refusal, each with what else it would open. */
  readonly advice: readonly PlannedAdvice[];
  readonly attempts: number;
}

const doorTitles: Readonly<Record<DoorName, string>> = {
  trust: 'Trust policy of the role',
  iam: 'IAM policy of the role',
  keyPolicy: 'Key policy',
};
const ownerOf: Readonly<Record<DoorName, string>> = {
  trust: accountOf(handshakePeople.role),
  iam: accountOf(handshakePeople.role),
  keyPolicy: accountOf(handshakePeople.ownerAdmin),
};
const beatTitles: Readonly<Record<HandshakeBeat, string>> = {
  assume: 'Take the role',
  decrypt: 'Decrypt with the foreign key',
};

function doorSaid({ state, statement }: Door): string {
  switch (state) {
    case 'open':
      return `open: ${statement ?? 'allows'}`;
    case 'denies':
      return `shut by an explicit Deny: ${statement ?? ''}`;
    case 'beside':
      return 'says nothing, and need not: a grant allows it';
    case 'shut':
      return 'shut: nothing allows it';
  }
}

type Edit = HandshakeRun['advice'][number]['edits'][number];

/** The doors that a beat goes through. */
const doorsAt: Readonly<Record<HandshakeBeat, readonly DoorName[]>> = {
  assume: ['trust'],
  decrypt: ['keyPolicy', 'iam'],
};

/** At which door an attempt was refused: the policy type that decided says it. */
function stoppedAt({ trace }: HandshakeRecord): DoorName | undefined {
  const step = trace?.steps.find(({ stage }) => stage === 'authorize');
  const decision =
    step?.stage === 'authorize' ? step.detail.decisions.find(({ allowed }) => !allowed) : undefined;
  if (!decision) return undefined;
  if (decision.decidedBy === 'identityPolicy') return 'iam';
  return decision.action === 'sts:AssumeRole' ? 'trust' : 'keyPolicy';
}

function sentenceOf(record: HandshakeRecord): string {
  const { operation, principal, viaService } = record.request;
  const who = shortPrincipal(principal);
  if (record.outcome === 'working') return '';
  if (record.refusal) {
    const door = stoppedAt(record);
    // AWS's own sentence stands below, whole: here is what it means.
    return door
      ? `${who} stops at door ${doorNumber(door)}, the ${doorTitles[door].replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())}: ${operation} is refused, ${record.refusal.refused}.`
      : `${operation} by ${who} is refused: ${record.refusal.refused}.`;
  }
  if (record.id === 'assume')
    return `${who} takes ${shortPrincipal(handshakePeople.role)}: the trust policy lets the user in, and STS answers the keys of a session.`;
  const way = viaService === undefined ? '' : ` through ${viaService.split('.')[0]?.toUpperCase() ?? ''}`;
  const both = record.trail.length > 1 ? ' The call stands in the trails of both accounts.' : '';
  return `${who} opens the letter${way} with a key of account ${accountOf(handshakePeople.ownerAdmin)}.${both}`;
}

const names: readonly DoorName[] = ['trust', 'iam', 'keyPolicy'];
const doorNumber = (name: DoorName): number => names.indexOf(name) + 1;

const factsOf = ({ trail, request }: HandshakeRecord): readonly string[] => [
  `caller: ${request.principal}`,
  ...(request.viaService === undefined ? [] : [`kms:ViaService: ${request.viaService}`]),
  ...(trail.length === 0
    ? []
    : [`recorded in the trail of ${trail.map(({ account }) => account).join(' and ')}`]),
];

const place = ({ target, trustPolicy, owner }: Edit): string => {
  if (trustPolicy) return `the trust policy of ${shortPrincipal(owner)}`;
  return target.type === 'keyPolicy' ? 'the key policy' : `IAM of account ${accountOf(owner)}`;
};

/** One edit of a proposal, as somebody would ask a colleague for it. */
function editSaid(edit: Edit): string {
  const { kind, action } = edit;
  const [, operation = action] = action.split(':');
  switch (kind) {
    case 'namePrincipal':
      return `name the caller in ${place(edit)}`;
    case 'addPrincipal':
      return `add the caller to a statement of ${place(edit)}`;
    case 'addDelegation':
      return `let the caller\u2019s account in, in ${place(edit)}`;
    case 'addIdentityAllow':
      return `allow ${action} in ${place(edit)}`;
    case 'addAction':
      return `add ${action} to a statement of ${place(edit)}`;
    case 'dropCondition':
      return `take a condition out of ${place(edit)}`;
    case 'widenResource':
    case 'useArn':
      return `let a statement of ${place(edit)} cover this key`;
    case 'addGrant':
    case 'addGrantOperation':
      return `give the caller a grant of ${operation}`;
    case 'useGrantToken':
      return 'present the token of the grant';
    case 'mendContext':
      return 'send the call in another way';
    case 'removeDeny':
    case 'narrowDeny':
    case 'allowInstead':
      return `lift a Deny in ${place(edit)}`;
    case 'widenCeiling':
      return 'widen what limits the caller';
  }
}

function opensSaid({ alsoOpens }: HandshakeRun['advice'][number]): readonly string[] {
  const byWhom = new Map<string, string[]>();
  for (const { principal, action } of alsoOpens) {
    const operations = byWhom.get(principal) ?? [];
    byWhom.set(principal, [...operations, action.replace('kms:', '')]);
  }
  return [...byWhom].map(
    ([principal, operations]) =>
      `${shortPrincipal(principal)} of ${accountOf(principal)}: ${operations.join(', ')}`,
  );
}

function mendSaid({ mend, request, refusal, edits }: MendRecord): string {
  const call = request ? `${request.operation} by ${shortPrincipal(request.principal)}` : 'no call';
  if (refusal) return `${call} was refused: ${refusal.refused}`;
  switch (mend.kind) {
    case 'trust':
      return `${call}: the role ${mend.open ? 'trusts the user' : 'trusts the administrator alone'}`;
    case 'iam':
      return `${call}: IAM ${mend.open ? 'allows the role' : 'no longer allows the role'} kms:Decrypt`;
    case 'keyPolicy':
      return `${call}: the key policy ${
        mend.open === 'viaService'
          ? 'lets the partner account in, through S3 only'
          : mend.open
            ? 'lets the partner account in'
            : 'names the owner alone'
      }`;
    case 'grant':
      return mend.open ? `${call}: a grant for the role` : `${call}: the grant is gone`;
    case 'proposal':
      return `${call}: ${edits.map(editSaid).join('; ')}`;
    case 'through':
      return mend.service
        ? 'the next Decrypt comes through S3'
        : 'the next Decrypt comes from the role itself';
  }
}

export function planHandshake(run: HandshakeRun): HandshakePlan {
  const refused = run.beats.find(({ outcome }) => outcome === 'stopped');
  const stop = refused && stoppedAt(refused);
  let start = 0;
  const beats = handshakeBeats.map((id) => {
    const record = run.beats.find((beat) => beat.id === id);
    const sentence = record ? sentenceOf(record) : '';
    const motion = 520 * (doorsAt[id].length + 1);
    const duration = Math.max(motion + 400, readingTime(sentence));
    const beat = {
      id,
      title: beatTitles[id],
      status:
        run.fault && record?.outcome === 'working'
          ? ('faulted' as const)
          : (record?.outcome ?? ('next' as const)),
      start,
      duration,
      motion,
      sentence,
      stages: stagesOf(record?.trace),
      facts: record ? factsOf(record) : [],
    };
    start += duration;
    return beat;
  });
  const shut = run.doors.filter(({ state }) => state === 'shut' || state === 'denies').length;
  return {
    title: 'Cross-account handshake',
    opening:
      run.doors.length === 0
        ? 'A world of its own is made for this scene.'
        : `Three doors stand between ${shortPrincipal(handshakePeople.user)} of account ${accountOf(handshakePeople.user)} and a key of account ${accountOf(handshakePeople.ownerAdmin)}. ${shut === 0 ? 'None is shut.' : shut === 1 ? 'One is shut.' : `${shut} are shut.`}`,
    doors: run.doors.map((door) => ({
      ...door,
      title: doorTitles[door.name],
      account: ownerOf[door.name],
      said: doorSaid(door),
      stops: door.name === stop,
    })),
    beats,
    mends: run.mends.map(mendSaid),
    advice: run.advice.map((one, index) => ({
      index,
      edits: one.edits.map(editSaid),
      opens: opensSaid(one),
    })),
    attempts: run.attempts,
  };
}
