import type { CachingRun, CachingSetting } from './setting.ts';

/** What whoever gets hold of one plaintext data key can open, at the worst. */
export interface Exposure {
  readonly dataKeys: number;
  /** Of the data key that protects most. */
  readonly messages: number;
  readonly bytes: number;
  /** Virtual seconds from its first to its last message: it lay in memory so long. */
  readonly seconds: number;
  /** Messages that were encrypted although the key was disabled. */
  readonly afterDisable: number;
}

export function exposureOf({ outcomes }: CachingRun, { bytes }: CachingSetting): Exposure {
  const of = new Map<number, { n: number; from: number; to: number }>();
  let afterDisable = 0;
  for (const { dataKey, at, disabled } of outcomes) {
    if (dataKey === undefined) continue;
    if (disabled) afterDisable += 1;
    const known = of.get(dataKey);
    if (!known) of.set(dataKey, { n: 1, from: at, to: at });
    else {
      known.n += 1;
      known.to = at;
    }
  }
  const all = [...of.values()];
  const messages = Math.max(0, ...all.map(({ n }) => n));
  return {
    dataKeys: of.size,
    messages,
    bytes: messages * bytes,
    seconds: Math.max(0, ...all.map(({ from, to }) => to - from)),
    afterDisable,
  };
}
