import { beatIn, beatsOf, factsIn, type BeatId, type BeatRecord, type Run } from '../flows/index.ts';
import { aheadOf, gatesOf } from './gates.ts';
import type { Beat, Counters, Plan, Scene, Sheet, Token } from './plan.ts';
import {
  beatTitles,
  deedSentence,
  decryptTitles,
  openingSentence,
  sceneTitles,
  sentenceOf,
  workLines,
} from './sentences.ts';
import { accountOf, shortKeyId, shortPrincipal } from './words.ts';

/*
 * The plan of an envelope run. Each scene is made from the records up to its beat, so that stepping back shows what was
 * known then. Nothing here knows a figure: lengths, ids, verdicts and states are read from traces and answers.
 */

/** Milliseconds at 1×: what moves, in legs of 520 (look/README.md §5). */
const motions: Record<BeatId, number> = {
  take: 520,
  request: 520,
  gates: 1560,
  vault: 1560,
  returned: 1040,
  encrypt: 2600,
  decrypt: 2600,
  erase: 520,
  store: 520,
  check: 520,
  plaintext: 520,
};
/** A sentence is read at about 240 words a minute; the beat stays at least as long. */
const readingTime = (sentence: string): number => sentence.split(/\s+/).filter(Boolean).length * 250;

const titleOf = (run: Run, id: BeatId): string =>
  (run.scene === 'envelopeDecrypt' ? decryptTitles[id] : undefined) ?? beatTitles[id];

export function planEnvelope(run: Run): Plan {
  let start = 0;
  const beats = beatsOf(run.scene).map((id): Beat => {
    const record = beatIn(run, id);
    const sentence = record ? sentenceOf(run, id) : '';
    const motion = motions[id];
    const duration = Math.max(motion + 400, readingTime(sentence));
    const beat: Beat = {
      id,
      title: titleOf(run, id),
      status: record?.outcome ?? 'next',
      start,
      duration,
      motion,
      sentence,
      scene: record ? sceneAt(upTo(run, id), record) : undefined,
    };
    start += duration;
    return beat;
  });
  return {
    scene: run.scene,
    title: sceneTitles[run.scene],
    opening: {
      sentence: openingSentence(run),
      scene: sceneAt({ ...run, beats: [], deeds: early(run) }, undefined),
    },
    beats,
    counters: countersOf(run),
    deeds: run.deeds.map(deedSentence),
    duration: start,
  };
}

/** Deeds from before the first beat. */
const early = (run: Run) => run.deeds.filter(({ after }) => after === undefined);

/** The run as it was when a beat was the newest one. */
function upTo(run: Run, id: BeatId): Run {
  const at = run.beats.findIndex((record) => record.id === id);
  const beats = run.beats.slice(0, at + 1);
  const known = new Set(beats.map((record) => record.id));
  const newest = at === run.beats.length - 1;
  return {
    ...run,
    beats,
    deeds: run.deeds.filter(({ after }) => after === undefined || known.has(after)),
    progress: newest ? run.progress : undefined,
  };
}

/** `before`, `now` or `after` a beat, in one word, from the records up to here. */
type When = 'before' | 'now' | 'after';
const when = (run: Run, id: BeatId): When => {
  const at = run.beats.findIndex((record) => record.id === id);
  if (at < 0) return 'before';
  return at === run.beats.length - 1 ? 'now' : 'after';
};

function sceneAt(run: Run, record: BeatRecord | undefined): Scene {
  const request = factsIn(run, 'request');
  const principal = request?.principal ?? run.setting.principal;
  const store = factsIn(run, 'store');
  const check = factsIn(run, 'check');
  const taken = factsIn(run, 'take')?.object;
  const kept = store?.object ?? taken;
  const note = request?.trail[0];
  return {
    region: run.setting.region,
    account: accountOf(principal),
    keyAccount: accountOf(run.setting.keyArn),
    principal: shortPrincipal(principal),
    token: tokenAt(run),
    gates: gatesAt(run),
    answer: {
      state: when(run, 'returned') === 'now' ? 'moving' : when(run, 'returned') === 'after' ? 'done' : 'none',
      holds: factsIn(run, 'returned')?.wrappedKey ? ['dataKey', 'wrappedKey'] : ['dataKey'],
    },
    vault: vaultAt(run),
    ...sheetsAt(run, record),
    dataKey: dataKeyAt(run),
    wrappedKey: wrappedKeyAt(run),
    store: kept
      ? {
          state: 'full',
          name: kept.name,
          sealedLength: kept.sealedLength,
          wrappedLength: kept.wrappedKey.length,
          check: check ? (check.whole ? 'whole' : 'broken') : 'none',
        }
      : { state: 'empty' },
    trail:
      note && when(run, 'request') !== 'now'
        ? { ...note, accounts: request.trail.map(({ account }) => account) }
        : undefined,
    encryptionContext: request?.encryptionContext ?? run.setting.encryptionContext,
  };
}

function tokenAt(run: Run): Token | undefined {
  const request = factsIn(run, 'request');
  const trace = beatIn(run, 'request')?.trace;
  if (when(run, 'request') === 'before') return undefined;
  const gates = trace ? gatesOf(trace) : [];
  const operation = request?.operation ?? (run.scene === 'envelopeEncrypt' ? 'GenerateDataKey' : 'Decrypt');
  const carries = request?.sentBytes ?? 0;
  // Halfway to the first gate: it is on its way, and no gate has spoken yet.
  const door = (gates[0]?.at ?? 0.5) / 2;
  if (when(run, 'request') === 'now') return { operation, carries, from: 0, to: door, state: 'current' };
  const stop = gates.find(({ stops }) => stops);
  if (when(run, 'gates') === 'now')
    return stop
      ? { operation, carries, from: door, to: stop.at, state: 'stop' }
      : { operation, carries, from: door, to: 1, state: 'current' };
  return {
    operation,
    carries,
    from: 1,
    to: 1,
    state: run.stop?.beat === 'vault' && when(run, 'vault') === 'now' ? 'stop' : 'done',
  };
}

