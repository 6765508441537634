import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../client/index.ts';
import type { PrincipalArn, Region } from '../../engine/index.ts';
import { mountApp } from '../index.ts';
import { atRest } from '../../../test/support/atRest.ts';

/** The parts of the key page, as a person uses them. */
const account = '111122223333';
const region = 'us-east-1' as Region;
const admin = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
let api: LabApi;
let unmount: () => Promise<void>;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '#/lab';
  await page.viewport(1440, 1000);
  api = await openLab({
    store: 'memory',
    genesis: { seed: 'key page', now: '2026-11-18T09:00:00Z', switches: { throttling: false } },
  });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
});
afterEach(async () => {
  await unmount();
  await api.main.close();
});

const button = (name: string | RegExp) =>
  page
    .getByRole('region', { name: 'Key', exact: true })
    .getByRole('button', { name, exact: typeof name === 'string' });
const part = (name: RegExp) =>
  userEvent.click(page.getByRole('tablist', { name: 'Parts of the key page' }).getByRole('tab', { name }));
async function makeKey(input: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { result } = await api.main.call({ operation: 'CreateKey', input, principal: admin, region });
  if (!result.ok) throw new Error(result.refusal.message);
  const { Arn } = result.output['KeyMetadata'] as { readonly Arn: string };
  await expect.element(page.getByRole('tablist', { name: 'Parts of the key page' })).toBeVisible();
  return Arn;
}
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('a post-quantum signing key is chosen step by step; what cannot be chosen stays and says why', async () => {
  await userEvent.click(page.getByRole('button', { name: 'Create', exact: true }));
  const dialog = page.getByRole('dialog', { name: 'Create a KMS key' });
  await userEvent.click(dialog.getByRole('radio', { name: /^SIGN_VERIFY/ }));
  await userEvent.click(dialog.getByText('9 kinds cannot do SIGN_VERIFY, and why'));
  await expect.element(dialog.getByText('Does ENCRYPT_DECRYPT only.').first()).toBeVisible();
  await userEvent.click(dialog.getByRole('radio', { name: /^ML_DSA_65/ }));
  await expect.element(dialog.getByRole('radio', { name: /^EXTERNAL ?/ }).first()).toBeDisabled();
  await expect.element(dialog.getByText('ML_DSA_65 material cannot be imported.')).toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(dialog.getByRole('button', { name: 'Create the key' }));
  await expect.element(page.getByRole('region', { name: 'Keys' }).getByText('ML_DSA_65')).toBeVisible();
  await part(/^Public key/);
  await userEvent.click(button('GetPublicKey'));
  await expect.element(page.getByText('-----BEGIN PUBLIC KEY-----')).toBeVisible();
  await expect.element(page.getByText(/openssl pkeyutl -verify/)).toBeVisible();
});

test('rotation is enabled, done on demand and drawn; its table says the same', async () => {
  await makeKey();
  await part(/^Material/);
  await userEvent.fill(page.getByRole('textbox', { name: 'RotationPeriodInDays (90 to 2560)' }), '90');
  await userEvent.click(button('EnableKeyRotation'));
  await expect.element(page.getByText('Next on 2027-02-16, in 90 d.')).toBeVisible();
  await userEvent.click(button('RotateKeyOnDemand'));
  await expect.element(page.getByText(/A rotation on demand is under way/)).toBeVisible();
  await userEvent.click(page.getByRole('button', { name: '+ 1 hour' }));
  await expect.element(page.getByRole('row', { name: /CURRENT.*rotated on demand/ })).toBeVisible();
  await expect.element(page.getByRole('row', { name: /NON_CURRENT.*first material/ })).toBeVisible();
  expect(await finds()).toEqual([]);
});

