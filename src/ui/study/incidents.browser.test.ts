import axe from 'axe-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { cleanup, render } from 'vitest-browser-svelte';
import '../tokens.css';
import '../base.css';
import { openLab, type LocalLab } from '../../client/index.ts';
import Sprite from '../glyphs/Sprite.svelte';
import { Preferences } from '../state/prefs.svelte.ts';
import LabRoom from './LabRoom.svelte';
import { forgetStudy, openStudy } from './study.svelte.ts';

/* Incidents, found in the trail on the screen and mended by the forms on the screen. */

let lab: LocalLab;
beforeEach(async () => {
  lab = await openLab({ store: 'memory' });
  await (await openStudy()).clear();
});
afterEach(async () => {
  await cleanup();
  forgetStudy();
  await lab.main.close();
});

async function open(name: string, width = 1440, height = 900): Promise<void> {
  await page.viewport(width, height);
  render(Sprite);
  render(LabRoom, {
    lab: { api: lab, say: () => undefined, fault: undefined, prefs: new Preferences() },
    study: await openStudy(),
    name,
  });
  await expect.element(page.getByText('not met').first()).toBeVisible();
}

interface Row {
  readonly event: string;
  readonly by: string;
  readonly from: string;
  readonly result: string;
  readonly rest: string;
}
/** The trail as it stands on the screen, newest first. */
const rows = (): readonly Row[] =>
  [...document.querySelectorAll('.evidence tbody tr')].map((row) => {
    const [, event = '', by = '', from = '', result = '', ...rest] = [...row.querySelectorAll('td')].map(
      (cell) => cell.innerText.trim(),
    );
    return { event, by, from, result, rest: rest.join(' ') };
  });
const found = (row: Row | undefined): Row => {
  if (!row) throw new Error('the trail does not show it');
  return row;
};

async function choose(operation: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Operation' }).selectOptions(operation);
}
const send = (operation: string): Promise<void> =>
  page.getByRole('button', { name: operation, exact: true }).click();

/** Adds a statement to the policy that the form begins with, and takes one away. */
async function deny(statement: Readonly<Record<string, unknown>>, without?: string): Promise<void> {
  await choose('PutKeyPolicy');
  const field = page.getByRole('textbox', { name: /^Policy\b(?!Name)/ }).first();
  await expect.element(field).toHaveValue(expect.stringContaining('"Statement"'));
  const box = field.element();
  if (!(box instanceof HTMLTextAreaElement)) throw new Error('no policy to begin with');
  const { Statement, ...rest } = JSON.parse(box.value) as { readonly Statement: readonly { Sid?: string }[] };
  const kept = Statement.filter(({ Sid }) => without === undefined || Sid !== without);
  await field.fill(
    JSON.stringify({ ...rest, Statement: [...kept, { Effect: 'Deny', Resource: '*', ...statement }] }),
  );
  await send('PutKeyPolicy');
}
const solved = () => expect.element(page.getByRole('heading', { name: 'Solved.' })).toBeVisible();

it('a key disabled by mistake: the last change before the first refusal says which key and who', async () => {
  await open('labs/shop-without-its-key');
  const trail = rows();
  const first = trail.findLastIndex(({ result }) => result.includes('DisabledException'));
  const cause = found(trail.slice(first).find(({ event }) => event === 'DisableKey'));
  expect(cause.by).toBe('user/carol');
  const key = cause.rest.slice(0, 8);
  await page.getByRole('combobox', { name: /^Key\b(?! ?Id)/ }).selectOptions(`${key}, Disabled`);
  await choose('EnableKey');
  await send('EnableKey');
  await expect.element(page.getByRole('combobox', { name: /^Key\b/ })).toHaveTextContent(`${key}, Enabled`);
  await deny({ Principal: { AWS: 'arn:aws:iam::111122223333:user/carol' }, Action: 'kms:DisableKey' });
  await solved();
});

