import { stretchesOf, wrapping, type StoryRecord, type StoryRun, type Trace } from '../flows/index.ts';
import { stagesOf } from './stages.ts';
import { workOf } from './sentences.ts';
import { deedsSaid, readingTime, recordAt, type StoryPlan } from './storyPlan.ts';
import { bytesSaid, contextSaid, ordinal, plural, shortKeyId, timeOfDay } from './words.ts';

/** The plan of the wrapping story: what each part of the HSM did, read from the trace, and the blob as it lies there. */

export type StationId = 'start' | 'material' | 'derive' | 'cipher';
export interface Station {
  readonly id: StationId;
  readonly name: string;
  readonly state: 'quiet' | 'lit' | 'failed';
  readonly line: string;
}
export interface BlobField {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly hue: 'key' | 'data' | 'cipher' | 'none';
}
export interface WrapScene {
  readonly account: string;
  readonly region: string;
  readonly principal: string;
  readonly alias: string;
  readonly keyId: string;
  readonly keyState: string;
  readonly operation: string | undefined;
  readonly direction: 'wrap' | 'unwrap' | 'none';
  readonly outcome: 'none' | 'allowed' | 'refused';
  /** What came back, in a few words. */
  readonly answer: string;
  readonly stations: readonly Station[];
  readonly materials: readonly {
    readonly said: string;
    readonly isCurrent: boolean;
    readonly isOpen: boolean;
  }[];
  readonly aad: string;
  readonly isAadOther: boolean;
  readonly blob:
    | {
        readonly name: string;
        readonly length: number;
        readonly fields: readonly BlobField[];
        readonly flipped: number | undefined;
      }
    | undefined;
  readonly trail: string;
}

export const wrapTitles: Readonly<Record<string, string>> = {
  wrap: 'Wrap a data key',
  rotate: 'Rotate the key',
  rotated: 'A minute later',
  wrapAgain: 'Wrap another one',
  openOld: 'Open the old blob',
  flip: 'Flip one byte',
  openFlipped: 'Try to open it',
  openWhole: 'Open the whole one',
};
/** Parts of the picture that an act is about. */
const spots: Readonly<Record<string, readonly string[]>> = {
  wrap: ['stations', 'context'],
  rotate: ['materials'],
  rotated: ['materials'],
  wrapAgain: ['stations', 'materials'],
  openOld: ['stations', 'materials'],
  flip: ['blob'],
  openFlipped: ['stations', 'blob'],
  openWhole: ['stations', 'app'],
};
const motions: Readonly<Record<string, number>> = { rotated: 1040, flip: 520, rotate: 1040 };

/** Fields of the blob as a person tells them apart; what is mere structure is one kind. */
const hues: Readonly<Record<string, readonly [string, BlobField['hue']]>> = {
  materialId: ['key material id', 'key'],
  nonce: ['nonce', 'key'],
  iv: ['IV', 'data'],
  ciphertext: ['ciphertext', 'cipher'],
  tag: ['tag', 'cipher'],
};
/** Neighbours that are structure are told as one. */
export function fieldsOf(blob: Uint8Array<ArrayBuffer>): readonly BlobField[] {
  const fields: BlobField[] = [];
  for (const { name, from, to } of stretchesOf(blob) ?? []) {
    const [said, hue] = hues[name] ?? ['layout', 'none'];
    const last = fields.at(-1);
    if (last?.hue === 'none' && hue === 'none') fields[fields.length - 1] = { ...last, to };
    else fields.push({ name: said, from, to, hue });
  }
  return fields;
}
/** Where a byte lies, by the name of its field; the layout of the whole blob, because a broken one has none. */
export const fieldAt = (fields: readonly BlobField[], at: number): string =>
  fields.find(({ from, to }) => at >= from && at < to)?.name ?? 'layout';

type Work = ReturnType<typeof workOf>[number];
const find = <K extends Work['kind']>(work: readonly Work[], kind: K) =>
  work.find((item): item is Extract<Work, { kind: K }> => item.kind === kind);

