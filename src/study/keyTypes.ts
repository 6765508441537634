import { keySpecNames, keySpecs } from '../client/index.ts';
import type { ExecutedScenario, Step } from './scenario.ts';

/*
 * What may stand in place of a key spec, an algorithm or a data key's size without another lesson: the item lists it
 * (`keyTypes`), and the checker runs it. Words that go with a spec, such as an HMAC key's only algorithm, follow it.
 */
type SpecName = (typeof keySpecNames)[number];
const isSpec = (name: string): name is SpecName => keySpecNames.some((spec) => spec === name);

const uses = ['encryption', 'signing', 'agreement', 'mac', 'encapsulation'] as const;
/** Algorithms that are interchangeable where a key takes them all; of data keys, their sizes (GenerateDataKey). */
const groups: readonly (readonly string[])[] = [
  ['AES_256', 'AES_128'],
  ...keySpecNames.flatMap((spec) => uses.map((use) => keySpecs[spec][use] ?? [])),
];

/**
 * Of one class: keys of one class with a usage in common, algorithms that one key takes. A symmetric encryption key may
 * become anything, where an item only administers it.
 */
export const ofOneClass = (from: string, to: string): boolean => {
  if (!isSpec(from) || !isSpec(to)) return groups.some((all) => all.includes(from) && all.includes(to));
  const [old, fresh] = [keySpecs[from], keySpecs[to]];
  return (
    from === 'SYMMETRIC_DEFAULT' ||
    (old.class === fresh.class && old.usages.some((usage) => fresh.usages.includes(usage)))
  );
};

/** A name and what follows it: HMAC_256 takes HMAC_SHA_256 along, ECC_NIST_P256 takes ECDSA_SHA_256. */
export function followers(from: string, to: string): readonly (readonly [string, string])[] {
  if (!isSpec(from) || !isSpec(to) || from === 'SYMMETRIC_DEFAULT') return [[from, to]];
  const pairs = uses.flatMap((use) =>
    (keySpecs[from][use] ?? []).flatMap((old, i): (readonly [string, string])[] => {
      const fresh = keySpecs[to][use]?.[i] ?? keySpecs[to][use]?.[0];
      return fresh === undefined || fresh === old ? [] : [[old, fresh]];
    }),
  );
  return [[from, to], ...pairs];
}

/** The usage that a key gets where the item creates it without naming a spec. */
const createdAs = (spec: string): Readonly<Record<string, string>> =>
  isSpec(spec) ? { KeySpec: spec, KeyUsage: keySpecs[spec].usages[0] ?? '' } : {};

/** A CreateKey that names no spec makes a symmetric encryption key: where that is exchanged, it has to be written out. */
export function withSpec<S extends ExecutedScenario>(scenario: S, spec: string): S {
  const written = (step: unknown): unknown => {
    if (Array.isArray(step)) return step.map(written);
    if (typeof step !== 'object' || step === null) return step;
    const members = Object.fromEntries(Object.entries(step).map(([name, each]) => [name, written(each)]));
    // OURS: whatever has this operation in scenario data is a step of a call; the parser has seen the original.
    const { operation, input } = members as Partial<Extract<Step, { do: 'call' }>>;
    return operation === 'CreateKey' && input?.['KeySpec'] === undefined
      ? { ...members, input: { ...input, ...createdAs(spec) } }
      : members;
  };
  // OURS: only inputs of calls are widened; the shape stays.
  return written(scenario) as S;
}
