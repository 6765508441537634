import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { apiOperations, defaultKeyPolicy, openLab, type LabApi } from '../../client/index.ts';
import type { AccountId, Bytes, PrincipalArn, Region } from '../../engine/index.ts';
import { toBase64 } from '../format/bytes.ts';
import { mountApp } from '../index.ts';

/** Every operation of the API, once, through the form that the page generates for it. */
const account = '111122223333' as AccountId;
const region = 'us-east-1' as Region;
const admin = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
let api: LabApi;
let unmount: () => Promise<void>;
const performed = new Set<string>();

beforeEach(async () => {
  localStorage.clear();
  location.hash = '#/lab';
  await page.viewport(1440, 1000);
  api = await openLab({
    store: 'memory',
    genesis: {
      seed: 'every operation',
      now: '2026-11-18T09:00:00Z',
      switches: { throttling: false, propagation: false },
    },
  });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
});
afterEach(async () => {
  await unmount();
  await api.main.close();
});

const keyRegion = () => page.getByRole('region', { name: 'Key', exact: true });
const field = (label: string) => keyRegion().getByLabelText(label, { exact: true });

/** A value for a field by its label: text, one of the closed words, checkboxes, bytes, or rows of a list. */
/** Straight to the element: keys and pointers have tests of their own, and this one makes some hundreds of moves. */
const click = (locator: ReturnType<typeof field>): void => (locator.element() as HTMLElement).click();
function type(locator: ReturnType<typeof field>, text: string): void {
  const element = locator.element() as HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  element.value = text;
  element.dispatchEvent(
    new Event(element instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }),
  );
}
type Value = string | readonly string[] | Bytes;
async function put(label: string, value: Value): Promise<void> {
  // A row that was just added is drawn in a moment.
  if (!Array.isArray(value)) await expect.element(field(label)).toBeInTheDocument();
  if (value instanceof Uint8Array) {
    const group = keyRegion().getByRole('group', { name: `${label}, written as` });
    click(group.getByRole('radio', { name: 'base64' }));
    type(field(label), toBase64(value));
  } else if (typeof value === 'string') {
    type(field(label), value);
  } else {
    for (const name of value) click(keyRegion().getByRole('checkbox', { name, exact: true }));
  }
}
async function perform(
  operation: string,
  values: Readonly<Record<string, Value>> = {},
  rows: readonly string[] = [],
): Promise<void> {
  click(keyRegion().getByRole('radio', { name: operation, exact: true }));
  await expect.element(keyRegion().getByRole('button', { name: operation, exact: true })).toBeVisible();
  for (const row of rows) click(keyRegion().getByRole('button', { name: `Add to ${row}` }));
  const folded = keyRegion().getByText(/more members?$/);
  if (folded.elements().length > 0) click(folded);
  for (const [label, value] of Object.entries(values)) await put(label, value);
  const send = keyRegion().getByRole('button', { name: operation, exact: true });
  click(send);
  await expect.element(page.getByRole('status').first()).toHaveTextContent(`${operation} was`);
  await expect.element(send).toHaveAttribute('aria-busy', 'false');
  const refusal = document.querySelector('.verdict')?.textContent ?? '';
  await expect
    .element(page.getByRole('status').first(), { message: `${operation}: ${refusal}` })
    .toHaveTextContent(`${operation} was served.`);
  performed.add(operation);
}
/** Made behind the page's back: only the operation under test goes through its form. */
async function call(operation: string, input: Readonly<Record<string, unknown>>) {
  const { result } = await api.main.call({ operation, input, principal: admin, region });
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
}
async function arnOf(input: Readonly<Record<string, unknown>>): Promise<string> {
  const metadata = (await call('CreateKey', input))['KeyMetadata'] as { readonly Arn: string };
  return metadata.Arn;
}

