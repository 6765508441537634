import { dueNext, type View } from '../engine/index.ts';
import type { WorldApi } from './api.ts';

/** Where a move of the clock ends: virtual time in milliseconds, not checked. */
export function timeAfter(by: Parameters<WorldApi['advance']>[0], at: number, view: View): number {
  if ('to' in by) return by.to;
  if ('next' in by) return Math.max(at, dueNext(view, 1)[0]?.at ?? at);
  const { days = 0, hours = 0, seconds = 0 } = by;
  return at + Math.round(((days * 24 + hours) * 3600 + seconds) * 1000);
}
