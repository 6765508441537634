import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../../client/index.ts';
import type { KeyArn, PrincipalArn, Region } from '../../../engine/index.ts';
import { editorHas, editorNamed, editorOpens, textIn } from '../../editor/code.fixture.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** The policy of a key in the whole page: who may what, why not, what would mend it, and what a text changes. */
const account = '111122223333';
const region = 'us-east-1' as Region;
const admin = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
const alice = `arn:aws:iam::${account}:user/Alice`;
const json = 'Policy as JSON';
let api: LabApi;
let key: KeyArn;
let unmount: () => Promise<void>;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '#/lab';
  await page.viewport(1440, 1600);
  api = await openLab({
    store: 'memory',
    genesis: { seed: 'policy page', now: '2026-11-18T09:00:00Z', switches: { throttling: false } },
  });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  const { result } = await api.main.call({ operation: 'CreateKey', input: {}, principal: admin, region });
  if (!result.ok) throw new Error(result.refusal.message);
  key = (result.output['KeyMetadata'] as { readonly Arn: KeyArn }).Arn;
  await expect.element(page.getByRole('tablist', { name: 'Parts of the key page' })).toBeVisible();
});
afterEach(async () => {
  await unmount();
  await api.main.close();
  delete document.documentElement.dataset['theme'];
});

const room = () => page.getByRole('region', { name: 'Key', exact: true });
const button = (name: string | RegExp) =>
  room().getByRole('button', { name, exact: typeof name === 'string' });
const part = (name: RegExp) =>
  userEvent.click(page.getByRole('tablist', { name: 'Parts of the key page' }).getByRole('tab', { name }));
const policyOf = async (): Promise<string> => (await api.main.key(key))?.policy ?? '';
async function edit(): Promise<void> {
  await userEvent.click(button('Edit: Key policy'));
  await editorOpens(json);
}
async function choose(name: string, value: string): Promise<void> {
  await userEvent.fill(room().getByRole('combobox', { name, exact: true }), value);
  await userEvent.keyboard('{Enter}');
}
const tool = (name: string) => userEvent.click(room().getByRole('tab', { name }));
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('a cell of the matrix opens with its reasons; the smallest change mends it, and the cell turns', async () => {
  await part(/^Access/);
  await userEvent.click(button(`${account} user/Alice kms:Decrypt: denied`));
  await expect.element(page.getByText('denied: the identity policy does not allow it').first()).toBeVisible();
  await expect
    .element(page.getByText(/no identity-based policy allows the kms:Decrypt action/).first())
    .toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(button('Do it: PutKeyPolicy').first());
  await expect.element(button(`${account} user/Alice kms:Decrypt: allowed`)).toBeVisible();
  expect(await policyOf()).toContain('user/Alice');
  // One thing to undo.
  await api.main.history.undo();
  await expect.element(button(`${account} user/Alice kms:Decrypt: denied`)).toBeVisible();
});

test('a role of another account is let in for one thing, and nothing more is opened', async () => {
  await part(/^Access/);
  const cell = (what: string) => button(`444455556666 role/ExampleRole ${what}`);
  await userEvent.click(cell('kms:Decrypt: denied'));
  // Both sides by one edit: a grant. It is said when it holds.
  await expect
    .element(
      room()
        .getByText(/presents the grant token/)
        .first(),
    )
    .toBeVisible();
  await userEvent.click(button('Do it: CreateGrant').first());
  await expect.element(room().getByRole('tab', { name: 'Grants 1' })).toBeVisible();
  await api.main.advance({ seconds: 600 });
  await expect.element(cell('kms:Decrypt: allowed')).toBeVisible();
  await expect.element(cell('kms:Encrypt: denied')).toBeVisible();
  await expect.element(room().getByText('role/ExampleRole of 4444-5555-6666 may kms:Decrypt')).toBeVisible();
});

