import { expect, it } from 'vitest';
import { openChromium } from '../interop/browser.ts';
import { nodeSide } from '../interop/nodeSide.ts';
import { ours } from '../interop/ours.ts';
import { interoperation, printed } from '../interop/table.ts';

it('WebCrypto takes what is made here, and the other way round; empty is only what it lacks', async () => {
  const chromium = await openChromium();
  if (!chromium) throw new Error('no Chromium');
  try {
    const cells = await interoperation(ours(nodeSide), [chromium.side]);
    const table = printed(cells, [chromium.side]);
    const named = (kind: string) =>
      cells
        .filter(({ to, from }) => to.kind === kind || from.kind === kind)
        .map(({ row }) => `${row.spec} ${row.algorithm}`);
    expect(named('wrong'), table).toEqual([]);
    const known =
      /^(SM2|ML_|ECC_SECG_P256K1|ECC_NIST_EDWARDS25519|HMAC_224|RSA_2048 RSA_AES_KEY_WRAP|SYMMETRIC_DEFAULT SM4)/;
    expect(
      named('lacks').filter((name) => !known.test(name)),
      table,
    ).toEqual([]);
    expect(named('works').length).toBeGreaterThan(30);
  } finally {
    await chromium.close();
  }
});
