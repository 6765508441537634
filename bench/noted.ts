import type { Page } from 'playwright';

/** What a page notes of itself, from before its first line: tasks of 50 ms and more, and the times of its frames. */
interface Noted {
  readonly tasks: { readonly start: number; readonly duration: number }[];
  /** Times of animation frames. */
  readonly frames: number[];
  /** When the first call was answered. */
  answered?: number;
}

/** Runs in the page. */
export function note(): void {
  const noted: Noted = { tasks: [], frames: [] };
  Object.assign(globalThis, { noted });
  new PerformanceObserver((list) => {
    for (const { startTime: start, duration } of list.getEntries()) noted.tasks.push({ start, duration });
  }).observe({ type: 'longtask', buffered: true });
  const frame = (now: number): void => {
    noted.frames.push(now);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

export const noted = (page: Page): Promise<Noted> => page.evaluate('globalThis.noted');
export const clock = (page: Page): Promise<number> => page.evaluate('performance.now()');

export interface Course {
  /** The longest task; 0: none of 50 ms. */
  readonly task: number;
  /** The longest time between two frames, the median, and that of the slowest twentieth. */
  readonly gap: number;
  readonly median: number;
  readonly p95: number;
  /** Frames more than 50 ms after the one before. */
  readonly gaps: number;
}

/** How a page did between two moments. */
export async function between(page: Page, from: number, to: number): Promise<Course> {
  const { tasks, frames } = await noted(page);
  const there = frames.filter((at) => at >= from && at <= to);
  const gaps = there
    .slice(1)
    .map((at, i) => at - (there[i] ?? at))
    .toSorted((a, b) => a - b);
  const at = (share: number): number => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))] ?? 0;
  return {
    task: Math.max(0, ...tasks.filter(({ start }) => start >= from && start <= to).map((t) => t.duration)),
    gap: Math.max(0, ...gaps),
    median: at(0.5),
    p95: at(0.95),
    gaps: gaps.filter((gap) => gap > 50).length,
  };
}
