import type { Around } from '../../../client/index.ts';

/** Prices that somebody has edited, for all worlds of this browser. */
type Prices = Around['listPrices'];

const memory = 'kms-lab prices';

/** What was edited before; anything unreadable is the list. */
export function keptPrices(list: Prices): Prices {
  try {
    const kept = JSON.parse(localStorage.getItem(memory) ?? 'null') as Partial<Prices> | null;
    return kept ? { ...list, ...kept, requests: { ...list.requests, ...kept.requests } } : list;
  } catch {
    return list;
  }
}

export function keepPrices({ requests, keyMonth, rotationMonth, hsmHour, freeRequests }: Prices): void {
  localStorage.setItem(memory, JSON.stringify({ requests, keyMonth, rotationMonth, hsmHour, freeRequests }));
}

export const forgetPrices = (): void => localStorage.removeItem(memory);
