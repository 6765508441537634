import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../../client/index.ts';
import type { PrincipalArn, Region } from '../../../engine/index.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** One key behind a proxy, broken by hand while everything in front of it is well. */
const region = 'us-east-1' as Region;
const admin = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
let api: LabApi;
let unmount: () => Promise<void>;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '#/lab';
  await page.viewport(1440, 900);
  api = await openLab({
    store: 'memory',
    genesis: { seed: 'external', now: '2026-11-18T09:00:00Z', switches: { throttling: false } },
  });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
});
afterEach(async () => {
  await unmount();
  await api.main.close();
});

async function call(operation: string, input: Readonly<Record<string, unknown>>) {
  const { result } = await api.main.call({ operation, input, principal: admin, region });
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
}

test('one external key is disabled, set to another use and deleted by hand: KMS says which; undone, it opens again', async () => {
  const store = await call('CreateCustomKeyStore', {
    CustomKeyStoreName: 'my-proxy',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyUriEndpoint: 'https://xks.example.com',
    XksProxyUriPath: '/kms/xks/v1',
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyAuthenticationCredential: {
      AccessKeyId: 'ABCDEFGHIJKLMNOPQRSTU234',
      RawSecretAccessKey: btoa('a secret of thirty-two bytes or s'),
    },
  });
  await call('ConnectCustomKeyStore', store);
  await api.main.advance({ seconds: 300 });
  const made = await call('CreateKey', { ...store, Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'outside' });
  const { Arn } = made['KeyMetadata'] as { readonly Arn: string };
  const sealed = await call('Encrypt', { KeyId: Arn, Plaintext: new Uint8Array([1, 2, 3]) });

  await userEvent.click(page.getByRole('button', { name: 'Key stores' }));
  const card = page.getByRole('dialog', { name: 'Key stores' }).getByRole('article', { name: 'my-proxy' });
  const state = card.getByLabelText('State of external key outside');
  const encrypt = card.getByRole('button', { name: 'Encrypt with outside' });
  await expect.element(state).toHaveValue('enabled');
  await userEvent.click(encrypt);
  await expect.element(card.getByText(/^Served: encrypted by KMS and once more/)).toBeVisible();

  for (const [chosen, said] of [
    ['disabled', /the external key is not enabled/],
    ['unsuitable', /does not support the operation/],
    ['absent', /could not find the external key/],
  ] as const) {
    await userEvent.selectOptions(state, chosen);
    await expect.element(state).toHaveValue(chosen);
    await userEvent.click(encrypt);
    await expect.element(card.getByText(said)).toBeVisible();
    await expect.element(card.getByText('KMSInvalidStateException')).toBeVisible();
  }
  await atRest();
  const { violations } = await axe.run(document.body);
  expect(violations.map(({ id }) => id)).toEqual([]);

  // A key that comes back under its name is another one; the one step undone, it is the old one.
  const again = api.main.call({ operation: 'Decrypt', input: sealed, principal: admin, region });
  expect((await again).result.ok).toBe(false);
  await userEvent.selectOptions(state, 'enabled');
  const another = await api.main.call({ operation: 'Decrypt', input: sealed, principal: admin, region });
  expect(another.result.ok).toBe(false);
  const { groups } = await api.main.history.list();
  const changes = groups.filter(({ entries }) => entries[0]?.call.operation === 'lab:SetExternalKey');
  // Newest first: enabled, deleted, set to another use, disabled.
  await api.main.history.goTo(changes[2]?.last ?? 0);
  await expect.element(state).toHaveValue('unsuitable');
  await userEvent.selectOptions(state, 'enabled');
  await expect.element(state).toHaveValue('enabled');
  const opened = await api.main.call({ operation: 'Decrypt', input: sealed, principal: admin, region });
  expect(opened.result.ok).toBe(true);
});