test(
  'each of the 56 operations is performed once through its generated form',
  { timeout: 240_000 },
  async () => {
    await userEvent.click(page.getByRole('button', { name: 'Call any operation' }));
    await expect.element(keyRegion().getByRole('radiogroup', { name: 'Operations' })).toBeVisible();

    await perform('CreateKey', { Description: 'made by a form' });
    const KeyId = (await api.main.keys({ account, region })).items[0]?.rec.arn ?? '';
    const other = await arnOf({});
    await perform('ListKeys');
    await perform('DescribeKey', { KeyId });
    await perform('UpdateKeyDescription', { KeyId, Description: 'described anew' });
    await perform('CreateAlias', { AliasName: 'alias/one', TargetKeyId: KeyId });
    await perform('UpdateAlias', { AliasName: 'alias/one', TargetKeyId: other });
    await perform('ListAliases');
    await perform('DeleteAlias', { AliasName: 'alias/one' });
    await perform('TagResource', { KeyId, 'Tags 1: TagKey': 'team', 'Tags 1: TagValue': 'people' }, ['Tags']);
    await perform('ListResourceTags', { KeyId });
    await perform('UntagResource', { KeyId, 'TagKeys 1': 'team' }, ['TagKeys']);
    await perform('GetKeyPolicy', { KeyId });
    await perform('PutKeyPolicy', { KeyId, Policy: defaultKeyPolicy(account) });
    await perform('ListKeyPolicies', { KeyId });

    await perform('Encrypt', { KeyId, Plaintext: 'Wages' });
    // The blob comes from the shelf: what the last call answered.
    await perform('Decrypt', { KeyId });
    await perform('ReEncrypt', { DestinationKeyId: other });
    await perform('GenerateDataKey', { KeyId });
    await perform('GenerateDataKeyWithoutPlaintext', { KeyId });
    await perform('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' });
    await perform('GenerateDataKeyPairWithoutPlaintext', { KeyId, KeyPairSpec: 'ECC_NIST_P256' });
    await perform('GenerateRandom', { NumberOfBytes: '16' });
    await perform('GetKeyLastUsage', { KeyId });

    await perform('CreateGrant', {
      KeyId,
      GranteePrincipal: `arn:aws:iam::${account}:user/Alice`,
      RetiringPrincipal: admin,
      Operations: ['Encrypt', 'Decrypt'],
    });
    await perform('ListGrants', { KeyId });
    await perform('ListRetirableGrants', { RetiringPrincipal: admin });
    const [grant] = (await api.main.key(KeyId as never))?.grants ?? [];
    await perform('RevokeGrant', { KeyId, GrantId: grant?.grantId ?? '' });
    const again = await call('CreateGrant', {
      KeyId,
      GranteePrincipal: admin,
      RetiringPrincipal: admin,
      Operations: ['Decrypt'],
    });
    await perform('RetireGrant', { GrantToken: String(again['GrantToken']) });

    await perform('EnableKeyRotation', { KeyId, RotationPeriodInDays: '90' });
    await perform('GetKeyRotationStatus', { KeyId });
    await perform('RotateKeyOnDemand', { KeyId });
    await perform('ListKeyRotations', { KeyId });
    await perform('DisableKeyRotation', { KeyId });

    const signer = await arnOf({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    await perform('Sign', { KeyId: signer, Message: 'Pay Bob', SigningAlgorithm: 'ECDSA_SHA_256' });
    await perform('Verify', { KeyId: signer, Message: 'Pay Bob', SigningAlgorithm: 'ECDSA_SHA_256' });
    await expect.element(keyRegion().getByText('SignatureValid')).toBeVisible();
    const hmac = await arnOf({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await perform('GenerateMac', { KeyId: hmac, Message: 'Pay Bob', MacAlgorithm: 'HMAC_SHA_256' });
    await perform('VerifyMac', { KeyId: hmac, Message: 'Pay Bob', MacAlgorithm: 'HMAC_SHA_256' });
    const agree = await arnOf({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
    const peer = await arnOf({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
    await perform('GetPublicKey', { KeyId: peer });
    await perform('DeriveSharedSecret', { KeyId: agree, KeyAgreementAlgorithm: 'ECDH' });
    const kem = await arnOf({ KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' });
    await perform('Encapsulate', { KeyId: kem, EncapsulationAlgorithm: 'ML_KEM' });
    await perform('Decapsulate', { KeyId: kem, EncapsulationAlgorithm: 'ML_KEM' });

    const own = await arnOf({ Origin: 'EXTERNAL' });
    await perform('GetParametersForImport', {
      KeyId: own,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    });
    // The page has the token and the wrapping key on its shelf; the wrapping itself happens outside KMS.
    const parameters = await call('GetParametersForImport', {
      KeyId: own,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    });
    const wrapping = await crypto.subtle.importKey(
      'spki',
      parameters['PublicKey'] as Bytes,
      { name: 'RSA-OAEP', hash: 'SHA-256' },
      false,
      ['encrypt'],
    );
    const material = crypto.getRandomValues(new Uint8Array(32));
    const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, wrapping, material));
    await perform('ImportKeyMaterial', {
      KeyId: own,
      ImportToken: parameters['ImportToken'] as Bytes,
      EncryptedKeyMaterial: wrapped,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    await perform('DeleteImportedKeyMaterial', { KeyId: own });

    const multi = await arnOf({ MultiRegion: true });
    await perform('ReplicateKey', { KeyId: multi, ReplicaRegion: 'eu-west-1' });
    await api.main.advance({ seconds: 120 });
    await perform('UpdatePrimaryRegion', { KeyId: multi, PrimaryRegion: 'eu-west-1' });

    await perform('CreateCustomKeyStore', {
      CustomKeyStoreName: 'proxy',
      CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
      XksProxyUriEndpoint: 'https://xks.example.com',
      XksProxyUriPath: '/kms/xks/v1',
      XksProxyConnectivity: 'PUBLIC_ENDPOINT',
      'XksProxyAuthenticationCredential: AccessKeyId': 'ABCDEFGHIJKLMNOPQRSTU234',
      'XksProxyAuthenticationCredential: RawSecretAccessKey': btoa('a secret of thirty-two bytes or s'),
    });
    const CustomKeyStoreId = (await api.main.keyStores({ account, region }))[0]?.id ?? '';
    await perform('ConnectCustomKeyStore', { CustomKeyStoreId });
    await api.main.advance({ seconds: 300 });
    await perform('DescribeCustomKeyStores', { CustomKeyStoreId });
    await perform('DisconnectCustomKeyStore', { CustomKeyStoreId });
    await api.main.advance({ seconds: 300 });
    await perform('UpdateCustomKeyStore', { CustomKeyStoreId, NewCustomKeyStoreName: 'renamed' });
    await perform('DeleteCustomKeyStore', { CustomKeyStoreId });

    await perform('DisableKey', { KeyId });
    await perform('EnableKey', { KeyId });
    await perform('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: '7' });
    await perform('CancelKeyDeletion', { KeyId });

    expect(apiOperations).toHaveLength(56);
    expect([...performed].sort()).toEqual([...apiOperations].sort());
  },
);

test('an operation is found by what it does, by keyboard; what cannot be read is not sent; KMS says where it hurts', async () => {
  const arn = await arnOf({});
  await userEvent.click(page.getByRole('button', { name: 'Call this key' }));
  const find = keyRegion().getByRole('searchbox', { name: 'Find an operation' });
  await userEvent.fill(find, 'wrapped copy');
  await userEvent.keyboard('{Enter}');
  await expect
    .element(keyRegion().getByRole('radio', { name: 'GenerateDataKeyWithoutPlaintext' }))
    .toHaveAttribute('aria-checked', 'true');

  await userEvent.fill(find, '');
  await userEvent.keyboard('{ArrowDown}{Home}{Enter}');
  await expect.element(keyRegion().getByRole('radio', { name: 'Encrypt', exact: true })).toHaveFocus();
  const how = keyRegion().getByRole('group', { name: 'Plaintext, written as' });
  await userEvent.click(how.getByRole('radio', { name: 'hex' }));
  await userEvent.fill(field('Plaintext'), 'abc');
  await userEvent.click(keyRegion().getByRole('button', { name: 'Encrypt', exact: true }));
  await expect.element(keyRegion().getByText('This is not hex', { exact: false })).toBeVisible();
  await expect.element(field('Plaintext')).toHaveAttribute('aria-invalid', 'true');
  expect((await api.main.trail({})).filter(({ event }) => event.eventName === 'Encrypt')).toEqual([]);

  await userEvent.click(how.getByRole('radio', { name: 'text' }));
  await userEvent.fill(field('Plaintext'), 'x'.repeat(4097));
  await expect.element(keyRegion().getByText(/KMS takes 1 to 4096 bytes; this is 4097/)).toBeVisible();
  await userEvent.click(keyRegion().getByRole('button', { name: 'Encrypt', exact: true }));
  await expect.element(keyRegion().getByText(/less than or equal to 4096/)).toBeVisible();
  await expect.element(field('Plaintext')).toHaveAttribute('aria-invalid', 'true');

  await userEvent.fill(field('Plaintext'), 'It’s ours');
  await expect.element(keyRegion().getByText(/^aws kms encrypt/)).toHaveTextContent(`--key-id ${arn}`);
  await userEvent.click(keyRegion().getByRole('tab', { name: 'boto3' }));
  await expect.element(keyRegion().getByText(/kms\.encrypt\(/)).toBeVisible();
});
