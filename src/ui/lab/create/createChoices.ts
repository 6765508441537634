import type { KeyStoreCard } from '../../../client/index.ts';
import { keySpecNames, keySpecs, placeFault, usageFault } from '../../../client/index.ts';
import type { KeySpec, KeyUsage, Origin } from '../../../engine/index.ts';
import { createWords } from './words.ts';

/*
 * What can be chosen together when a key is made, and why not. The rules are the engine's (its table of key specs and the
 * faults that CreateKey itself answers with); only the sentences are written here.
 */

export interface KeyChoice {
  usage: KeyUsage;
  spec: KeySpec;
  origin: Origin;
  multiRegion: boolean;
}
export interface Offer<T> {
  readonly value: T;
  /** Why it cannot be chosen beside what was chosen above it; undefined: it can. */
  readonly why: string | undefined;
}
/** Where the key shall be, and what there is. */
export interface Place {
  readonly region: string;
  readonly stores: readonly KeyStoreCard[];
}

export const firstChoice = (): KeyChoice => ({
  usage: 'ENCRYPT_DECRYPT',
  spec: 'SYMMETRIC_DEFAULT',
  origin: 'AWS_KMS',
  multiRegion: false,
});

const usages: readonly KeyUsage[] = [
  'ENCRYPT_DECRYPT',
  'SIGN_VERIFY',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
  'ENCAPSULATE_DECAPSULATE',
];
const origins: readonly Origin[] = ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'];

const isStoreOrigin = (origin: Origin): boolean =>
  origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE';

/** The stores that a key of this origin could be made in now. */
export const storesFor = (origin: Origin, { stores }: Place): readonly KeyStoreCard[] =>
  stores.filter(({ type, state }) => type === origin && state === 'CONNECTED');

export function usageOffers(place: Place): readonly Offer<KeyUsage>[] {
  return usages.map((value) => {
    const specs = keySpecNames.filter((spec) => keySpecs[spec].usages.includes(value));
    const here = specs.some((spec) => placeFault(spec, place.region) === undefined);
    return { value, why: here ? undefined : createWords.usageNotHere(place.region) };
  });
}

export function specOffers(
  { usage }: Pick<KeyChoice, 'usage'>,
  { region }: Place,
): readonly Offer<KeySpec>[] {
  return keySpecNames.map((value) => {
    const { usages: own, where } = keySpecs[value];
    if (usageFault(value, usage)) return { value, why: createWords.otherUsage(own) };
    return { value, why: placeFault(value, region) && createWords.otherPlace(where === 'china') };
  });
}

export function originOffers({ spec }: Pick<KeyChoice, 'spec'>, place: Place): readonly Offer<Origin>[] {
  const facts = keySpecs[spec];
  return origins.map((value) => {
    if (value === 'EXTERNAL' && !facts.importable) return { value, why: createWords.notImportable(spec) };
    if (!isStoreOrigin(value)) return { value, why: undefined };
    if (facts.class !== 'symmetric') return { value, why: createWords.storesAreSymmetric };
    if (storesFor(value, place).length > 0) return { value, why: undefined };
    const some = place.stores.some(({ type }) => type === value);
    return { value, why: some ? createWords.storeNotConnected : createWords.noStore(place.region) };
  });
}

export function scopeOffers({ origin }: Pick<KeyChoice, 'origin'>): readonly Offer<boolean>[] {
  return [
    { value: false, why: undefined },
    { value: true, why: isStoreOrigin(origin) ? createWords.storesAreRegional : undefined },
  ];
}

const stays = <T>(offers: readonly Offer<T>[], value: T): T => {
  const open = offers.filter(({ why }) => why === undefined);
  return open.some((o) => o.value === value) ? value : (open[0]?.value ?? value);
};

/** What is chosen above decides: what no longer goes with it becomes the first that does. */
export function settled(choice: KeyChoice, place: Place): KeyChoice {
  const usage = stays(usageOffers(place), choice.usage);
  const spec = stays(specOffers({ usage }, place), choice.spec);
  const origin = stays(originOffers({ spec }, place), choice.origin);
  return { usage, spec, origin, multiRegion: stays(scopeOffers({ origin }), choice.multiRegion) };
}

/** The members of CreateKey for a choice; what is AWS's default is left out. */
export const choiceInput = ({
  usage,
  spec,
  origin,
  multiRegion,
}: KeyChoice): Readonly<Record<string, unknown>> => ({
  ...(spec === 'SYMMETRIC_DEFAULT' ? {} : { KeySpec: spec, KeyUsage: usage }),
  ...(origin === 'AWS_KMS' ? {} : { Origin: origin }),
  ...(multiRegion ? { MultiRegion: true } : {}),
});
