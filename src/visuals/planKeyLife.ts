import { keyLife, keyStateChart, type StateWay, type StoryRecord, type StoryRun } from '../flows/index.ts';
import { stagesOf } from './stages.ts';
import { workOf } from './sentences.ts';
import { deedsSaid, readingTime, recordAt, type StoryPlan } from './storyPlan.ts';
import { ordinal, plural, shortKeyId } from './words.ts';

/** The plan of a key's life: the state machine's own states and ways, which one was just walked, and what time has passed. */

export interface LifeScene {
  readonly alias: string;
  readonly keyId: string;
  readonly state: string;
  readonly before: string;
  readonly states: readonly string[];
  readonly ways: readonly (StateWay & {
    /** `walked`: by this act. `open`: could be walked from here by a key like this one. */
    readonly mark: 'walked' | 'open' | 'shut' | 'other';
  })[];
  readonly operation: string | undefined;
  readonly refused: string | undefined;
  readonly materials: readonly string[];
  readonly nextRotation: string | undefined;
  readonly deletion: string | undefined;
  readonly at: string;
  /** Acts so far: a tick for a call, a stretch for time that passed. */
  readonly rail: readonly {
    readonly kind: 'call' | 'refused' | 'time';
    readonly said: string;
    readonly at: string;
  }[];
}

export const lifeTitles: Readonly<Record<string, string>> = {
  rotationOn: 'Rotation on',
  period: '90 days',
  disable: 'Disable',
  useDisabled: 'Use it',
  enable: 'Enable',
  schedule: 'Schedule deletion',
  waitSome: '3 days',
  usePending: 'Use it',
  cancel: 'Cancel deletion',
  enableAgain: 'Enable',
  scheduleAgain: 'Schedule again',
  gone: 'The end',
  useGone: 'Use it',
};

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const dayMs = 86_400_000;
const stateOf = (record: Pick<StoryRecord, 'key'> | undefined): string => record?.key?.KeyState ?? 'gone';
/** Guards of the machine that a key of AWS_KMS origin without replicas fails: those ways are other keys' ways. */
const chart = keyStateChart();

function walkedBy(record: StoryRecord | undefined): { from: string; to: string } | undefined {
  const change = workOf(record?.trace).find((item) => item.kind === 'stateChanged');
  return change && { from: change.from, to: change.to };
}

function sceneOf(run: StoryRun, record: StoryRecord | undefined): LifeScene {
  const at = record ? run.records.indexOf(record) : -1;
  const previous = at > 0 ? run.records[at - 1] : run.opening;
  const state = stateOf(record ?? run.opening);
  const before = record ? stateOf(previous) : state;
  const change = walkedBy(record);
  const walked = change ?? (before === state ? undefined : { from: before, to: state });
  const key = (record ?? run.opening)?.key;
  return {
    alias: (run.opening?.key ?? key)?.aliases[0] ?? '',
    keyId: run.opening?.key ? shortKeyId(run.opening.key.arn) : '',
    state,
    before: walked?.from ?? state,
    states: chart.states,
    ways: chart.ways.map((way) => ({
      ...way,
      mark:
        walked?.from === way.from && walked.to === way.to && way.guard === undefined
          ? 'walked'
          : way.guard !== undefined
            ? 'other'
            : way.from === state
              ? 'open'
              : 'shut',
    })),
    operation: record?.request?.operation,
    refused: record?.refusal?.refused,
    materials: (key?.materials ?? []).map(
      ({ version, state: of }) => `${ordinal(version)} material${of === 'CURRENT' ? ', current' : ''}`,
    ),
    nextRotation:
      key?.rotation?.enabled && key.rotation.next !== undefined ? day(key.rotation.next) : undefined,
    deletion: key?.DeletionDate === undefined ? undefined : day(key.DeletionDate),
    at: day((record ?? run.opening)?.at ?? 0),
    rail: run.records.slice(0, at + 1).map((r, i) => {
      const since = r.at - ((i > 0 ? run.records[i - 1] : run.opening)?.at ?? r.at);
      return {
        kind: r.request ? (r.refusal ? ('refused' as const) : ('call' as const)) : ('time' as const),
        said: r.request?.operation ?? `+${plural(Math.round(since / dayMs), 'day')}`,
        at: day(r.at),
      };
    }),
  };
}

