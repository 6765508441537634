import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi, type StoredThing } from '../../../client/index.ts';
import type { PrincipalArn, Region } from '../../../engine/index.ts';
import { hex } from '../../format/bytes.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** Services as places, on the real engine, as a person uses them. */
let api: LabApi;
let unmount: () => Promise<void>;
const account = '111122223333';
const admin = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
const region = 'us-east-1' as Region;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '#/lab/services';
  await page.viewport(1440, 900);
  api = await openLab({ store: 'memory', genesis: { seed: 'services', now: '2026-11-18T09:00:00Z' } });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  await expect.element(page.getByRole('region', { name: 'Services' })).toBeVisible();
});
afterEach(async () => {
  await unmount();
  await api.close();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const place = (name: RegExp) => page.getByRole('region', { name: 'Services' }).getByRole('link', { name });
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
async function theThing(kind: StoredThing['kind']): Promise<StoredThing> {
  const { items } = await api.main.storedThings();
  const thing = items.find((one) => one.kind === kind);
  if (!thing) throw new Error(`no ${kind}`);
  return thing;
}
/** All hex pairs of a dump, without its offsets. */
const dumped = (label: string): string =>
  [...page.getByRole('group', { name: label }).first().element().querySelectorAll('.pair')]
    .map((pair) => pair.textContent?.trim())
    .join('');
const ask = (operation: string, input: Readonly<Record<string, unknown>>) =>
  api.main.call({ operation, input, principal: admin, region });

test('an object is put with a Bucket Key; its bytes, wrapped key and key are there; without the key S3 cannot read it', async () => {
  await userEvent.click(button('Put an object'));
  await expect.element(page.getByRole('heading', { name: 'notes.txt' })).toBeVisible();
  const thing = await theThing('object');
  expect(dumped('Ciphertext, as stored, as bytes')).toBe(hex(thing.bytes?.first ?? new Uint8Array()));
  expect(dumped('Wrapped data key, as bytes')).toBe(hex(thing.wrapped ?? new Uint8Array()));
  await expect.element(page.getByText('own key under a bucket key', { exact: false })).toBeVisible();
  await expect
    .element(page.getByRole('definition').filter({ hasText: /^arn:aws:s3:::notes-[^/]*$/ }))
    .toBeVisible();
  expect(document.body.textContent).not.toContain('meet at noon');
  await userEvent.click(button('GetObject'));
  await expect.element(page.getByText('meet at noon')).toBeVisible();
  await userEvent.click(button('Work out who can read it'));
  await expect
    .element(page.getByRole('listitem').filter({ hasText: /^\s*user\/Admin\s*1111-2222-3333\s*$/ }))
    .toBeVisible();
  expect(await finds()).toEqual([]);

  // An hour later the bucket key has to be asked for again.
  await ask('DisableKey', { KeyId: thing.keyArn });
  await api.main.advance({ hours: 2 });
  await userEvent.click(button('GetObject'));
  await expect
    .poll(() => document.querySelector('.page .verdict')?.textContent)
    .toMatch(/KMS\.DisabledException.*is disabled/s);
  await expect.element(place(/^S3 1 thing 1 locked/)).toBeVisible();
  await userEvent.click(button('EnableKey'));
  await expect.element(place(/^S3 1 thing ?,/)).toBeVisible();
  await userEvent.click(button('GetObject'));
  await expect.element(page.getByText('meet at noon')).toBeVisible();
});

test('what begins with one button is undone as one', async () => {
  for (const [name, service] of [
    ['Attach a volume', /^EBS and EC2.*1 thing/],
    ['Send a message', /^SQS.*1 thing/],
    ['Put a secret', /^Secrets Manager.*1 thing/],
  ] as const) {
    location.hash = '#/lab/services';
    await userEvent.click(button(name));
    await expect.element(place(service)).toBeVisible();
    await expect.element(page.getByRole('heading', { name: 'What it hangs on' })).toBeVisible();
    await api.main.history.undo();
    await expect.element(page.getByText('It is not there any more.')).toBeVisible();
    expect(await api.main.storedPlaces()).toEqual([]);
    expect((await api.main.keys({ account: account as never, region })).items).toEqual([]);
  }
});

test('before a deletion is scheduled it is said what would be lost, on the key page too', async () => {
  await userEvent.click(button('Put a secret'));
  await expect.element(page.getByRole('heading', { name: 'What it hangs on' })).toBeVisible();
  await userEvent.click(button('Open the key'));
  await userEvent.click(page.getByRole('tab', { name: 'Hangs on it' }));
  const lost = page.getByRole('region', { name: 'What hangs on this key' });
  await expect.element(lost.getByText(/1 thing .* could never be read again/)).toBeVisible();
  await expect.element(lost.getByRole('link', { name: /AWSCURRENT/ })).toBeVisible();
  await userEvent.click(page.getByRole('tab', { name: 'Overview' }));
  await userEvent.click(button(/^ScheduleKeyDeletion/).first());
  const dialog = page.getByRole('dialog');
  await expect.element(dialog.getByText(/1 thing .* could never be read again/)).toBeVisible();
  await expect.element(dialog.getByText('Secrets Manager')).toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(dialog.getByRole('button', { name: 'ScheduleKeyDeletion' }));
  await expect.poll(async () => (await theThing('secretVersion')).keyState).toBe('PendingDeletion');
});

test('a service is used by its forms, and a refusal of KMS inside says what would allow it', async () => {
  const { result } = await ask('CreateKey', { Description: 'theirs' });
  const { Arn } = (result.ok ? result.output['KeyMetadata'] : {}) as { readonly Arn: string };
  await userEvent.click(place(/^SQS/));
  await userEvent.fill(page.getByRole('textbox', { name: 'QueueName' }), 'orders');
  await userEvent.selectOptions(page.getByRole('combobox', { name: /^KmsMasterKeyId/ }), Arn);
  await userEvent.click(button('CreateQueue'));
  await expect.element(page.getByText(/queue\/|orders$/).first()).toBeVisible();
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Operation' }), 'SendMessage');
  await userEvent.click(button('SendMessage'));
  await expect.element(page.getByText('KMS was called: 2 calls.', { exact: false })).toBeVisible();
  expect((await theThing('message')).keyArn).toBe(Arn);

  // Alice may use SQS and no key.
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }],
  });
  await api.main.call({
    service: 'iam',
    operation: 'PutUserPolicy',
    input: { UserName: 'Alice', PolicyName: 'sqs', PolicyDocument: policy },
    principal: admin,
    region,
  });
  button(/^Act as/)
    .element()
    .focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('listbox', { name: 'Principal' })).toBeVisible();
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await userEvent.click(button('SendMessage'));
  // SQS checks that what was wrapped opens again: two permissions, told one after the other.
  for (const permission of ['GenerateDataKey', 'Decrypt']) {
    await expect
      .element(page.getByText(`KMS refused ${permission}, which the service needed`, { exact: false }))
      .toBeVisible();
    await userEvent.click(button('What would allow it?'));
    await userEvent.click(button(/^Do it:/).first());
    await expect.element(page.getByText('Done. Call again.').first()).toBeVisible();
    await userEvent.click(button('SendMessage'));
  }
  await expect.poll(async () => (await api.main.storedThings({ service: 'sqs' })).items.length).toBe(3);
});

test.each([360, 320])(
  'at %i px nothing scrolls sideways and axe finds nothing, in both themes',
  async (width) => {
    await userEvent.click(button('Put an object'));
    await expect.element(page.getByRole('heading', { name: 'notes.txt' })).toBeVisible();
    await page.viewport(width, 740);
    const thing = location.hash;
    for (const theme of ['light', 'dark'] as const) {
      document.documentElement.dataset['theme'] = theme;
      for (const hash of [thing, '#/lab/services/111122223333/us-east-1/s3', '#/lab/services']) {
        location.hash = hash;
        await new Promise((done) => setTimeout(done, 150));
        expect(document.documentElement.scrollWidth, `${hash} ${theme}`).toBeLessThanOrEqual(width);
        expect(await finds(), `${hash} ${theme}`).toEqual([]);
      }
      await userEvent.click(button('As table'));
      await expect.element(page.getByRole('rowheader', { name: 'S3' })).toBeVisible();
      expect(await finds(), `table ${theme}`).toEqual([]);
      await userEvent.click(button('As map'));
    }
    delete document.documentElement.dataset['theme'];
  },
);
