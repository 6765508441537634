import type { PageSuite } from './suite.ts';

/** How long the page's thread is kept from answering, while it opens and while it stands idle. */
const suite: PageSuite = async (bench, open) => {
  const lab = await open();
  try {
    await lab.page.addInitScript(() => {
      const tasks: { start: number; duration: number }[] = [];
      Object.assign(globalThis, { tasks });
      new PerformanceObserver((list) => {
        for (const { startTime: start, duration } of list.getEntries()) tasks.push({ start, duration });
      }).observe({ type: 'longtask', buffered: true });
    });
    await lab.page.reload({ waitUntil: 'networkidle' });
    const longest = async (since: number): Promise<number> =>
      Number(
        await lab.page.evaluate(
          `Math.max(0, ...globalThis.tasks.filter(({ start }) => start >= ${since}).map(({ duration }) => duration))`,
        ),
      );
    const now = Number(await lab.page.evaluate('performance.now()'));
    bench.figure('longest task while the page opens (0: none of 50 ms)', await longest(0), 'ms');
    await new Promise((done) => setTimeout(done, 3000));
    bench.figure('longest task while it stands idle (0: none of 50 ms)', await longest(now), 'ms');
    const paint = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`;
    bench.figure('first contentful paint', Number(await lab.page.evaluate(paint)), 'ms');
  } finally {
    await lab.close();
  }
};
export default suite;
