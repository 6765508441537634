import { isFreeEligible, pricesIn, requestUnit, type Prices, type RequestClass } from './prices.ts';
import type { KeyLife, RequestUse } from './uses.ts';

/*
 * The bill of a time: for each month, account and Region, requests by class, keys and rotations by the time they were there.
 */

export interface BillLine {
  /** `2026-03` */
  readonly month: string;
  readonly account: string;
  readonly region: string;
  readonly what:
    | { readonly kind: 'requests'; readonly request: RequestClass }
    | { readonly kind: 'keys' | 'rotations' }
    | { readonly kind: 'hsms'; readonly store: string };
  /** Requests, key-months or HSM-hours. */
  readonly quantity: number;
  /** Of these, for nothing. */
  readonly free: number;
  /** For `per` of them. */
  readonly price: number;
  readonly per: number;
  readonly amount: number;
}

/** A CloudHSM key store's cluster, which CloudHSM charges for. */
export interface HsmCluster {
  readonly store: string;
  readonly account: string;
  readonly region: string;
  readonly hsms: number;
  readonly from: number;
}

export interface BillFacts {
  readonly uses: readonly RequestUse[];
  readonly keys: readonly KeyLife[];
  readonly clusters?: readonly HsmCluster[] | undefined;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly total: number;
}

interface Month {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Of the whole calendar month. */
  readonly length: number;
}

/** Calendar months in UTC, the first and last cut to the time asked for. */
export function monthsOf(from: number, to: number): readonly Month[] {
  const months: Month[] = [];
  for (let at = from; at < to;) {
    const day = new Date(at);
    const first = Date.UTC(day.getUTCFullYear(), day.getUTCMonth());
    const next = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1);
    months.push({
      name: day.toISOString().slice(0, 7),
      from: at,
      to: Math.min(to, next),
      length: next - first,
    });
    at = next;
  }
  return months;
}

export function billOf(
  { uses, keys, clusters = [] }: BillFacts,
  prices: Prices,
  from: number,
  to: number,
): Bill {
  const lines = monthsOf(from, to).flatMap((month) => [
    ...requestLines(uses, prices, month),
    ...keyLines(keys, prices, month),
    ...clusterLines(clusters, prices, month),
  ]);
  return { lines, total: lines.reduce((sum, { amount }) => sum + amount, 0) };
}

function requestLines(uses: readonly RequestUse[], prices: Prices, month: Month): readonly BillLine[] {
  const counts = new Map<string, { use: RequestUse; n: number }>();
  for (const use of uses) {
    if (use.at < month.from || use.at >= month.to) continue;
    const name = `${use.account}|${use.region}|${use.request}`;
    const count = counts.get(name);
    if (count) count.n += use.n;
    else counts.set(name, { use, n: use.n });
  }
  const freeLeft = new Map<string, number>();
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { use, n }]) => {
      const { account, region, request } = use;
      // OURS: where Regions ask different prices, the free requests go to the Regions in the order of their names.
      const left = freeLeft.get(account) ?? prices.freeRequests;
      const free = isFreeEligible(request) ? Math.min(left, n) : 0;
      freeLeft.set(account, left - free);
      const price = pricesIn(prices, region).requests[request];
      return line(month, account, region, { kind: 'requests', request }, n, free, price, requestUnit);
    });
}

function keyLines(keys: readonly KeyLife[], prices: Prices, month: Month): readonly BillLine[] {
  const sums = new Map<string, { life: KeyLife; key: number; rotation: number }>();
  for (const life of keys) {
    if (life.manager === 'AWS') continue;
    const ends = Math.min(month.to, life.ended ?? Infinity, life.freeFrom ?? Infinity);
    /** pricing.json: prorated hourly. OURS: a part of an hour counts as a part. */
    const share = (since: number): number => Math.max(0, ends - Math.max(month.from, since)) / month.length;
    const name = `${life.account}|${life.region}`;
    const sum = sums.get(name) ?? { life, key: 0, rotation: 0 };
    sum.key += share(life.created);
    for (const at of life.rotations.slice(0, prices.pricedRotations)) sum.rotation += share(at);
    sums.set(name, sum);
  }
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(
      ([
        ,
        {
          life: { account, region },
          key,
          rotation,
        },
      ]) => {
        const { keyMonth, rotationMonth } = pricesIn(prices, region);
        return [
          line(month, account, region, { kind: 'keys' }, key, 0, keyMonth, 1),
          line(month, account, region, { kind: 'rotations' }, rotation, 0, rotationMonth, 1),
        ].filter(({ quantity }) => quantity > 0);
      },
    );
}

const clusterLines = (clusters: readonly HsmCluster[], prices: Prices, month: Month): readonly BillLine[] =>
  clusters.flatMap(({ store, account, region, hsms, from }) => {
    const hours = (Math.max(0, month.to - Math.max(month.from, from)) / 3_600_000) * hsms;
    const price = pricesIn(prices, region).hsmHour;
    return hours > 0 ? [line(month, account, region, { kind: 'hsms', store }, hours, 0, price, 1)] : [];
  });

const line = (
  { name: month }: Month,
  account: string,
  region: string,
  what: BillLine['what'],
  quantity: number,
  free: number,
  price: number,
  per: number,
): BillLine => ({
  month,
  account,
  region,
  what,
  quantity,
  free,
  price,
  per,
  amount: ((quantity - free) / per) * price,
});

/** To the cent, as a bill says it. */
export const cents = (amount: number): string => (Math.round(amount * 100 + 1e-7) / 100).toFixed(2);