function sentenceOf(run: StoryRun, record: StoryRecord): string {
  const scene = sceneOf(run, record);
  if (record.outcome === 'faulted') return `This is a fault of the lab, not of KMS: ${run.fault ?? ''}.`;
  const named = record.happened.map(({ eventName }) => eventName);
  const last = scene.rail.at(-1)?.said ?? '';
  if (record.request === undefined) {
    if (named.includes('DeleteKey'))
      return `${last}: the waiting period is over. DeleteKey runs by itself; the key and its ${plural(run.opening?.key?.materials.length ?? 1, 'material')} and all that followed are gone, and what they encrypted with them.`;
    if (named.includes('RotateKey'))
      return `${last}: the rotation falls due. The key has ${plural(record.key?.materials.length ?? 0, 'material')} now; its id, alias and policy are what they were. Next: ${scene.nextRotation ?? 'never'}.`;
    return `${last} pass. The key is ${scene.state}${scene.deletion ? `, until ${scene.deletion}` : ''}.`;
  }
  const { operation } = record.request;
  if (record.refusal)
    return scene.state === 'gone'
      ? `${operation}: ${record.refusal.refused}. There is no such key any more, and no way back.`
      : `${operation}: ${record.refusal.refused}. The key is ${scene.state}; nothing it has encrypted is lost, and nothing can be opened.`;
  switch (operation) {
    case 'EnableKeyRotation':
      return `Rotation every ${record.key?.rotation?.periodInDays ?? 0} days is on. The first falls due on ${scene.nextRotation ?? 'no day'}.`;
    case 'DisableKey':
      return 'DisableKey: Enabled to Disabled, at once and as often as one likes. Nothing is lost by it.';
    case 'EnableKey':
      return 'EnableKey: the key works again, with all its materials.';
    case 'ScheduleKeyDeletion':
      return `ScheduleKeyDeletion: PendingDeletion until ${scene.deletion ?? 'its date'}. Until then it can be saved; it cannot be used.`;
    case 'CancelKeyDeletion':
      return 'CancelKeyDeletion saves the key. It comes back Disabled, not Enabled: somebody has to want it.';
    default:
      return `${operation} is done. The key is ${scene.state}.`;
  }
}

const factsOf = (scene: LifeScene): readonly string[] => [
  `key state: ${scene.state}`,
  scene.materials.length > 0 ? `materials: ${scene.materials.join(', ')}` : 'no materials',
  ...(scene.nextRotation ? [`next rotation: ${scene.nextRotation}`] : []),
  ...(scene.deletion ? [`deletion: ${scene.deletion}`] : []),
  `ways from here: ${
    scene.ways
      .filter(({ mark, from, to }) => mark === 'open' && from !== to)
      .map(({ to, events }) => `${events.join(' or ')} to ${to}`)
      .join(', ') || 'none'
  }`,
  `date: ${scene.at}`,
];

export function planKeyLife(run: StoryRun): StoryPlan<LifeScene> {
  let start = 0;
  const beats = keyLife.acts.map(({ id }) => {
    const record = recordAt(run, id);
    const sentence = record && record.outcome !== 'working' ? sentenceOf(run, record) : '';
    const motion = 1040;
    const duration = Math.max(motion + 400, readingTime(sentence));
    const scene = record && sceneOf(run, record);
    const beat = {
      id,
      title: lifeTitles[id] ?? id,
      status: record?.outcome ?? ('next' as const),
      start,
      duration,
      motion,
      sentence,
      scene,
      stages: stagesOf(record?.trace),
      facts: scene ? factsOf(scene) : [],
      spots: record?.request ? (id === 'rotationOn' ? ['vault'] : ['chart']) : ['rail', 'vault'],
    };
    start += duration;
    return beat;
  });
  return {
    story: 'keyLife',
    title: 'The life of a key',
    opening: {
      sentence: run.opening
        ? `A KMS key is born: ${run.opening.key?.KeyState ?? ''}, on ${day(run.opening.at)}. The chart is the state machine that the engine runs.`
        : 'A world of its own is made for this scene.',
      scene: sceneOf(run, undefined),
    },
    beats,
    deeds: deedsSaid(run.deeds),
  };
}