function gatesAt(run: Run) {
  const trace = beatIn(run, 'request')?.trace;
  if (!trace) return [];
  return when(run, 'gates') === 'before' ? aheadOf(gatesOf(trace)) : gatesOf(trace);
}

/** The key's state when the call was answered, and what the learner did to it since. */
function keyStateAt(run: Run): string | undefined {
  const changes = run.deeds
    .flatMap(({ trace }) => trace?.steps ?? [])
    .flatMap((step) =>
      step.stage === 'operation'
        ? step.detail.work.flatMap((work) => (work.kind === 'stateChanged' ? [work.to] : []))
        : [],
    );
  return changes.at(-1) ?? factsIn(run, 'request')?.key?.KeyState;
}

function vaultAt(run: Run): Scene['vault'] {
  const key = factsIn(run, 'request')?.key;
  const named = run.setting.keyId.startsWith('alias/') ? run.setting.keyId : undefined;
  const trace = beatIn(run, 'vault')?.trace;
  const inVault = when(run, 'vault');
  return {
    state: inVault === 'now' ? (trace?.refusal ? 'stopped' : 'work') : inVault === 'after' ? 'lit' : 'quiet',
    alias: named ?? key?.aliases[0],
    keyId: shortKeyId(run.setting.keyArn),
    keyState: keyStateAt(run),
    materials: key?.materials,
    work: inVault === 'now' ? workLines(trace) : [],
  };
}

/** Percent of bulk work that is done: as it reports itself while it is under way, all of it afterwards. */
function percentOf(run: Run, record: BeatRecord | undefined, id: 'encrypt' | 'decrypt'): number {
  if (when(run, id) === 'before') return 0;
  if (record?.id !== id || record.outcome === 'done') return 100;
  const { progress } = run;
  return progress && progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : 0;
}

function sheetsAt(run: Run, record: BeatRecord | undefined): { source: Sheet; result: Sheet } {
  const { file } = run.setting;
  if (run.scene === 'envelopeEncrypt') {
    const percent = percentOf(run, record, 'encrypt');
    const object = factsIn(run, 'encrypt')?.object;
    return {
      source: {
        kind: 'plaintext',
        state: 'whole',
        name: file.name,
        byteLength: file.byteLength,
        percent: 100,
      },
      result: {
        kind: 'ciphertext',
        state: when(run, 'encrypt') === 'before' ? 'absent' : object ? 'whole' : 'partial',
        name: `${file.name}.enc`,
        byteLength: object?.sealedLength,
        percent,
      },
    };
  }
  const taken = factsIn(run, 'take')?.object;
  const opened = factsIn(run, 'decrypt');
  return {
    source: {
      kind: 'ciphertext',
      state: taken ? 'whole' : 'absent',
      name: `${file.name}.enc`,
      byteLength: taken?.sealedLength,
      percent: 100,
    },
    result: {
      kind: 'plaintext',
      state: when(run, 'decrypt') === 'before' ? 'absent' : opened ? 'whole' : 'partial',
      name: file.name,
      byteLength: opened?.byteLength,
      percent: percentOf(run, record, 'decrypt'),
    },
  };
}

const isWiped = ({ beats }: Run): boolean => {
  const outcome = beats.at(-1)?.outcome;
  return outcome === 'faulted' || outcome === 'ended';
};

function dataKeyAt(run: Run): Scene['dataKey'] {
  const byteLength = factsIn(run, 'returned')?.dataKeyLength;
  const erased = factsIn(run, 'erase');
  if (erased?.zeroed) return { state: 'erased', byteLength: erased.byteLength };
  const bulk = run.scene === 'envelopeEncrypt' ? 'encrypt' : 'decrypt';
  if (when(run, 'returned') === 'before') return { state: 'absent', byteLength };
  // A fault wipes it too, and so does whoever breaks the work off.
  if (isWiped(run)) return { state: 'erased', byteLength };
  return { state: when(run, bulk) === 'now' ? 'inUse' : 'inMemory', byteLength };
}

function wrappedKeyAt(run: Run): Scene['wrappedKey'] {
  const taken = factsIn(run, 'take')?.object.wrappedKey.length;
  if (run.scene === 'envelopeDecrypt')
    return {
      state: taken === undefined ? 'absent' : when(run, 'request') === 'before' ? 'waiting' : 'sent',
      byteLength: taken,
    };
  const byteLength = factsIn(run, 'returned')?.wrappedKey?.length;
  if (byteLength === undefined) return { state: 'absent', byteLength };
  return { state: factsIn(run, 'store') ? 'stored' : 'waiting', byteLength };
}

function countersOf(run: Run): Counters {
  const request = factsIn(run, 'request');
  const wrapped = factsIn(run, 'take')?.object.wrappedKey.length ?? 0;
  const deedCalls = run.deeds.filter(({ trace }) => trace !== undefined);
  const erased = factsIn(run, 'erase');
  const returned = factsIn(run, 'returned');
  return {
    callsToKms: run.earlier.calls + (request ? 1 : 0) + deedCalls.length,
    // Blobs that went to KMS, less the wrapped key that belongs there.
    fileBytesKmsSaw: Math.max(0, (request?.sentBytes ?? 0) - wrapped),
    plaintextCopies: returned && !erased?.zeroed && !isWiped(run) ? 1 : 0,
    trailLines:
      run.earlier.trailLines +
      (request?.trail.length ?? 0) +
      run.deeds.reduce((sum, { trail }) => sum + trail.length, 0),
  };
}
