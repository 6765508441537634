import type { Frame } from './frame.ts';
import type { Scene } from './plan.ts';
import { byteSize, contextSaid, cut, ordinal, plural, timeOfDay } from './words.ts';

/** The small print of a scene: what stands under each thing. Empty where nothing is known yet. */
export interface FactsSaid {
  readonly source: string;
  readonly sourceSize: string;
  readonly result: string;
  readonly resultSize: string;
  readonly dataKey: string;
  readonly dataKeyShort: string;
  readonly wrapped: string;
  readonly wrappedSize: string;
  readonly key: string;
  readonly vault: string;
  readonly materials: string;
  readonly trail: string;
  readonly context: string;
  /** Empty when there is one account only. */
  readonly trailOf: string;
}

const size = (n: number | undefined): string => (n === undefined ? '' : byteSize(n));

export function factsSaid(scene: Scene, frame: Frame): FactsSaid {
  const { source, result, dataKey, wrappedKey, vault, trail } = scene;
  const isDone = frame.resultPercent >= 100;
  const verb = result.kind === 'ciphertext' ? 'encrypted' : 'decrypted';
  const percent = `${frame.resultPercent} %`;
  const where = { absent: '', waiting: 'waits', sent: 'sent to KMS', stored: 'stored' }[wrappedKey.state];
  return {
    source: [source.kind, size(source.byteLength)].filter(Boolean).join(', '),
    sourceSize: size(source.byteLength),
    result: isDone ? [result.kind, size(result.byteLength)].filter(Boolean).join(', ') : `${percent} ${verb}`,
    resultSize: isDone ? size(result.byteLength) : percent,
    dataKey:
      dataKey.state === 'erased' && frame.dataKeyFade < 1
        ? 'erased'
        : `plaintext, ${size(dataKey.byteLength)}`,
    dataKeyShort: dataKey.state === 'erased' && frame.dataKeyFade < 1 ? 'erased' : size(dataKey.byteLength),
    wrapped: [size(wrappedKey.byteLength), where].filter(Boolean).join(', '),
    wrappedSize: size(wrappedKey.byteLength),
    key: vault.keyId ? `key ${vault.keyId}` : 'no KMS key yet',
    vault: !vault.keyId
      ? ''
      : vault.keyState === undefined || vault.keyState === 'Enabled'
        ? 'never leaves the vault'
        : `${vault.keyState} now`,
    materials:
      vault.materials === undefined
        ? ''
        : `${plural(vault.materials, 'material')}, ${vault.materials > 1 ? `the ${ordinal(vault.materials - 1)} is current` : 'current'}`,
    trail: trail ? `${trail.eventName}, ${timeOfDay(trail.eventTime)}` : '',
    context: trail ? (trail.errorCode ?? cut(contextSaid(scene.encryptionContext), 26)) : '',
    trailOf:
      trail && scene.account !== scene.keyAccount ? `in the trail of ${trail.accounts.join(' and of ')}` : '',
  };
}
