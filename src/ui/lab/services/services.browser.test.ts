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
  expect(dumped('Wrapped bucket key, as bytes')).toBe(hex(thing.wrapped ?? new Uint8Array()));
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

/** Pressed on the page of the thing, the last of them with the key disabled for two hours; and what is said then. */
interface Play {
  readonly kind: StoredThing['kind'];
  readonly place: RegExp;
  /** What was stored, and is nowhere to be read. */
  readonly said: string;
  readonly press: readonly string[];
  readonly says: RegExp;
}
const plays: Readonly<Record<string, Play>> = {
  'Put an object': {
    kind: 'object',
    place: /^S3/,
    said: 'meet at noon',
    press: ['GetObject'],
    says: /KMS\.DisabledException.*is disabled/s,
  },
  'Put a secret': {
    kind: 'secretVersion',
    place: /^Secrets Manager/,
    said: 'hunter2',
    press: ['GetSecretValue'],
    says: /DecryptionFailure/,
  },
  'Attach a volume': {
    kind: 'volume',
    place: /^EBS and EC2/,
    said: 'meet at noon',
    // The card of the instance has the key.
    press: ['InstanceRead'],
    says: /meet at noon/,
  },
  'Send a message': {
    kind: 'message',
    place: /^SQS/,
    said: 'order 17',
    press: ['ReceiveMessage'],
    says: /KmsDisabled/,
  },
  'Put a parameter': {
    kind: 'parameter',
    place: /^Parameter Store/,
    said: 'postgres',
    press: ['GetParameter'],
    says: /DisabledException|InvalidKeyId/,
  },
  'Deploy a function': {
    kind: 'function',
    place: /^Lambda/,
    said: 'hunter2',
    press: ['Invoke'],
    says: /KMSDisabledException/,
  },
  'Put an item': {
    kind: 'item',
    place: /^DynamoDB/,
    said: '3 apples',
    press: ['GetItem'],
    says: /AccessDeniedException|KMS|disabled/,
  },
  'Log a line': {
    kind: 'logEvent',
    place: /^CloudWatch Logs/,
    said: 'order 17 was paid',
    press: ['FilterLogEvents'],
    says: /disabled/,
  },
  'Publish to a queue': {
    kind: 'message',
    place: /^SQS/,
    said: 'order 17 was paid',
    press: ['ReceiveMessage'],
    says: /KmsDisabled/,
  },
  'Start a database': {
    kind: 'dbInstance',
    place: /^RDS/,
    said: 'order 17',
    press: ['DatabaseRead'],
    says: /inaccessible-encryption-credentials-recoverable/,
  },
  'Stream a record': {
    kind: 'record',
    place: /^Kinesis/,
    said: 'order 17',
    press: ['GetRecords'],
    says: /KMSDisabledException/,
  },
  'Put a secret in EKS': {
    kind: 'kubernetesSecret',
    place: /^EKS/,
    said: 'hunter2',
    // The API server reads by its seed until it starts again.
    press: ['ApiServerRestart', 'SecretRead'],
    says: /has no key for its secrets: KmsKeyDisabled/,
  },
  'Fill a warehouse': {
    kind: 'block',
    place: /^Redshift/,
    said: '3 apples',
    // The cluster has the database key in its memory.
    press: ['BlockRead'],
    says: /order 17, 3 apples/,
  },
};