test('a grant that lets an outsider in is found by the cell, told from the others, and ended there', async () => {
  const outsider = 'arn:aws:iam::444455556666:user/Admin';
  for (const [GranteePrincipal, operation] of [
    [alice, 'Decrypt'],
    [outsider, 'Encrypt'],
    [outsider, 'Decrypt'],
  ] as const) {
    const input = { KeyId: key, GranteePrincipal, Operations: [operation] };
    const { result } = await api.main.call({ operation: 'CreateGrant', input, principal: admin, region });
    if (!result.ok) throw new Error(result.refusal.message);
  }
  await api.main.advance({ hours: 1 });
  const grants = (await api.main.key(key))?.grants ?? [];
  const guilty = grants.find((one) => one.GranteePrincipal === outsider && one.Operations[0] === 'Decrypt');
  await part(/^Grants/);
  await expect.element(room().getByText('another account, 4444-5555-6666').first()).toBeVisible();
  await part(/^Access/);
  await userEvent.click(button('444455556666 user/Admin kms:Decrypt: allowed'));
  await expect.element(room().getByText('user/Admin of 4444-5555-6666 may kms:Decrypt')).toBeVisible();
  await expect.element(room().getByText('allowed by a grant')).toBeVisible();
  await expect.element(room().getByText(/has another grantee$/)).toBeVisible();
  await expect.element(room().getByText(/has another operation$/)).toBeVisible();
  await expect.element(room().getByText(guilty?.grantId ?? '', { exact: true })).toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(button('RevokeGrant'));
  await expect.element(button('444455556666 user/Admin kms:Decrypt: denied')).toBeVisible();
  await expect.element(button('444455556666 user/Admin kms:Encrypt: allowed')).toBeVisible();
  await expect.element(room().getByText('user/Admin of 4444-5555-6666 may not kms:Decrypt')).toBeVisible();
});

test('arrows walk through the matrix, Enter opens a cell', async () => {
  await part(/^Access/);
  const cell = button(new RegExp(`^${account} root kms:Encrypt:`));
  await expect.element(cell).toBeVisible();
  (cell.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowDown}{ArrowRight}{Enter}');
  await expect
    .element(room().getByRole('combobox', { name: 'Action', exact: true }))
    .toHaveValue('kms:Decrypt');
  await expect.element(room().getByText(/^user\/.* may(?: not)? kms:Decrypt$/)).toBeVisible();
});

test('the simulator answers about the text that is not sent yet, mends it in the editor, and nothing is stored', async () => {
  await edit();
  const stored = await policyOf();
  await tool('Try a call');
  await choose('Principal', alice);
  await choose('Action', 'kms:Decrypt');
  await expect.element(room().getByText('user/Alice may not kms:Decrypt')).toBeVisible();
  await userEvent.click(button('Write it into the editor').first());
  await expect.element(room().getByText('user/Alice may kms:Decrypt')).toBeVisible();
  expect(textIn(json)).toContain(alice);
  expect(await policyOf()).toBe(stored);
  expect(await finds()).toEqual([]);
  await userEvent.click(button('PutKeyPolicy'));
  await expect.element(room().getByText('KMS has taken this policy.')).toBeVisible();
  expect(await policyOf()).toContain('user/Alice');
});

test('the context of a call decides: a condition on the encryption context', async () => {
  await edit();
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: alice },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:app': 'pay' } },
      },
    ],
  };
  await userEvent.fill(editorNamed(json), JSON.stringify(policy));
  await tool('Try a call');
  await choose('Principal', alice);
  await expect.element(room().getByText('user/Alice may not kms:Decrypt')).toBeVisible();
  await userEvent.click(page.getByText('With which context'));
  await userEvent.click(button('Add a pair'));
  await userEvent.fill(page.getByLabelText('Encryption context: Key 1'), 'app');
  await userEvent.fill(page.getByLabelText('Encryption context: Value 1'), 'pay');
  await expect.element(room().getByText('user/Alice may kms:Decrypt')).toBeVisible();
  await expect.element(page.getByText('With which context (1 given)')).toBeVisible();
});