test('a grant is made, its token is shown once and lets the grantee in at once; then it is revoked', async () => {
  await makeKey();
  await part(/^Grants/);
  await userEvent.click(button('Create a grant'));
  await userEvent.fill(
    page.getByRole('combobox', { name: 'GranteePrincipal' }),
    `arn:aws:iam::${account}:user/Alice`,
  );
  await userEvent.click(page.getByRole('checkbox', { name: 'DescribeKey' }));
  await userEvent.click(button('CreateGrant'));
  await expect.element(page.getByText('Grant token, shown this once')).toBeVisible();
  await expect
    .element(
      page
        .getByRole('article', { name: 'user/Alice' })
        .getByText(/Decrypt.*DescribeKey|DescribeKey.*Decrypt/),
    )
    .toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(button(/^RevokeGrant/));
  await expect.element(page.getByText(/^No grant\. A grant lets one principal/)).toBeVisible();
});

test('own material is made, wrapped and imported; the wrong one is refused with its reason', async () => {
  await makeKey({ Origin: 'EXTERNAL' });
  await part(/^Import/);
  await userEvent.click(button('Make wrong material (5 bytes)'));
  await userEvent.selectOptions(page.getByLabelText('WrappingKeySpec'), 'RSA_2048');
  await userEvent.click(button('GetParametersForImport'));
  await expect.element(page.getByText(/^The token is good for/)).toBeVisible();
  await userEvent.click(button('Wrap'));
  await userEvent.click(button('ImportKeyMaterial'));
  await expect.element(page.getByText(/what was inside is not what this key takes/)).toBeVisible();

  await userEvent.click(button('Make new material'));
  await userEvent.click(button('Wrap'));
  await userEvent.click(button('ImportKeyMaterial'));
  await expect.element(page.getByText('Imported. Keep your copy.')).toBeVisible();
  await expect
    .element(page.getByRole('region', { name: 'Key', exact: true }).getByText('Enabled').first())
    .toBeVisible();
  expect(await finds()).toEqual([]);

  await userEvent.click(page.getByRole('button', { name: '+ 7 days' }));
  await expect.element(page.getByText(/^The token has expired/)).toBeVisible();
});

test('material that expired comes back by the same bytes alone; the page still has its copy', async () => {
  await makeKey({ Origin: 'EXTERNAL' });
  await part(/^Import/);
  const importIt = async (): Promise<void> => {
    await userEvent.click(button('GetParametersForImport'));
    await userEvent.click(button('Wrap'));
    await userEvent.click(button('ImportKeyMaterial'));
  };
  await userEvent.selectOptions(page.getByLabelText('WrappingKeySpec'), 'RSA_2048');
  await userEvent.click(button('Make new material'));
  await userEvent.selectOptions(page.getByLabelText('ExpirationModel'), 'KEY_MATERIAL_EXPIRES');
  await importIt();
  await expect.element(page.getByText('Imported. Keep your copy.')).toBeVisible();
  await userEvent.click(page.getByRole('button', { name: '+ 7 days' }));
  await part(/^Material/);
  await expect.element(page.getByText('not there: import it again')).toBeVisible();
  await part(/^Import/);
  await expect.element(page.getByText(/^The material of this key expired or was deleted/)).toBeVisible();
  expect(await finds()).toEqual([]);

  await userEvent.selectOptions(page.getByLabelText('WrappingKeySpec'), 'RSA_2048');
  await userEvent.click(button('Make new material'));
  await importIt();
  await expect.element(page.getByText(/what was inside is not what this key takes/)).toBeVisible();
  await userEvent.click(page.getByRole('radio', { name: /^Material \w+…, 32 bytes/ }).first());
  await userEvent.click(button('Wrap'));
  await userEvent.click(button('ImportKeyMaterial'));
  await expect.element(page.getByText('Imported. Keep your copy.')).toBeVisible();
});