test.each(Object.entries(plays))(
  '%s: its ciphertext is there; what is said when the key is disabled; undone as one',
  async (name, play) => {
    await userEvent.click(button(name));
    await expect.element(page.getByRole('heading', { name: 'What it hangs on' })).toBeVisible();
    const thing = await theThing(play.kind);
    expect(dumped('Ciphertext, as stored, as bytes')).toBe(hex(thing.bytes?.first ?? new Uint8Array()));
    expect(document.querySelector('.page')?.textContent).not.toContain(play.said);
    await expect.element(place(play.place)).toHaveAttribute('aria-current', 'page');
    const opened = location.hash;

    await ask('DisableKey', { KeyId: thing.keyArn });
    await api.main.advance({ hours: 2 });
    await expect.element(place(new RegExp(`${play.place.source}.* locked`))).toBeVisible();
    for (const one of play.press) {
      if (one === 'GetItem') {
        // Not even the name of an item can be read: it is asked for by its table's form.
        await userEvent.click(page.getByRole('link', { name: 'All of DynamoDB here' }));
        await userEvent.selectOptions(page.getByRole('combobox', { name: 'Operation' }), one);
      }
      await userEvent.click(button(one));
    }
    await expect.poll(() => document.querySelector('.page .ended')?.textContent).toMatch(play.says);

    // The reading, the clock, the key, and then all that the button did.
    location.hash = opened;
    for (let left = 20; (await api.main.storedPlaces()).length > 0 && left > 0; left -= 1) {
      expect((await theThing(play.kind)).id).toBe(thing.id);
      await api.main.history.undo();
    }
    await expect.element(page.getByText('It is not there any more.')).toBeVisible();
    expect((await api.main.keys({ account: account as never, region })).items).toEqual([]);
  },
);

test('a database whose key is lost says so, and starts again when the key is back', async () => {
  await userEvent.click(button('Start a database'));
  await expect.element(page.getByText('available', { exact: true })).toBeVisible();
  const { keyArn } = await theThing('dbInstance');
  await ask('DisableKey', { KeyId: keyArn });
  await api.main.advance({ hours: 1 });
  await userEvent.click(button('DatabaseRead'));
  const state = page.getByRole('definition').filter({ hasText: /^inaccessible/ });
  await expect.element(state).toHaveTextContent('inaccessible-encryption-credentials-recoverable');
  await userEvent.click(button('StartDBInstance'));
  await expect
    .poll(() => document.querySelector('.page .ended')?.textContent)
    .toMatch(/KMSKeyNotAccessibleFault/);
  await userEvent.click(button('EnableKey'));
  await userEvent.click(button('StartDBInstance'));
  await expect.element(page.getByText('available', { exact: true })).toBeVisible();
  await userEvent.click(button('DatabaseRead'));
  await expect.element(page.getByText('order 17')).toBeVisible();
  // After seven days nothing of it starts any more.
  await ask('DisableKey', { KeyId: keyArn });
  await api.main.advance({ hours: 1 });
  await userEvent.click(button('DatabaseRead'));
  await api.main.advance({ days: 7 });
  await expect.element(state).toHaveTextContent(/^inaccessible-encryption-credentials$/);
});

test('a database that was not encrypted is, by snapshot, copy and restore: with forms alone', async () => {
  const { result } = await ask('CreateKey', { Description: 'for copies' });
  const { Arn } = (result.ok ? result.output['KeyMetadata'] : {}) as { readonly Arn: string };
  await userEvent.click(place(/^RDS/));
  const fill = (name: string, text: string) =>
    userEvent.fill(page.getByLabelText(name, { exact: true }), text);
  const choose = (operation: string) =>
    userEvent.selectOptions(page.getByRole('combobox', { name: 'Operation' }), operation);
  await fill('DBInstanceIdentifier', 'plain');
  await userEvent.click(page.getByRole('checkbox', { name: 'StorageEncrypted' }));
  await userEvent.click(button('CreateDBInstance'));
  await expect.element(page.getByRole('link', { name: /^plain/ })).toBeVisible();
  await choose('DatabaseWrite');
  await userEvent.click(button('DatabaseWrite'));
  await expect.element(page.getByText('KMS was not called.')).toBeVisible();
  await choose('CreateDBSnapshot');
  await userEvent.click(button('CreateDBSnapshot'));
  await expect.element(page.getByRole('link', { name: /^before-the-change/ })).toBeVisible();
  await choose('CopyDBSnapshot');
  await userEvent.selectOptions(page.getByRole('combobox', { name: /^KmsKeyId/ }), Arn);
  await userEvent.click(button('CopyDBSnapshot'));
  await expect.element(page.getByText('KMS was called: 5 calls.', { exact: false })).toBeVisible();
  await choose('RestoreDBInstanceFromDBSnapshot');
  await fill('DBSnapshotIdentifier', 'under-another-key');
  await userEvent.click(button('RestoreDBInstanceFromDBSnapshot'));
  await userEvent.click(page.getByRole('link', { name: /^restored/ }));
  await expect.element(page.getByText('data key, wrapped by KMS')).toBeVisible();
  await userEvent.click(button('DatabaseRead'));
  await expect.element(page.getByText('order 17')).toBeVisible();
  // The first one stays as it was.
  const { items } = await api.main.storedThings({ service: 'rds' });
  expect(items.map(({ name, protection, keyArn }) => [name, protection, keyArn])).toEqual([
    ['plain', 'none', undefined],
    ['restored', 'dataKey', Arn],
    ['before-the-change', 'none', undefined],
    ['under-another-key', 'dataKey', Arn],
  ]);
});