it('a stolen session: its address gives it away, and a date denies it', async () => {
  await open('labs/stolen-session');
  const decrypts = rows().filter(({ event }) => event === 'Decrypt');
  const session = found(decrypts.find(({ from }) => from === '203.0.113.77')).by;
  expect(session).toBe('assumed-role/reports/nightly');
  await deny({
    Principal: { AWS: 'arn:aws:iam::111122223333:role/reports' },
    Action: 'kms:*',
    Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-11-24T11:30:00Z' } },
  });
  await solved();
});

it('material that expired: of two envelopes one holds the same', async () => {
  await open('labs/records-without-material');
  expect(rows().map(({ event }) => event)).toContain('DeleteExpiredKeyMaterial');
  await choose('ImportKeyMaterial');
  await page.getByRole('combobox', { name: 'ExpirationModel' }).selectOptions('KEY_MATERIAL_DOES_NOT_EXPIRE');
  const take = async (name: string): Promise<void> => {
    const boxes = page.getByRole('combobox', { name: 'From an answer…' });
    const material = [...document.querySelectorAll('textarea')].findIndex(({ value }) => value === '');
    await boxes.nth(Math.max(0, material)).selectOptions(`${name}: EncryptedKeyMaterial, 256 B`);
  };
  await take('sealedA');
  await send('ImportKeyMaterial');
  await expect.element(page.getByText('IncorrectKeyMaterialException').first()).toBeVisible();
  await choose('DescribeKey');
  await choose('ImportKeyMaterial');
  await page.getByRole('combobox', { name: 'ExpirationModel' }).selectOptions('KEY_MATERIAL_DOES_NOT_EXPIRE');
  await take('sealedB');
  await send('ImportKeyMaterial');
  await solved();
});

it('a key pending deletion that is needed once a month', async () => {
  await open('labs/three-days-left');
  const refused = found(rows().find(({ result }) => result.includes('KMSInvalidStateException')));
  const key = refused.rest.slice(0, 8);
  await page.getByRole('combobox', { name: /^Key\b(?! ?Id)/ }).selectOptions(`${key}, PendingDeletion`);
  for (const operation of ['CancelKeyDeletion', 'EnableKey']) {
    await choose(operation);
    await send(operation);
    await expect.poll(() => rows()[0]?.event).toBe(operation);
  }
  await expect.element(page.getByRole('combobox', { name: /^Key\b/ })).toHaveTextContent(`${key}, Enabled`);
  await deny({
    Principal: { AWS: 'arn:aws:iam::111122223333:user/cleaner' },
    Action: 'kms:ScheduleKeyDeletion',
  });
  await solved();
});

it('a grant to herself: revoked, and not to be made again', async () => {
  await open('labs/granted-to-herself');
  const cause = found(rows().find(({ event }) => event === 'CreateGrant'));
  expect(cause.by).toBe('user/Mallory');
  await choose('ListGrants');
  await send('ListGrants');
  await expect.poll(() => rows()[0]?.event).toBe('ListGrants');
  const answer = page.getByLabelText('The answer');
  await expect.element(answer).toHaveTextContent('user/Mallory');
  const { Grants } = JSON.parse(answer.element().textContent) as {
    readonly Grants: readonly { readonly GrantId: string }[];
  };
  await choose('RevokeGrant');
  await page.getByRole('combobox', { name: /^GrantId/ }).fill(Grants[0]?.GrantId ?? '');
  await send('RevokeGrant');
  await expect.poll(() => rows()[0]?.event).toBe('RevokeGrant');
  await deny({ Principal: { AWS: 'arn:aws:iam::111122223333:user/Mallory' }, Action: 'kms:CreateGrant' });
  await solved();
});

it('a policy for everybody: put back without its statement', async () => {
  await open('labs/open-to-everybody');
  expect(found(rows().find(({ event }) => event === 'PutKeyPolicy')).by).toBe('user/Dave');
  await deny(
    { Principal: { AWS: 'arn:aws:iam::111122223333:user/Dave' }, Action: 'kms:PutKeyPolicy' },
    'JustMakeItWork',
  );
  await solved();
});

it('is accessible, and nothing is wider than a small phone', async () => {
  await open('labs/open-to-everybody', 320, 640);
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
});
