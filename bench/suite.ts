import type { LabInBrowser } from '../test/e2e/harness.ts';

/*
 * `npm run bench [-- --json FILE] [-- --only NAME]` runs every bench/NAME.bench.ts in Node and in Chromium, and every
 * bench/NAME.page.ts against the built page. Each exports one of these two as its default. Figures are to be compared with
 * each other, not with other machines.
 */

export interface Bench {
  /** Calls `run` until it has enough samples, and notes the median and the 95th percentile of one call. */
  time(name: string, run: () => unknown, options?: TimeOptions): Promise<void>;
  /** Notes a figure that was measured otherwise. */
  figure(name: string, value: number, unit: string): void;
}
export interface TimeOptions {
  /** Samples; 200 unless told. */
  readonly runs?: number;
  /** Calls in one sample, for what is too short for the clock; 1 unless told. */
  readonly calls?: number;
  /** Not counted; a tenth of the samples unless told. */
  readonly warmUp?: number;
}
export type Suite = (bench: Bench) => void | Promise<void>;
export type PageSuite = (bench: Bench, open: () => Promise<LabInBrowser>) => Promise<void>;

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly p95?: number;
}

/**
 * Runs a suite where this stands, and answers its figures.
 * @public the bench runner writes its entries as text
 */
export async function measure(suite: (bench: Bench) => void | Promise<void>): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  await suite({
    async time(name, run, { runs = 200, calls = 1, warmUp = Math.ceil(runs / 10) } = {}) {
      const samples: number[] = [];
      for (let sample = -warmUp; sample < runs; sample++) {
        const started = performance.now();
        for (let call = 0; call < calls; call++) await run();
        if (sample >= 0) samples.push((performance.now() - started) / calls);
      }
      samples.sort((a, b) => a - b);
      const at = (share: number): number =>
        samples[Math.min(runs - 1, Math.floor(runs * share))] ?? Number.NaN;
      figures.push({ name, value: at(0.5), p95: at(0.95), unit: 'ms' });
    },
    figure(name, value, unit) {
      figures.push({ name, value, unit });
    },
  });
  return figures;
}