test('ABAC is tried: the tags of the caller and of the key as they are, as they might be, and those that a request sends', async () => {
  const call = async (
    service: 'kms' | 'iam',
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ) => {
    const { result } = await api.main.call({ service, operation, input, principal: admin, region });
    if (!result.ok) throw new Error(`${operation}: ${result.refusal.message}`);
  };
  await call('iam', 'TagUser', { UserName: 'Alice', Tags: [{ Key: 'team', Value: 'red' }] });
  await call('kms', 'TagResource', { KeyId: key, Tags: [{ TagKey: 'team', TagValue: 'blue' }] });
  const own = { Sid: 'Own', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` } };
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { ...own, Action: 'kms:*', Resource: '*' },
      {
        Sid: 'SameTeam',
        Effect: 'Allow',
        Principal: { AWS: alice },
        Action: ['kms:Decrypt', 'kms:TagResource'],
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } },
      },
      {
        Sid: 'NoOtherTeam',
        Effect: 'Deny',
        Principal: { AWS: alice },
        Action: 'kms:TagResource',
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:RequestTag/team': '${aws:PrincipalTag/team}' } },
      },
    ],
  });
  await call('kms', 'PutKeyPolicy', { KeyId: key, Policy });
  await part(/^Access/);
  await userEvent.click(button(`${account} user/Alice kms:Decrypt: denied`));
  const answer = (text: string) => expect.element(room().getByText(text).first()).toBeVisible();
  await answer('user/Alice may not kms:Decrypt');
  await userEvent.click(page.getByText('With which context'));
  await expect.element(room().getByText('team = red')).toBeVisible();
  await expect.element(room().getByText('team = blue')).toBeVisible();
  await expect.element(room().getByText(/^Decrypt sends no tags; TagResource/)).toBeVisible();

  const caller = 'Tags of the caller, aws:PrincipalTag';
  await userEvent.click(button(`Try others: ${caller}`));
  await userEvent.fill(room().getByLabelText(`${caller}: Value 1`), 'blue');
  await answer('user/Alice may kms:Decrypt');
  await expect.element(page.getByText('With which context (1 given)')).toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(button('As the world has them'));
  await answer('user/Alice may not kms:Decrypt');

  // Without its tag the key is nobody's; with the caller's own it is his.
  const keyTags = 'Tags of the key, aws:ResourceTag';
  await userEvent.click(button(`Try others: ${keyTags}`));
  await userEvent.fill(room().getByLabelText(`${keyTags}: Value 1`), 'red');
  await answer('user/Alice may kms:Decrypt');
  await userEvent.click(
    room().getByRole('group', { name: keyTags }).getByRole('button', { name: 'Remove this row 1' }),
  );
  await answer('user/Alice may not kms:Decrypt');
  await userEvent.click(button('Add a tag'));
  await userEvent.fill(room().getByLabelText(`${keyTags}: Key 1`), 'team');
  await userEvent.fill(room().getByLabelText(`${keyTags}: Value 1`), 'red');

  await choose('Action', 'kms:TagResource');
  const sent = 'Tags in the request, aws:RequestTag and aws:TagKeys';
  await answer('user/Alice may not kms:TagResource');
  await userEvent.click(room().getByRole('group', { name: sent }).getByRole('button', { name: 'Add a tag' }));
  await userEvent.fill(room().getByLabelText(`${sent}: Key 1`), 'team');
  await userEvent.fill(room().getByLabelText(`${sent}: Value 1`), 'red');
  await answer('user/Alice may kms:TagResource');
  // Nothing of it has happened.
  expect((await api.main.key(key))?.tags).toMatchObject([{ TagKey: 'team', TagValue: 'blue' }]);
});

test('a policy begins from a template, its finding is mended, and changed cells are told before it is sent', async () => {
  await edit();
  await userEvent.click(page.getByText('Begin from a template'));
  await expect.element(page.getByText('locks out').first()).toBeVisible();
  await userEvent.click(button('Another account'));
  await expect.element(page.getByText(/^\d+ cells of the matrix change:/)).toBeVisible();
  const text = textIn(json);
  await userEvent.fill(editorNamed(json), text.replace('"kms:Encrypt"', '"kms:Encript"'));
  await expect
    .element(
      room()
        .getByText(/KMS has no action kms:Encript\. Did you mean kms:Encrypt\?/)
        .first(),
    )
    .toBeVisible();
  await userEvent.click(button('Mend it').first());
  await editorHas(json, text);
  // A changed cell opens in the simulator, over the same text.
  await userEvent.click(
    room()
      .getByRole('button', { name: /Decrypt: denied → allowed$/ })
      .first(),
  );
  await expect.element(room().getByText(/ may kms:Decrypt$/)).toBeVisible();
  expect(await finds()).toEqual([]);
});

test('two versions are held against each other as text and as cells, and an old one is taken up again', async () => {
  const first = await policyOf();
  const second = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Admin', Effect: 'Allow', Principal: { AWS: admin }, Action: 'kms:*', Resource: '*' },
      { Sid: 'Use', Effect: 'Allow', Principal: { AWS: alice }, Action: 'kms:Decrypt', Resource: '*' },
    ],
  });
  await api.main.call({
    operation: 'PutKeyPolicy',
    input: { KeyId: key, Policy: second },
    principal: admin,
    region,
  });
  await edit();
  const from = room().getByRole('combobox', { name: 'From', exact: true });
  await expect.element(from.getByRole('option', { name: /^CreateKey, 2026-11-18/ })).toBeInTheDocument();
  await userEvent.selectOptions(from, 'CreateKey, 2026-11-18 09:00:00 UTC');
  await userEvent.selectOptions(
    room().getByRole('combobox', { name: 'To', exact: true }),
    'the stored policy',
  );
  await expect.element(room().getByRole('cell', { name: /in: .*user\/Alice/ })).toBeVisible();
  await expect
    .element(room().getByRole('button', { name: 'user/Alice kms:Decrypt: denied → allowed' }))
    .toBeVisible();

  await userEvent.selectOptions(from, 'the text above');
  await userEvent.selectOptions(
    room().getByRole('combobox', { name: 'To', exact: true }),
    'CreateKey, 2026-11-18 09:00:00 UTC',
  );
  await userEvent.click(button(/^Edit CreateKey, /));
  await expect.poll(() => JSON.parse(textIn(json)) as unknown).toEqual(JSON.parse(first));
});

test('a policy that locks its owner out is refused with the exact sentence, at its place in the text and at the stage', async () => {
  await edit();
  await userEvent.fill(editorNamed(json), '{"Version": "2012-10-17",}');
  await expect
    .element(page.getByText('Not JSON yet, line 1, column 25: a comma may not stand before the end.'))
    .toBeVisible();
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: alice }, Action: 'kms:Encrypt', Resource: '*' }],
  };
  const text = JSON.stringify(policy);
  await userEvent.fill(editorNamed(json), text);
  await userEvent.click(button('PutKeyPolicy'));
  const sentence = 'The new key policy will not allow you to update the key policy in the future.';
  await expect
    .element(page.getByRole('form', { name: 'Key policy' }).getByText(sentence, { exact: true }))
    .toBeVisible();
  await expect
    .element(page.getByRole('complementary', { name: 'What happened' }).getByText(sentence))
    .toBeVisible();
  await expect.element(page.getByRole('list', { name: /finding/ })).toHaveTextContent(`KMS: ${sentence}`);
  // The editor keeps what was typed; the key keeps the policy that it had.
  await editorHas(json, text);
  await part(/^Overview/);
  await expect.element(page.getByText('delegates to IAM in this account')).toBeVisible();
  // What was being written is still there for whoever comes back.
  await part(/^Policy/);
  await editorHas(json, text);
  await userEvent.click(button('Take back'));
  await expect.element(room().getByText('As KMS has it.')).toBeVisible();
});

test.each([320, 360])(
  'at %i px nothing scrolls sideways and axe finds nothing, in both themes',
  async (width) => {
    await page.viewport(width, 740);
    await userEvent.click(page.getByRole('tab', { name: 'Key', exact: true }));
    document.documentElement.dataset['motion'] = 'reduced';
    for (const theme of ['light', 'dark'] as const) {
      document.documentElement.dataset['theme'] = theme;
      await edit();
      for (const name of ['What it changes', 'Try a call']) {
        await tool(name);
        if (name === 'Try a call') {
          await choose('Principal', alice);
          await expect.element(room().getByText('user/Alice may not kms:Decrypt')).toBeVisible();
        }
        expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
        expect(await finds()).toEqual([]);
      }
      await part(/^Overview/);
    }
    delete document.documentElement.dataset['motion'];
  },
  60_000,
);
