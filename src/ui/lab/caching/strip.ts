import type { CachingRun } from '../../../client/index.ts';

/* Which messages share a data key, as a strip: time goes from start to end, a row for each tenant. */

type Outcome = CachingRun['outcomes'][number];

/** Consecutive messages of a tenant under one data key. In slots: a message is as wide as any other. */
export interface Span {
  readonly tenant: number;
  readonly dataKey: number;
  readonly from: number;
  /** Of its last message. */
  readonly to: number;
  /** The slots of its messages. */
  readonly messages: readonly number[];
  /** KMS made the data key for the first of them; else it was found in the cache again. */
  readonly fresh: boolean;
}
export interface Strip {
  readonly slots: number;
  readonly tenants: number;
  readonly spans: readonly Span[];
  readonly refused: readonly { readonly tenant: number; readonly slot: number }[];
  /** The first message after the key was disabled. */
  readonly disabledAt: number | undefined;
}

export function stripOf(outcomes: readonly Outcome[]): Strip {
  const open = new Map<string, { -readonly [K in keyof Span]: Span[K] } & { messages: number[] }>();
  for (const { number, tenant, dataKey, fresh } of outcomes) {
    if (dataKey === undefined) continue;
    const name = `${tenant} ${dataKey}`;
    const span = open.get(name);
    if (span) {
      span.to = number;
      span.messages.push(number);
    } else open.set(name, { tenant, dataKey, from: number, to: number, messages: [number], fresh });
  }
  return {
    slots: outcomes.length,
    tenants: 1 + Math.max(0, ...outcomes.map(({ tenant }) => tenant)),
    spans: [...open.values()],
    refused: outcomes
      .filter(({ refused }) => refused !== undefined)
      .map(({ tenant, number }) => ({ tenant, slot: number })),
    disabledAt: outcomes.find(({ disabled }) => disabled)?.number,
  };
}