function stationsOf(trace: Trace | undefined, isOpening: boolean): readonly Station[] {
  const work = workOf(trace);
  const random = find(work, 'random');
  const read = find(work, 'blobRead');
  const material = find(work, 'materialOpened');
  const derived = find(work, 'keyDerived');
  const sealed = find(work, 'sealed');
  const opened = find(work, 'opened');
  const failed = find(work, 'openFailed');
  const unread = isOpening && trace?.refusal?.stage === 'findKey';
  const state = (lit: unknown, bad = false): Station['state'] => (bad ? 'failed' : lit ? 'lit' : 'quiet');
  return [
    {
      id: 'start',
      name: isOpening ? 'Read the blob' : 'Draw a data key',
      state: state(random ?? read, unread || failed?.check === 'layout'),
      line: unread
        ? 'names no key material'
        : random
          ? `${random.byteLength} random bytes`
          : read
            ? `${read.blobLength} B, names its material`
            : '',
    },
    {
      id: 'material',
      name: 'Open the material',
      state: state(material, failed?.check === 'material'),
      line: material ? `${ordinal(material.version)}${material.current ? ', current' : ', not current'}` : '',
    },
    {
      id: 'derive',
      name: 'Derive a key',
      state: state(derived),
      line: derived ? `nonce ${derived.nonce.slice(0, 8)}…` : '',
    },
    {
      id: 'cipher',
      name: isOpening ? 'Open, check the tag' : 'Seal, with a tag',
      state: state(sealed ?? opened, failed?.check === 'tag'),
      line:
        failed?.check === 'tag'
          ? 'the tag does not fit'
          : sealed
            ? `${sealed.plaintextLength} B into ${sealed.blobLength} B`
            : opened
              ? `the tag fits: ${opened.plaintextLength} B`
              : '',
    },
  ];
}

const blobNames: Readonly<Record<string, string>> = {
  wrap: 'first',
  rotate: 'first',
  rotated: 'first',
  wrapAgain: 'second',
  openOld: 'first',
  flip: 'flipped',
  openFlipped: 'flipped',
  openWhole: 'first',
};
const blobSaid: Readonly<Record<string, string>> = {
  first: 'the first wrapped data key',
  second: 'the second wrapped data key',
  flipped: 'the first one, one byte flipped',
};

function sceneOf(run: StoryRun, record: StoryRecord | undefined): WrapScene {
  const from = record ?? run.opening;
  const key = from?.key;
  const isOpening = record?.request?.operation === 'Decrypt';
  const isWrapping = record?.request?.operation === 'GenerateDataKey';
  const material = find(workOf(record?.trace), 'materialOpened');
  const blobName = record ? blobNames[record.id] : undefined;
  const blob = blobName === undefined ? undefined : from?.blobs[blobName];
  const whole = from?.blobs['first'];
  const choices = from?.choices;
  const trail = record?.trail[0];
  return {
    account: wrapping.principal.split(':')[4] ?? '',
    region: wrapping.region,
    principal: 'user/Admin',
    alias: key?.aliases[0] ?? '',
    keyId: key ? shortKeyId(key.arn) : '',
    keyState: key?.KeyState ?? '',
    operation: record?.request?.operation,
    direction: isOpening ? 'unwrap' : isWrapping ? 'wrap' : 'none',
    outcome: !record?.trace ? 'none' : record.refusal ? 'refused' : 'allowed',
    answer: record?.refusal
      ? record.refusal.refused
      : isWrapping
        ? 'data key and its wrapped copy'
        : isOpening
          ? 'the data key, 32 B'
          : '',
    stations: isOpening || isWrapping ? stationsOf(record.trace, isOpening) : stationsOf(undefined, false),
    materials: (key?.materials ?? []).map(({ version, state }) => ({
      said: `${ordinal(version)} material${state === 'CURRENT' ? ', current' : ''}`,
      isCurrent: state === 'CURRENT',
      isOpen: material?.version === version,
    })),
    aad: contextSaid((isOpening ? choices?.decryptContext : choices?.encryptionContext) ?? {}),
    isAadOther:
      isOpening &&
      contextSaid(choices?.decryptContext ?? {}) !== contextSaid(choices?.encryptionContext ?? {}),
    blob: blob && {
      name: blobSaid[blobName ?? ''] ?? '',
      length: blob.length,
      fields: fieldsOf(whole ?? blob),
      flipped: blobName === 'flipped' ? choices?.flipAt : undefined,
    },
    trail: trail
      ? `${trail.eventName}, ${timeOfDay(trail.eventTime)}${trail.errorCode ? `, ${trail.errorCode}` : ''}`
      : '',
  };
}

