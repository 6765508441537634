import type { Around } from '../../../client/index.ts';

/*
 * Prices that somebody has edited, for all worlds of this browser: what AWS asks is no property of a world. They can be given
 * away as a file of their own, with their date.
 */
type Prices = Around['listPrices'];

const memory = 'kms-lab prices';
const kind = 'kms-lab prices';
const version = 1;

/** The members that are numbers. */
const numbers = ['keyMonth', 'rotationMonth', 'hsmHour', 'freeRequests', 'pricedRotations'] as const;

/** What was edited before; anything unreadable is the list. */
export function keptPrices(list: Prices): Prices {
  try {
    const read = readPrices(localStorage.getItem(memory) ?? '', list);
    return typeof read === 'string' ? list : read;
  } catch {
    return list;
  }
}

export function keepPrices(prices: Prices): void {
  localStorage.setItem(memory, pricesText(prices));
}

export const forgetPrices = (): void => localStorage.removeItem(memory);

/** As they are kept and given away: JSON. */
export const pricesText = ({ requests, regions, asOf, source, ...rest }: Prices): string =>
  JSON.stringify(
    {
      kind,
      version,
      currency: 'USD',
      asOf,
      source,
      ...Object.fromEntries(numbers.map((name) => [name, rest[name]])),
      requests,
      regions,
    },
    undefined,
    2,
  );

/** Prices, or the place where the text is none: `$.requests.symmetric`. Nothing that it does not know is taken. */
export function readPrices(text: string, list: Prices): Prices | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return '$';
  }
  if (!isObject(value)) return '$';
  if (value['kind'] !== kind) return '$.kind';
  if (value['version'] !== version) return '$.version';
  for (const name of ['asOf', 'source'] as const) {
    const said = value[name];
    if (typeof said !== 'string' || said.length > 200) return `$.${name}`;
  }
  const bad = badPart(value, '$', list) ?? badRegions(value['regions'], list);
  if (bad !== undefined) return bad;
  const taken = { ...list, ...partOf(value, list), regions: {} as Record<string, object> };
  for (const [region, part] of Object.entries(value['regions'] ?? {}))
    taken.regions[region] = partOf(part, list);
  return { ...taken, asOf: String(value['asOf']), source: String(value['source']) } as Prices; // checked above
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPrice = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= 0);

function badPart(part: Readonly<Record<string, unknown>>, place: string, list: Prices): string | undefined {
  const wrong = numbers.find((name) => !isPrice(part[name]));
  if (wrong) return `${place}.${wrong}`;
  const requests = part['requests'] ?? {};
  if (!isObject(requests)) return `${place}.requests`;
  const name = Object.keys(list.requests).find((one) => !isPrice(requests[one]));
  return name && `${place}.requests.${name}`;
}
function badRegions(regions: unknown, list: Prices): string | undefined {
  if (regions === undefined) return undefined;
  if (!isObject(regions)) return '$.regions';
  for (const [region, part] of Object.entries(regions)) {
    if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region) || !isObject(part)) return `$.regions.${region}`;
    const bad = badPart(part, `$.regions.${region}`, list);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

/** The prices of a part, by the names that the list has. */
function partOf(part: Readonly<Record<string, unknown>>, list: Prices): Partial<Prices> {
  const given = numbers.filter((name) => part[name] !== undefined).map((name) => [name, part[name]]);
  const requests = isObject(part['requests']) ? part['requests'] : {};
  const known = Object.keys(list.requests).filter((name) => requests[name] !== undefined);
  return {
    ...Object.fromEntries(given),
    ...(known.length === 0
      ? {}
      : {
          requests: { ...list.requests, ...Object.fromEntries(known.map((name) => [name, requests[name]])) },
        }),
  };
}
