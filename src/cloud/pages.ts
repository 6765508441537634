import { fromBase64, fromUtf8, toBase64, utf8 } from '../engine/index.ts';

/*
 * Pages of listings. OURS: a marker is the name after which the next page begins, in base64.
 */

export interface PageInput {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** IAM API Reference, ListUsers: "if you do not include this parameter, it defaults to 100". */
const defaultItems = 100;

/** The page of a sorted list that was asked for, with the members that tell whether there is more. */
export function pageOf<T>(
  all: readonly T[],
  { Marker, MaxItems = defaultItems }: PageInput,
  nameOf: (one: T) => string,
) {
  const bytes = Marker === undefined ? undefined : fromBase64(Marker);
  const after = bytes && fromUtf8(bytes);
  const rest = after === undefined ? all : all.filter((one) => nameOf(one) > after);
  const page = rest.slice(0, MaxItems);
  const last = page.at(-1);
  return rest.length > page.length && last !== undefined
    ? { page, members: { IsTruncated: true, Marker: toBase64(utf8(nameOf(last))) } }
    : { page, members: { IsTruncated: false } };
}
