import { cleanup, render } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import '../tokens.css';
import '../base.css';
import { editorHas, editorNamed, editorOpens, hasFocus, textIn } from './code.fixture.ts';
import type { DocumentKind, PolicyFacts } from './facts.ts';
import PolicyEditor from './PolicyEditor.svelte';
import { atRest } from '../../../test/support/atRest.ts';

/** The editor of policies by itself: both views, what is said about places, and the keyboard. */
const account = '111122223333';
const alice = `arn:aws:iam::${account}:user/Alice`;
const facts: PolicyFacts = {
  account,
  region: 'us-east-1',
  principals: [alice, `arn:aws:iam::${account}:role/App`],
  accounts: [account, '444455556666'],
  keys: [],
};
const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
    {
      Sid: 'Use',
      Effect: 'Allow',
      Principal: { AWS: [alice] },
      Action: ['kms:Encrypt', 'kms:Decrypt'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:EncryptionContext:app': 'pay' } },
    },
  ],
};
const start = JSON.stringify(policy, undefined, 2);
const label = 'Policy';
let text: string;

beforeEach(async () => {
  await page.viewport(1200, 1400);
});
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  delete document.documentElement.dataset['theme'];
});

async function open(written = start, kind: DocumentKind = 'key', more: object = {}): Promise<void> {
  text = written;
  const target = document.body.appendChild(document.createElement('main'));
  const onchange = (next: string): void => {
    text = next;
    void shown.rerender({ value: next });
  };
  const shown = render(PolicyEditor, {
    target,
    props: { value: written, kind, label, facts, onchange, ...more },
  });
  await editorOpens(label);
}
const view = (name: string) => userEvent.click(page.getByText(name, { exact: true }));
const field = (name: string | RegExp) =>
  page.getByRole('combobox', { name, exact: typeof name === 'string' });
const statement = (name: string) => page.getByRole('region', { name, exact: true });
async function put(name: string, value: string): Promise<void> {
  await userEvent.fill(field(name), value);
  await userEvent.keyboard('{Enter}');
}
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('a policy edited in both views stays equal, and nothing that was not touched moves', async () => {
  await open();
  await view('Side by side');
  await editorHas(label, start);
  // The form writes, the text follows.
  const use = statement('Use');
  await userEvent.selectOptions(use.getByRole('combobox', { name: 'Effect' }), 'Deny');
  await userEvent.click(use.getByRole('button', { name: 'Add to Action' }));
  await put('Action 3', 'kms:Sign');
  await expect.poll(() => text).toContain('"kms:Sign"');
  expect(JSON.parse(text)).toEqual({
    ...policy,
    Statement: [
      policy.Statement[0],
      { ...policy.Statement[1], Effect: 'Deny', Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:Sign'] },
    ],
  });
  await editorHas(label, text);
  // The text is typed into, the form follows.
  await userEvent.fill(editorNamed(label), text.replace('"Use"', '"Never"').replace('pay', 'hr'));
  await expect.element(statement('Never')).toBeVisible();
  await expect.element(field('Condition 1: Value 1')).toHaveValue('hr');
  await editorHas(label, text);
  // One history for both: undoing twice takes back what was typed, then what the form did last.
  await userEvent.click(editorNamed(label));
  await userEvent.keyboard('{Control>}z{/Control}');
  await expect.element(statement('Use')).toBeVisible();
  await expect.poll(() => text).toContain('"pay"');
});

test('statements are added, duplicated, moved and removed; a condition is written when it has a value', async () => {
  await open();
  await view('Statements');
  await userEvent.click(page.getByRole('button', { name: 'Duplicate: Use' }));
  const statements = () =>
    (JSON.parse(text) as { Statement: { Sid?: string; Condition?: object }[] }).Statement;
  expect(statements().map(({ Sid }) => Sid)).toEqual(['Enable IAM User Permissions', 'Use', 'Use']);
  await userEvent.click(page.getByRole('button', { name: 'Move up: Use' }).first());
  expect(statements().map(({ Sid }) => Sid)).toEqual(['Use', 'Enable IAM User Permissions', 'Use']);
  await userEvent.click(page.getByRole('button', { name: 'Remove: Use' }).first());
  await userEvent.click(page.getByRole('button', { name: 'Remove: Use' }));
  expect(statements()).toEqual([policy.Statement[0]]);

  await userEvent.click(page.getByRole('button', { name: 'Condition', exact: true }));
  await put('Condition 1: Operator', 'Bool');
  await put('Condition 1: Condition key', 'kms:MultiRegion');
  expect(statements()).toEqual([policy.Statement[0]]);
  await put('Condition 1: Value 1', 'true');
  expect(statements()[0]?.Condition).toEqual({ Bool: { 'kms:MultiRegion': 'true' } });
  await userEvent.click(page.getByRole('button', { name: 'Remove condition 1' }));
  expect(JSON.parse(text)).toEqual({ ...policy, Statement: [policy.Statement[0]] });
});

test('what is wrong is shown at its place, listed beside it, and mended from there', async () => {
  await open(start.replace('"kms:Encrypt"', '"kms:Encript"'));
  const mistake = editorNamed(label).getByText('"kms:Encript"');
  await expect
    .poll(
      () =>
        mistake.element().closest('.cm-lintRange-error') ??
        mistake.element().querySelector('.cm-lintRange-error'),
    )
    .not.toBeNull();
  const list = page.getByRole('list', { name: /finding/ });
  await expect.element(list).toHaveTextContent('KMS has no action kms:Encript. Did you mean kms:Encrypt?');
  await userEvent.click(list.getByRole('button', { name: '22:9, show in the text' }));
  expect(hasFocus(label)).toBe(true);
  await userEvent.click(page.getByRole('button', { name: 'Mend it' }));
  await expect.poll(() => text).toBe(start);
  await editorHas(label, start);
});

test('a text that is no JSON says so in both views, with the place', async () => {
  await open('{\n  "Version": "2012-10-17",\n}');
  await view('Statements');
  await expect
    .element(page.getByText('The statements cannot be shown while the text is not JSON.'))
    .toBeVisible();
  await userEvent.click(page.getByRole('button', { name: 'Show in the text', exact: true }));
  await expect.element(editorNamed(label)).toBeVisible();
  await expect.poll(() => hasFocus(label)).toBe(true);
  await expect
    .element(page.getByText('Not JSON yet, line 2, column 26: a comma may not stand before the end.').first())
    .toBeVisible();
});

test('completion by keyboard: an element, an action, a principal of this world; Tab leaves', async () => {
  await open('{"Statement": [{}]}', 'key', { autofocus: true });
  await expect.poll(() => hasFocus(label)).toBe(true);
  const list = page.getByRole('listbox', { name: 'Completions' });
  await userEvent.keyboard('{Control>}{End}{/Control}{ArrowLeft}{ArrowLeft}{ArrowLeft}');
  await userEvent.keyboard('{Control>} {/Control}');
  await expect.element(list.getByRole('option', { name: /^Principal/ })).toBeVisible();
  await userEvent.keyboard('Act');
  await expect
    .element(list.getByRole('option', { name: /^Action/ }))
    .toHaveAttribute('aria-selected', 'true');
  // A completion is not taken in the first moments, so that nobody takes one unseen.
  await new Promise((go) => setTimeout(go, 120));
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => text).toBe('{"Statement": [{"Action": }]}');
  await userEvent.keyboard('"kms:GenerateDataKeyPairW');
  await expect.element(list.getByRole('option').first()).toBeVisible();
  await new Promise((go) => setTimeout(go, 120));
  await userEvent.keyboard('{Enter}');
  await expect
    .poll(() => text)
    .toBe('{"Statement": [{"Action": "kms:GenerateDataKeyPairWithoutPlaintext"}]}');
  await userEvent.keyboard('{Escape}{Tab}');
  await expect.poll(() => hasFocus(label)).toBe(false);
  expect(textIn(label)).toBe(text);
});

