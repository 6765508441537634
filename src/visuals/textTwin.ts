import type { Beat, Gate, Plan, Scene } from './plan.ts';
import { byteSize, contextSaid, plural, timeOfDay } from './words.ts';

/** The same plan as a list: for each beat its sentence and what the scene shows then. */
export interface TwinRow {
  readonly n: number;
  readonly title: string;
  readonly status: Beat['status'];
  readonly sentence: string;
  readonly facts: readonly string[];
}

const gateWords: Record<Gate['state'], string> = {
  open: 'open',
  closed: 'closed',
  deny: 'closed by an explicit Deny',
  skip: 'not in the path',
  ahead: 'not reached',
};

export const gateSaid = (gate: Gate): string =>
  `${gate.name.filter(Boolean).join(' ')}: ${gateWords[gate.state]}${gate.note && gate.state !== 'skip' && gate.state !== 'ahead' ? ` (${gate.note})` : ''}${gate.stops ? ', the call stops here' : ''}`;

const dataKeyWords = {
  absent: 'not there',
  inMemory: 'in memory',
  inUse: 'in memory, in use',
  erased: 'erased',
} as const;

function sceneFacts(id: Beat['id'], scene: Scene): readonly string[] {
  const of: string[] = [];
  if (id === 'gates') of.push(...scene.gates.map(gateSaid));
  if (id === 'vault') of.push(...scene.vault.work);
  if (id === 'request')
    of.push(
      `${scene.token?.operation ?? ''} from ${scene.principal}, ${contextSaid(scene.encryptionContext)}`,
    );
  if (scene.dataKey.byteLength !== undefined)
    of.push(`data key: ${dataKeyWords[scene.dataKey.state]}, ${byteSize(scene.dataKey.byteLength)}`);
  if (scene.result.state !== 'absent')
    of.push(
      `${scene.result.name}: ${scene.result.percent} % ${scene.result.kind === 'ciphertext' ? 'encrypted' : 'decrypted'}`,
    );
  if (scene.store.state === 'full')
    of.push(
      `object store: ${scene.store.name}, ${byteSize(scene.store.sealedLength)}, wrapped key ${byteSize(scene.store.wrappedLength)}`,
    );
  if (scene.trail)
    of.push(
      `trail: ${scene.trail.eventName} at ${timeOfDay(scene.trail.eventTime)} UTC${scene.trail.errorCode ? `, ${scene.trail.errorCode}` : ''}`,
    );
  return of;
}

export const textTwin = (plan: Plan): readonly TwinRow[] =>
  plan.beats.map(({ id, title, status, sentence, scene }, i) => ({
    n: i + 1,
    title,
    status,
    sentence,
    facts: scene ? sceneFacts(id, scene) : [],
  }));

/** For the accessible name of the picture. */
export const pictureSaid = (scene: Scene): string =>
  [
    `${scene.principal} in account ${scene.account}, ${scene.region}`,
    scene.source.state === 'absent' ? undefined : `${scene.source.name}, ${scene.source.kind}`,
    `data key ${dataKeyWords[scene.dataKey.state]}`,
    scene.gates.length > 0
      ? plural(scene.gates.filter(({ state }) => state === 'open').length, 'gate') + ' open'
      : undefined,
    `KMS key ${scene.vault.alias ?? scene.vault.keyId} in its vault`,
  ]
    .filter((part) => part !== undefined)
    .join('. ') + '.';