test('the tiers of Redshift lie one in the other; a rotation changes all but the ciphertext', async () => {
  await userEvent.click(button('Fill a warehouse'));
  await expect.element(page.getByRole('heading', { name: 'What it hangs on' })).toBeVisible();
  const tiers = page.getByRole('region', { name: 'What it hangs on' });
  const depth = (text: string): number => {
    let at = [...tiers.element().querySelectorAll('li > .face')].find(({ textContent }) =>
      textContent?.includes(text),
    )?.parentElement;
    let n = 0;
    for (; at; at = at.parentElement?.closest('li')) n += 1;
    return n;
  };
  expect(['KMS key', 'cluster key', 'database key', 'block key', 'ciphertext'].map(depth)).toEqual([
    1, 2, 3, 4, 5,
  ]);
  const labels = [
    'Ciphertext, as stored',
    'Block key, wrapped',
    'Database key, wrapped',
    'Wrapped cluster key',
  ];
  const all = () => labels.map((label) => dumped(`${label}, as bytes`));
  const before = all();
  await api.main.call({
    service: 'redshift',
    operation: 'RotateEncryptionKey',
    input: { ClusterIdentifier: (await theThing('warehouse')).name },
    principal: admin,
    region,
  });
  await expect.poll(() => all().map((bytes, i) => bytes === before[i])).toEqual([true, false, false, false]);
  expect(await finds()).toEqual([]);
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

const screens = [360, 320].flatMap((width) =>
  (['light', 'dark'] as const).map((theme) => ({ width, theme })),
);
const opened = async (name: string): Promise<string> => {
  location.hash = '#/lab/services';
  await userEvent.click(button(name));
  await expect.element(page.getByRole('heading', { name: 'What it hangs on' })).toBeVisible();
  return location.hash;
};
async function fits({ width, theme }: (typeof screens)[number], places: readonly string[]): Promise<void> {
  await page.viewport(width, 740);
  document.documentElement.dataset['theme'] = theme;
  for (const hash of places) {
    location.hash = hash;
    await new Promise((done) => setTimeout(done, 150));
    expect(document.documentElement.scrollWidth, hash).toBeLessThanOrEqual(width);
    expect(await finds(), hash).toEqual([]);
  }
  delete document.documentElement.dataset['theme'];
}

test.each(screens)(
  'things at $width px, $theme: nothing scrolls sideways and axe finds nothing',
  async (screen) => {
    await fits(screen, [await opened('Fill a warehouse'), await opened('Put an object')]);
  },
);

test.each(screens)(
  'map, places and table at $width px, $theme: nothing scrolls sideways and axe finds nothing',
  async (screen) => {
    await opened('Start a database');
    const places = ['s3', 'rds'].map((one) => `#/lab/services/${account}/${region}/${one}`);
    await fits(screen, [...places, '#/lab/services']);
    await userEvent.click(button('As table'));
    await expect.element(page.getByRole('rowheader', { name: 'RDS' })).toBeVisible();
    await fits(screen, ['#/lab/services']);
  },
);
