/** The places of the lab, in the order in which they are shown. */
export const labPlaces = [
  'keys',
  'principals',
  'services',
  'denied',
  'trail',
  'watch',
  'bill',
  'caching',
  'custody',
  'find',
] as const;
export type LabPlace = (typeof labPlaces)[number];

export const addressOf = (place: LabPlace, rest = ''): string =>
  place === 'keys' ? '#/lab' : `#/lab/${place}${rest === '' ? '' : `/${rest}`}`;

/** Reads what follows `#/lab/`; whatever it does not know are the keys. */
export function placeOf(at: string): { readonly place: LabPlace; readonly rest: string } {
  const [name = '', ...rest] = at.split('/');
  const place = labPlaces.find((one) => one === name);
  return place ? { place, rest: rest.join('/') } : { place: 'keys', rest: '' };
}

/** What an address says, as text; as it stands when it is no encoding. */
export function textOf(rest: string): string {
  try {
    return decodeURIComponent(rest);
  } catch {
    return rest;
  }
}