test('a key store is made, connected and broken from outside; KMS says what it finds', async () => {
  await userEvent.click(page.getByRole('button', { name: 'Key stores' }));
  const dialog = page.getByRole('dialog', { name: 'Key stores' });
  await userEvent.click(dialog.getByRole('button', { name: 'New external key store proxy' }));
  await userEvent.click(dialog.getByRole('button', { name: 'CreateCustomKeyStore', exact: true }));
  const store = dialog.getByRole('article', { name: 'my-proxy' });
  await expect.element(store.getByText('DISCONNECTED')).toBeVisible();
  await userEvent.selectOptions(store.getByLabelText('Health'), 'down');
  await userEvent.click(store.getByRole('button', { name: 'ConnectCustomKeyStore', exact: true }));
  await api.main.advance({ seconds: 600 });
  await expect.element(store.getByText('FAILED')).toBeVisible();
  await expect.element(store.getByText(/^ConnectionErrorCode XKS_PROXY/)).toBeVisible();
  expect(await finds()).toEqual([]);
});

test('a signature is made, checked by KMS and outside it; one changed letter breaks it in both places', async () => {
  await makeKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  await part(/^Sign & verify/);
  const kms = page.getByRole('region', { name: 'By KMS' });
  const outside = page.getByRole('region', { name: 'By anybody, outside KMS' });
  await userEvent.click(button('Sign'));
  await expect.element(kms.getByRole('button', { name: 'Verify' })).toBeEnabled();
  await userEvent.click(kms.getByRole('button', { name: 'Verify' }));
  await expect.element(kms.getByText('valid', { exact: true })).toBeVisible();
  await userEvent.click(outside.getByRole('button', { name: 'GetPublicKey' }));
  await expect.element(outside.getByText('valid', { exact: true })).toBeVisible();
  await expect.element(outside.getByText('checked by the browser’s WebCrypto')).toBeVisible();
  await expect.element(page.getByText(/^openssl dgst -sha256 -verify public.pem/)).toBeVisible();
  expect(await finds()).toEqual([]);

  await userEvent.fill(page.getByRole('textbox', { name: 'Message' }), 'Pay 900 to Alice.');
  await expect.element(outside.getByText('not valid')).toBeVisible();
  await expect.element(kms.getByText('Something changed since. Ask again.')).toBeVisible();
  await userEvent.click(kms.getByRole('button', { name: 'Verify' }));
  await expect.element(kms.getByText('KMSInvalidSignatureException')).toBeVisible();
});

test('a MAC is checked by VerifyMac alone; one changed bit breaks it', async () => {
  await makeKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
  await part(/^MAC & verify/);
  const kms = page.getByRole('region', { name: 'By KMS' });
  await userEvent.click(button('GenerateMac'));
  await expect.element(kms.getByRole('button', { name: 'VerifyMac' })).toBeEnabled();
  await userEvent.click(kms.getByRole('button', { name: 'VerifyMac' }));
  await expect.element(kms.getByText('valid', { exact: true })).toBeVisible();
  await expect.element(page.getByText(/^Nobody outside KMS can check a MAC/)).toBeVisible();
  await userEvent.click(button('Change one bit'));
  await userEvent.click(kms.getByRole('button', { name: 'VerifyMac' }));
  await expect.element(kms.getByText('KMSInvalidMacException')).toBeVisible();
});

test('the events fold to their newest line, grow by the keys, and both is kept', async () => {
  await makeKey();
  const events = page.getByRole('region', { name: 'Events' });
  const height = page.getByRole('separator', { name: 'Height of the events' });
  const before = Number(height.element().getAttribute('aria-valuenow'));
  (height.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowUp}');
  await expect.element(height).toHaveAttribute('aria-valuenow', String(before + 24));
  await userEvent.click(events.getByRole('button', { name: 'Fold the events' }));
  await expect.element(events.getByRole('table')).not.toBeInTheDocument();
  await expect.element(events.getByRole('button', { name: /CreateKey/ })).toBeVisible();
  expect(localStorage.getItem('kms-lab.events')).toBe(`folded ${before + 24}`);
  expect(await finds()).toEqual([]);
  await userEvent.click(events.getByRole('button', { name: 'Show the events' }));
  await expect.element(events.getByRole('table')).toBeVisible();
});

