import { beatIn, factsIn, type BeatId, type Run, type Trace } from '../flows/index.ts';
import { gatesOf } from './gates.ts';
import type { Gate } from './plan.ts';
import { bytesSaid, contextSaid, ordinal, plural, shortKeyId, shortPrincipal } from './words.ts';

/** One sentence for each beat, of nothing but the facts that the run holds. Strings of the plans live here. */

export const sceneTitles = {
  envelopeEncrypt: 'Envelope encryption',
  envelopeDecrypt: 'Envelope decryption',
} as const;

export const beatTitles: Record<BeatId, string> = {
  take: 'Take the object',
  request: 'Ask for a data key',
  gates: 'Pass the gates',
  vault: 'Make and wrap',
  returned: 'Return both copies',
  encrypt: 'Encrypt the file',
  decrypt: 'Decrypt the file',
  erase: 'Erase the data key',
  store: 'Store side by side',
  check: 'Check',
  plaintext: 'Compare',
};
export const decryptTitles: Partial<Record<BeatId, string>> = {
  request: 'Ask KMS to unwrap',
  vault: 'Open the wrapped key',
  returned: 'Return the data key',
};

type Work = Extract<Trace['steps'][number], { stage: 'operation' }>['detail']['work'][number];

export const workOf = (trace: Trace | undefined): readonly Work[] =>
  (trace?.steps ?? []).flatMap((step) => (step.stage === 'operation' ? step.detail.work : []));

const find = <K extends Work['kind']>(work: readonly Work[], kind: K) =>
  work.find((item): item is Extract<Work, { kind: K }> => item.kind === kind);

/** One thing that the HSM did, as a short line; undefined for what the picture says otherwise. */
export function workLine(item: Work): string | undefined {
  switch (item.kind) {
    case 'random':
      return `${item.byteLength} random bytes: the data key`;
    case 'blobRead':
      return item.ok ? `wrapped key read, ${item.blobLength} B` : `${item.blobLength} B read: no KMS layout`;
    case 'materialOpened':
      return `${ordinal(item.version)} key material${item.current ? ', current' : ''}`;
    case 'keyDerived':
      return `key derived, nonce ${item.nonce.slice(0, 8)}…`;
    case 'sealed':
      return `${item.plaintextLength} B wrapped into ${item.blobLength} B`;
    case 'opened':
      return `tag fits: ${item.plaintextLength} B opened`;
    case 'openFailed':
      return { layout: 'layout unreadable', tag: 'tag does not fit', material: 'no such material' }[
        item.check
      ];
    case 'dataSealed':
      return `${item.what} encrypted under ${item.under}`;
    case 'dataOpened':
      return `${item.what} decrypted under ${item.under}`;
    case 'dataNotOpened':
      return `${item.what} does not open under ${item.under}`;
    case 'keyKept':
      return `plaintext key kept: ${item.what}`;
    case 'keyReused':
      return `kept key used, no call of KMS: ${item.what}`;
    case 'keyDropped':
      return `kept key let go: ${item.what}`;
    case 'domainKeyMade':
    case 'materialMade':
    case 'stateChanged':
    case 'called':
    case 'returned':
      return undefined;
  }
}
/** What the HSM did, one short line each. */
export const workLines = (trace: Trace | undefined): readonly string[] =>
  workOf(trace).flatMap((item) => workLine(item) ?? []);

/** By its alias when it was named so. */
const keySaid = ({ setting }: Run): string =>
  setting.keyId.startsWith('alias/') ? setting.keyId : `key ${shortKeyId(setting.keyArn)}`;

const list = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Under a gate there is room for two words; a sentence says the whole name. */
const wholeNames: Readonly<Record<string, string>> = {
  serviceControlPolicy: 'service control policy',
  resourceControlPolicy: 'resource control policy',
  permissionsBoundary: 'permissions boundary',
};
/** What stops a call that is no policy and no key state: said of whoever serves it. */
const stopsSaid: Readonly<Record<string, string>> = {
  parse: 'cannot read the request',
  authenticate: 'does not know who asks',
  validate: 'finds the request itself wrong',
  quota: 'has no request left in the quota',
  findKey: 'finds no key by what the call names',
  grantToken: 'does not take the grant token',
  usage: 'does not do this with that key',
};

