import { openChromium } from './browser.ts';
import { nodeSide } from './nodeSide.ts';
import { hasOpenssl, opensslSide } from './opensslSide.ts';
import { ours } from './ours.ts';
import { interoperation, printed } from './table.ts';

/** The whole table of this machine. @public to scripts/interop.mjs, which loads this file by its path. */
export async function run(): Promise<{ readonly text: string; readonly wrong: number }> {
  const chromium = await openChromium();
  const sides = [nodeSide, ...(hasOpenssl ? [opensslSide] : []), ...(chromium ? [chromium.side] : [])];
  const cells = await interoperation(ours(nodeSide), sides);
  await chromium?.close();
  const wrong = cells.filter(({ to, from }) => to.kind === 'wrong' || from.kind === 'wrong').length;
  return { text: printed(cells, sides), wrong };
}
