import { fromBase64, toBase64, utf8, fromUtf8 } from './crypto/index.ts';
import { refuse, type Refusal } from './model/index.ts';
import { pageLimit } from './shapes/index.ts';

/*
 * Pages of the listing operations. OURS: a marker is opaque to callers; here it is the place after which the next page
 * begins, together with the operation that gave it, so that a marker of another listing is refused.
 */

export interface PageRequest {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

export interface PagePlan {
  readonly n: number;
  readonly after: string | undefined;
}

export function planPage(operation: string, { Limit, Marker }: PageRequest): PagePlan | Refusal {
  const limit = pageLimit(operation);
  // OURS: a Limit within the shape but above the page's maximum gives the maximum.
  const n = Math.min(Limit ?? limit.default, limit.max);
  if (Marker === undefined) return { n, after: undefined };
  const bytes = fromBase64(Marker);
  const text = bytes && fromUtf8(bytes);
  const prefix = `${operation} `;
  if (!text?.startsWith(prefix))
    return refuse('InvalidMarkerException', '', `model.json ${operation} InvalidMarkerException`);
  return { n, after: text.slice(prefix.length) };
}

/**
 * The answer's page members.
 * @param rows up to `n + 1` rows, so that one more row shows that there is more.
 * @param place what a row's page ends after.
 */
export function pageOf<T>(operation: string, rows: readonly T[], { n }: PagePlan, place: (row: T) => string) {
  const page = rows.slice(0, n);
  const last = page.at(-1);
  const more = rows.length > n && last !== undefined;
  return {
    page,
    members: more
      ? { NextMarker: toBase64(utf8(`${operation} ${place(last)}`)), Truncated: true }
      : { Truncated: false },
  };
}