/** How a call passed its gates, or which of them stopped it. Empty when no gate had a say. */
export function gatesSaid(gates: readonly Gate[], operation: string, server = 'KMS'): string {
  const stop = gates.find(({ stops }) => stops);
  const name = (gate: Gate) => wholeNames[gate.id] ?? gate.name.filter(Boolean).join(' ');
  if (stop) {
    if (stop.id === 'keyState')
      return `The policies allow the call. The KMS key is ${stop.note}, and that stops it.`;
    if (stop.state === 'deny')
      return `The ${name(stop)} denies the call with an explicit Deny. No Allow can undo that.`;
    if (stop.id === 'identityPolicy' || stop.id === 'keyPolicy') {
      const lets = gates.find(
        ({ id, state, note }) => id === 'keyPolicy' && state === 'open' && note === 'lets IAM decide',
      );
      return `${lets ? `The ${name(lets)} lets IAM decide, but n` : 'N'}othing in the ${name(stop)} allows ${operation}. The call stops here.`;
    }
    const why = stopsSaid[stop.id];
    return why
      ? `${server} ${why}. The call stops here.`
      : `The ${name(stop)} does not allow ${operation}. The call stops here.`;
  }
  const open = gates.filter(({ state }) => state === 'open');
  if (open.length === 0) return '';
  const said = open.map((gate) => {
    if (gate.id === 'keyState') return `the key is ${gate.note}`;
    if (gate.note === 'lets IAM decide') return `the ${name(gate)} lets IAM decide`;
    return `the ${name(gate)} allows the call`;
  });
  return `${capital(list(said))}: ${plural(open.length, 'gate opens', 'gates open')}.`;
}

export const failedSaid = {
  tag: 'The tag does not fit: the wrapped key and the encryption context are not the pair that was sealed.',
  layout: 'KMS cannot read these bytes as a wrapped key.',
  material: 'KMS has no key material that these bytes name.',
} as const;

function vaultSentence(run: Run, trace: Trace): string {
  const work = workOf(trace);
  const failed = find(work, 'openFailed');
  if (failed) return failedSaid[failed.check];
  if (trace.refusal) return 'KMS refuses inside the operation.';
  const material = find(work, 'materialOpened');
  const named = material ? `the ${ordinal(material.version)} key material` : 'its key material';
  const sealed = find(work, 'sealed');
  const opened = find(work, 'opened');
  if (run.scene === 'envelopeEncrypt' && sealed)
    return `Inside the HSM, KMS draws ${bytesSaid(sealed.plaintextLength)}, derives a key for this one call from ${named}, and wraps them into ${bytesSaid(sealed.blobLength)}.`;
  if (opened)
    return `The wrapped key names ${named}. Inside the HSM, KMS derives the same key again, the tag fits, and ${bytesSaid(opened.plaintextLength)} come out.`;
  return 'KMS does its work inside the HSM.';
}

/** Said when the learner turned the key off under a running flow: the data key in memory does not care. */
function disabledMeanwhile(run: Run): string {
  const last = run.deeds.findLast(
    ({ deed, refusal, after }) =>
      deed.kind !== 'context' && deed.kind !== 'principal' && !refusal && after !== undefined,
  );
  return last?.deed.kind === 'disableKey'
    ? ' The KMS key is Disabled by now; the data key in memory works on.'
    : '';
}