function sentenceOf(run: StoryRun, record: StoryRecord): string {
  const work = workOf(record.trace);
  const material = find(work, 'materialOpened');
  const named = material ? `the ${ordinal(material.version)} material` : 'the material';
  if (record.outcome === 'faulted') return `This is a fault of the lab, not of KMS: ${run.fault ?? ''}.`;
  if (record.refusal && record.id !== 'openFlipped' && record.request?.operation !== 'Decrypt')
    return `KMS refuses ${record.request?.operation ?? ''}: ${record.refusal.refused}.`;
  switch (record.id) {
    case 'wrap': {
      const sealed = find(work, 'sealed');
      return `The domain key opens ${named} of the KMS key. A key derived from it with a fresh nonce seals ${bytesSaid(sealed?.plaintextLength ?? 0)} into ${bytesSaid(sealed?.blobLength ?? 0)}; the context ${contextSaid(record.choices.encryptionContext)} is sealed in as additional data.`;
    }
    case 'rotate':
      return 'RotateKeyOnDemand begins a rotation. It takes about a minute; the key id, the alias and the policies stay.';
    case 'rotated':
      return `The key has ${plural(record.key?.materials.length ?? 0, 'material')} now. The ${ordinal((record.key?.materials.length ?? 1) - 1)} is current; none is thrown away.`;
    case 'wrapAgain':
      return `A new data key is sealed under ${named}. Its blob carries that material's id: whoever opens it need not know which one it was.`;
    case 'openOld':
    case 'openWhole':
    case 'openFlipped': {
      if (!record.refusal)
        return record.id === 'openOld'
          ? `The old blob names ${named}, which is kept. The same key is derived again from the nonce in the blob, the tag fits: no ciphertext has to be made anew after a rotation.`
          : record.id === 'openWhole'
            ? `The same bytes without the flip: the tag fits, the data key comes out. One bit in ${bytesSaid(record.blobs['first']?.length ?? 0)} made the difference.`
            : 'The flipped blob opened.';
      const failed = find(work, 'openFailed');
      if (record.trace?.refusal?.stage === 'findKey')
        return `KMS cannot tell whose bytes these are: no key material answers to them. ${record.refusal.refused}, before any policy is asked.`;
      if (failed?.check === 'tag')
        return `The key is derived, the tag does not fit. ${record.refusal.refused}: KMS does not say which byte, nor whether bytes or context are wrong.`;
      return `KMS refuses Decrypt: ${record.refusal.refused}.`;
    }
    case 'flip': {
      const at = record.choices.flipAt;
      const blob = record.blobs['first'];
      return `One bit of byte ${at} is turned over, in the ${blob ? fieldAt(fieldsOf(blob), at) : 'blob'}. Nobody but the holder of the bytes knows of it.`;
    }
    default:
      return '';
  }
}

function factsOf(scene: WrapScene): readonly string[] {
  return [
    ...scene.stations
      .filter(({ state }) => state !== 'quiet')
      .map(({ name, line, state }) => `${name}: ${line}${state === 'failed' ? ', fails' : ''}`),
    ...(scene.direction === 'none'
      ? []
      : [`additional data: ${scene.aad}${scene.isAadOther ? ', not what was sealed in' : ''}`]),
    `materials: ${scene.materials.map(({ said }) => said).join(', ')}`,
    ...(scene.blob
      ? [
          `${scene.blob.name}, ${scene.blob.length} B: ${scene.blob.fields
            .filter(({ hue }) => hue !== 'none')
            .map(({ name, from, to }) => `${name} at ${from} to ${to - 1}`)
            .join(', ')}`,
        ]
      : []),
    ...(scene.blob?.flipped === undefined ? [] : [`byte ${scene.blob.flipped} is flipped`]),
    ...(scene.trail ? [`trail: ${scene.trail}`] : []),
  ];
}

export function planWrapping(run: StoryRun): StoryPlan<WrapScene> {
  let start = 0;
  const beats = wrapping.acts.map(({ id }) => {
    const record = recordAt(run, id);
    const isThere = record !== undefined;
    const sentence = record && record.outcome !== 'working' ? sentenceOf(run, record) : '';
    const motion = motions[id] ?? 2600;
    const duration = Math.max(motion + 400, readingTime(sentence));
    const scene = isThere ? sceneOf(run, record) : undefined;
    const beat = {
      id,
      title: wrapTitles[id] ?? id,
      status: record?.outcome ?? ('next' as const),
      start,
      duration,
      motion,
      sentence,
      scene,
      stages: stagesOf(record?.trace),
      facts: scene ? factsOf(scene) : [],
      spots: spots[id] ?? [],
    };
    start += duration;
    return beat;
  });
  return {
    story: 'wrapping',
    title: 'Wrapping inside the HSM',
    opening: {
      sentence: run.opening
        ? 'A KMS key with one material, in its vault. What happens when somebody asks it for a data key?'
        : 'A world of its own is made for this scene.',
      scene: sceneOf(run, undefined),
    },
    beats,
    deeds: deedsSaid(run.deeds),
  };
}