test('a key is replicated: the map and the list say where it lives, and the next Region is offered', async () => {
  await makeKey({ MultiRegion: true });
  await part(/^Regions/);
  await userEvent.click(button('ReplicateKey'));
  await expect
    .element(page.getByRole('img', { name: '2 Regions hold this key; us-east-1 is primary.' }))
    .toBeVisible();
  await expect.element(page.getByRole('listitem', { name: 'eu-west-1' })).toBeVisible();
  await expect.element(page.getByLabelText('ReplicaRegion', { exact: true })).not.toHaveValue('eu-west-1');
  expect(await finds()).toEqual([]);
});

test('from a denial one goes to what would allow it', async () => {
  await makeKey();
  const alice = `arn:aws:iam::${account}:user/Alice`;
  await userEvent.click(page.getByRole('button', { name: /^Act as/ }));
  await userEvent.click(
    page.getByRole('listbox', { name: 'Principal' }).getByRole('option', { name: /Alice/ }).first(),
  );
  await userEvent.click(button('Call this key'));
  await userEvent.fill(page.getByLabelText('Plaintext', { exact: true }), 'hi');
  await userEvent.click(button('Encrypt'));
  await userEvent.click(button('What would allow it?'));
  await expect.element(page.getByText('user/Alice may not kms:Encrypt')).toBeVisible();
  await expect.element(page.getByText('Smallest change that would allow it')).toBeVisible();
  await expect.element(page.getByRole('combobox', { name: 'Principal' })).toHaveValue(alice);
});

test('a real access key that is typed into the policy editor is taken out again', async () => {
  await makeKey();
  await part(/^Policy/);
  const editor = (): HTMLElement | undefined => {
    const roots = [...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? []);
    return roots.flatMap((root) => root.querySelector<HTMLElement>('.cm-content') ?? [])[0];
  };
  await expect.poll(editor, { timeout: 8000 }).toBeDefined();
  editor()?.focus();
  await userEvent.keyboard('{Control>}{End}{/Control}');
  await userEvent.keyboard('AKIAQ7ZK2M4NX7P3R5TW');
  await expect.element(page.getByText(/^AKIA… looks like a real AWS access key/)).toBeVisible();
  expect(editor()?.textContent).not.toContain('AKIAQ7');
  expect(editor()?.textContent).toContain('kms:*');
});

test.each([320, 768])('at %i px no part scrolls sideways, in both themes', async (width) => {
  await makeKey({ MultiRegion: true });
  await page.viewport(width, 740);
  document.documentElement.dataset['motion'] = 'reduced';
  if (width < 768) await userEvent.click(page.getByRole('tab', { name: 'Key', exact: true }));
  for (const theme of ['light', 'dark'] as const) {
    document.documentElement.dataset['theme'] = theme;
    for (const name of [/^Access/, /^Material/, /^Grants/, /^Regions/, /^Events/]) {
      await part(name);
      await expect.element(page.getByRole('tabpanel', { name }).getByRole('heading').first()).toBeVisible();
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
      expect(await finds()).toEqual([]);
    }
  }
  delete document.documentElement.dataset['theme'];
  delete document.documentElement.dataset['motion'];
});

test('what a key has cost grows with the time it is kept, and counts its own requests alone', async () => {
  const arn = await makeKey();
  await makeKey({ Description: 'another one, whose requests are not counted' });
  await api.main.advance({ to: Date.parse('2027-01-01T00:00:00Z') });
  for (let n = 0; n < 3; n++)
    await api.main.call({
      operation: 'GenerateDataKey',
      input: { KeyId: arn, KeySpec: 'AES_256' },
      principal: admin,
      region,
    });
  await part(/^Cost/);
  // 12.625 of November's 30 days, all of December; requests are a fraction of a cent.
  await expect.element(page.getByRole('row', { name: /2026-11 0\.4208 .* \$0\.42/ })).toBeVisible();
  await expect.element(page.getByRole('row', { name: /2026-12 1 .* \$1\.00/ })).toBeVisible();
  await expect.element(page.getByRole('row', { name: /2027-01 3 / })).toBeVisible();
  await expect.element(page.getByText('$1.42')).toBeVisible();
  expect(await finds()).toEqual([]);
});