const sentences: Record<BeatId, (run: Run) => string> = {
  take: (run) => {
    const { object } = facts(run, 'take');
    return `${object.name} lies closed in the object store: ${bytesSaid(object.sealedLength)}, with its wrapped data key, ${bytesSaid(object.wrappedKey.length)}, in front.`;
  },
  request: (run) => {
    const asked = factsIn(run, 'request');
    const who = shortPrincipal(asked?.principal ?? run.setting.principal);
    const context = contextSaid(asked?.encryptionContext ?? run.setting.encryptionContext);
    return run.scene === 'envelopeEncrypt'
      ? `${who} asks KMS for a data key under ${keySaid(run)}, bound to ${context}. The file stays here.`
      : `${who} sends KMS the wrapped key, ${bytesSaid(asked?.sentBytes ?? 0)}, and the context ${context}. The file stays here.`;
  },
  gates: (run) => {
    const trace = traceOf(run, 'gates');
    return gatesSaid(gatesOf(trace), trace.operation);
  },
  vault: (run) => vaultSentence(run, traceOf(run, 'vault')),
  returned: (run) => {
    const { dataKeyLength, wrappedKey } = facts(run, 'returned');
    return wrappedKey
      ? `KMS returns the data key twice: ${bytesSaid(dataKeyLength)} in plaintext, and ${bytesSaid(wrappedKey.length)} wrapped. It keeps neither.`
      : `KMS returns the data key, ${bytesSaid(dataKeyLength)} in plaintext, once more. It keeps no copy.`;
  },
  encrypt: (run) => {
    const { name, byteLength } = run.setting.file;
    const { dataKeyLength } = facts(run, 'returned');
    return `The app encrypts ${name} here, with the plaintext data key. KMS never sees the ${bytesSaid(byteLength)}; it made and wrapped ${bytesSaid(dataKeyLength)}.${disabledMeanwhile(run)}`;
  },
  decrypt: (run) => {
    const { object } = facts(run, 'take');
    return `The app decrypts ${object.name} here, with the plaintext data key. KMS never sees the ${bytesSaid(object.plaintextLength)}.${disabledMeanwhile(run)}`;
  },
  erase: (run) => {
    const erased = factsIn(run, 'erase');
    if (!erased) return 'The app overwrites the data key.';
    return erased.zeroed
      ? `The app overwrites the ${bytesSaid(erased.byteLength)} with zeros. Only the wrapped data key is left.`
      : `The ${bytesSaid(erased.byteLength)} could not be overwritten.`;
  },
  store: (run) => {
    const kept = factsIn(run, 'store');
    if (!kept) return 'The app puts ciphertext and wrapped key side by side.';
    return `Ciphertext and wrapped key lie side by side: ${bytesSaid(kept.object.sealedLength)} in one object. Whoever copies it still has to ask KMS.`;
  },
  check: (run) => {
    const check = factsIn(run, 'check');
    if (!check) return 'The app reads the object back.';
    const request = facts(run, 'request');
    return check.whole
      ? `Read back: ${bytesSaid(check.storedLength)}, the wrapped key at byte ${check.wrappedKeyAt}. To open it takes kms:Decrypt on ${keySaid(run)} and ${contextSaid(request.encryptionContext)}, letter for letter.`
      : `Read back: ${bytesSaid(check.storedLength)}, and they are not what was stored.`;
  },
  plaintext: (run) => {
    const back = factsIn(run, 'plaintext');
    if (!back) return 'The app compares what came back.';
    if (!back.equal)
      return `${bytesSaid(back.byteLength)} came back, and they are not the file that was sealed.`;
    return back.wantedSha256 === undefined
      ? `${bytesSaid(back.byteLength)} are back, as many as were sealed, and the tag of every frame fits.`
      : `${bytesSaid(back.byteLength)} are back, as many as were sealed, with the same SHA-256.`;
  },
};

function facts<K extends Parameters<typeof factsIn>[1]>(run: Run, kind: K) {
  const found = factsIn<K>(run, kind);
  if (!found) throw new Error(`"sentence" expected the facts of ${kind}, got none`);
  return found;
}
function traceOf(run: Run, id: BeatId): Trace {
  const trace = beatIn(run, id)?.trace;
  if (!trace) throw new Error(`"sentence" expected the trace of ${id}, got none`);
  return trace;
}

export function sentenceOf(run: Run, id: BeatId): string {
  if (run.fault?.beat === id)
    return `This is a fault of the lab, not of KMS: ${run.fault.message}. Nothing was changed in the object store.`;
  if (beatIn(run, id)?.outcome === 'ended') {
    const { done, total } = run.progress ?? { done: 0, total: run.setting.file.byteLength };
    return `Broken off after ${bytesSaid(done)} of ${bytesSaid(total)}. Nothing of it is kept: the object store is as it was, the data key is erased.`;
  }
  return sentences[id](run);
}

export const openingSentence = (run: Run): string =>
  run.scene === 'envelopeEncrypt'
    ? `${run.setting.file.name}, ${bytesSaid(run.setting.file.byteLength)}, lies open in the memory of ${shortPrincipal(run.setting.principal)}. The KMS key is in its vault.`
    : `${run.setting.file.name} lies closed in the object store. ${shortPrincipal(run.setting.principal)} wants it open.`;

/** One line for each thing that the learner changed. */
export function deedSentence({ deed, refusal }: Run['deeds'][number]): string {
  const refused = refusal ? ` was refused: ${refusal.refused}` : '';
  switch (deed.kind) {
    case 'disableKey':
      return `DisableKey by ${shortPrincipal(deed.as)}${refused || ': the key is Disabled'}`;
    case 'enableKey':
      return `EnableKey by ${shortPrincipal(deed.as)}${refused || ': the key is Enabled'}`;
    case 'context':
      return `The next request says ${contextSaid(deed.encryptionContext)}`;
    case 'principal':
      return `The next request comes from ${shortPrincipal(deed.principal)}`;
  }
}