test('asked at a misspelt action, the list shows what there is', async () => {
  await open(start.replace('"kms:*"', '"kms:Encript"'));
  await userEvent.click(editorNamed(label).getByText('"kms:Encript"'));
  await userEvent.keyboard('{Control>} {/Control}');
  const list = page.getByRole('listbox', { name: 'Completions' });
  await expect.element(list.getByRole('option', { name: /^kms:Encrypt/ })).toBeInTheDocument();
});

test('the form completes by keyboard too', async () => {
  await open();
  await view('Statements');
  await userEvent.click(statement('Use').getByRole('button', { name: 'Add to Principal AWS' }));
  await userEvent.keyboard('role');
  await expect.element(page.getByRole('option', { name: /role\/App/ })).toBeVisible();
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await expect.poll(() => text).toContain(`"arn:aws:iam::${account}:role/App"`);
});

test('what may only be read can only be read', async () => {
  await open(start, 'key', { readonly: true });
  await userEvent.click(editorNamed(label));
  await userEvent.keyboard('x');
  expect(textIn(label)).toBe(start);
  await expect.element(editorNamed(label)).toHaveAttribute('aria-readonly', 'true');
  await view('Statements');
  expect(page.getByRole('button', { name: /^(Add|Remove|Move|Duplicate)/ }).elements()).toEqual([]);
});

test.each(['light', 'dark'] as const)('axe finds nothing in the %s theme, also at 360 px', async (theme) => {
  document.documentElement.dataset['theme'] = theme;
  for (const width of [1200, 360]) {
    await page.viewport(width, 900);
    await open(start.replace('"kms:Encrypt"', '"kms:Encript"'));
    await expect.element(page.getByRole('button', { name: 'Mend it' })).toBeVisible();
    expect(await finds()).toEqual([]);
    await view('Statements');
    await expect.element(statement('Use')).toBeVisible();
    expect(await finds()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    cleanup();
  }
});
