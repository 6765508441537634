import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../client/index.ts';
import type { Region } from '../../engine/index.ts';
import { editorOpens, hasFocus } from '../editor/code.fixture.ts';
import { mountApp } from '../index.ts';
import { atRest } from '../../../test/support/atRest.ts';

/** The real page on the real engine, in memory: what a person does, by role and keyboard. */
let api: LabApi;
let unmount: () => Promise<void>;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '#/lab';
  await page.viewport(1440, 900);
  api = await openLab({ store: 'memory', genesis: { seed: 'lab screen', now: '2026-11-18T09:00:00Z' } });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  await expect.element(page.getByRole('region', { name: 'Keys' })).toBeVisible();
});
afterEach(async () => {
  await unmount();
  await api.main.close();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const said = () => page.getByRole('status').first();

async function createKey(alias: string): Promise<void> {
  await userEvent.click(button('Create'));
  await userEvent.fill(page.getByRole('textbox', { name: 'Alias name' }), alias);
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('heading', { name: `alias/${alias}` })).toBeVisible();
}
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('an empty world says so and offers one thing to do', async () => {
  await expect.element(page.getByText('1111-2222-3333 has no KMS key in us-east-1 yet.')).toBeVisible();
  expect(button('Create a key').elements().length).toBeGreaterThan(0);
  expect(await finds()).toEqual([]);
});

test('a key is created by keyboard alone, with alias and tag, and its call is announced', async () => {
  button('Create').element().focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('dialog', { name: 'Create a KMS key' })).toBeVisible();
  await expect.element(page.getByRole('textbox', { name: 'Alias name' })).toHaveFocus();
  await userEvent.keyboard('payroll');
  button('Add tag').element().focus();
  await userEvent.keyboard('{Enter}');
  await userEvent.fill(page.getByRole('textbox', { name: 'Tags: Tag key 1' }), 'team');
  await userEvent.fill(page.getByRole('textbox', { name: 'Tags: Tag value 1' }), 'people');
  await userEvent.keyboard('{Enter}');

  await expect.element(page.getByRole('heading', { name: 'alias/payroll' })).toBeVisible();
  await expect.element(page.getByText('team = people')).toBeVisible();
  await expect.element(said()).toHaveTextContent('CreateAlias was served.');
  expect(page.getByRole('dialog').elements()).toEqual([]);
});

test('dialogs and editors give the focus back', async () => {
  await createKey('payroll');
  await expect.element(button('Create')).toHaveFocus();
  await userEvent.click(button('ScheduleKeyDeletion…'));
  await userEvent.keyboard('{Escape}');
  await expect.element(button('ScheduleKeyDeletion…')).toHaveFocus();
  await userEvent.click(button('DisableKey'));
  await expect.element(page.getByRole('img', { name: /Now Disabled/ })).toBeVisible();
  await expect
    .element(page.getByRole('region', { name: 'Key states' }).getByRole('button', { name: 'DisableKey' }))
    .toHaveFocus();
  await userEvent.click(button('Edit: Key policy'));
  await editorOpens('Policy as JSON');
  await expect.poll(() => hasFocus('Policy as JSON')).toBe(true);
  await userEvent.click(page.getByRole('tab', { name: 'Overview' }));
  await userEvent.click(button('+ 1 day'));
  await expect.element(page.getByText('2026-11-19 09:00:00 UTC').first()).toBeVisible();
  await expect.element(button('+ 1 day')).toHaveFocus();
  await userEvent.click(button('DeleteAlias alias/payroll'));
  await expect.element(button('Create alias')).toHaveFocus();
});

test('a list of keys that is longer than a page is walked by the arrows', async () => {
  const principal = (await api.main.principals()).find((p) => p.policies.length > 0)?.rec.arn;
  if (!principal) throw new Error('the default world has no administrator');
  for (let n = 0; n < 60; n++)
    await api.main.call({ operation: 'CreateKey', input: {}, principal, region: 'us-east-1' as Region });
  const list = page.getByRole('region', { name: 'Keys' });
  await expect.element(list.getByRole('heading')).toHaveTextContent(/^Keys\s+60/);
  list.element().querySelector<HTMLElement>('button.row[tabindex="0"]')?.focus();
  await userEvent.keyboard('{End}');
  const at = (): string | undefined => (document.activeElement as HTMLElement | null)?.dataset['n'];
  await expect.poll(at).toBe('59');
  await userEvent.keyboard('{ArrowUp}');
  await expect.poll(at).toBe('58');
  await expect.poll(() => document.activeElement?.classList.contains('blank')).toBe(false);
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => document.activeElement?.getAttribute('aria-current')).toBe('true');
});

test('an alias that AWS refuses keeps the key and shows the exact sentence in the dialog', async () => {
  await createKey('payroll');
  await userEvent.click(button('Create'));
  await userEvent.fill(page.getByRole('textbox', { name: 'Alias name' }), 'aws/mine');
  await userEvent.click(button('Create the key'));
  const dialog = page.getByRole('dialog', { name: 'Create a KMS key' });
  await expect.element(dialog.getByText('NotAuthorizedException')).toBeVisible();
  await expect.element(dialog.getByText('The key was made; its alias was not.')).toBeVisible();
  await userEvent.fill(page.getByRole('textbox', { name: 'Alias name' }), 'mine');
  await userEvent.click(button('Create the alias'));
  await expect.element(page.getByRole('heading', { name: 'alias/mine' })).toBeVisible();
});

test('the chart disables the key, shows the way back, and says why a shut way is shut', async () => {
  await createKey('payroll');
  await userEvent.click(button('DisableKey'));
  await expect
    .element(
      page.getByRole('img', { name: 'Key states. Now Disabled. Possible: EnableKey, ScheduleKeyDeletion.' }),
    )
    .toBeVisible();
  await expect.element(said()).toHaveTextContent('DisableKey was served.');

  await userEvent.click(button(/^CancelKeyDeletion/));
  await expect.element(page.getByText('KMSInvalidStateException', { exact: true })).toBeVisible();
  await expect
    .element(page.getByRole('region', { name: 'Key states' }).getByText(/is not pending deletion\.$/))
    .toBeVisible();
  await expect
    .element(said())
    .toHaveTextContent(/^CancelKeyDeletion is not possible now\..*is not pending deletion\.$/);

  await userEvent.click(button('As list'));
  await expect.element(page.getByText('leads to Enabled')).toBeVisible();
  expect(await finds()).toEqual([]);
});

test('the clock goes to the deletion date, and the key is gone', async () => {
  await createKey('archive');
  await userEvent.click(button('ScheduleKeyDeletion…'));
  const dialog = page.getByRole('dialog', { name: 'Schedule the deletion of alias/archive' });
  await userEvent.fill(dialog.getByRole('spinbutton'), '3');
  await userEvent.keyboard('{Enter}');
  await expect.element(dialog.getByText('ValidationException')).toBeVisible();
  await userEvent.fill(dialog.getByRole('spinbutton'), '7');
  await expect.element(dialog.getByText('The key would be deleted on 2026-11-25.')).toBeVisible();
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByRole('img', { name: /Now PendingDeletion\. Possible: CancelKeyDeletion\./ }))
    .toBeVisible();

  await userEvent.click(button(/^Next due/));
  await expect.element(page.getByText('This key is deleted.')).toBeVisible();
  await expect.element(page.getByRole('row', { name: /DeleteKey AWS KMS/ })).toBeVisible();
  await expect.element(page.getByText('2026-11-25 09:00:00 UTC').first()).toBeVisible();
});

test('what is encrypted is dissected, carried to Decrypt and opened; another context is refused', async () => {
  await createKey('payroll');
  await userEvent.click(button('Call this key'));
  await userEvent.fill(page.getByRole('textbox', { name: 'Plaintext' }), 'Wages');
  await userEvent.click(button('Add a pair'));
  await userEvent.fill(page.getByRole('textbox', { name: 'EncryptionContext: Name 1' }), 'app');
  await userEvent.fill(page.getByRole('textbox', { name: 'EncryptionContext: Value 1' }), 'payroll');
  const send = (operation: string) =>
    page
      .getByRole('region', { name: 'Key', exact: true })
      .getByRole('button', { name: operation, exact: true });
  await userEvent.click(send('Encrypt'));

  // The fields tile the blob: their lengths add up to it.
  await expect.element(page.getByRole('radio', { name: /key material identifier 32/ })).toBeVisible();
  const fields = page.getByRole('radiogroup', { name: 'Fields of the blob' }).getByRole('radio').elements();
  const sum = fields.reduce((n, f) => n + Number(/(\d+)\s*$/.exec(f.textContent)?.[1]), 0);
  await expect.element(page.getByText(`${sum} B`, { exact: true })).toBeVisible();

  await userEvent.click(button('Decrypt this'));
  await userEvent.click(send('Decrypt'));
  await expect.element(page.getByText('Wages', { exact: true })).toBeVisible();

  await userEvent.fill(page.getByRole('textbox', { name: 'EncryptionContext: Value 1' }), 'holiday');
  await userEvent.click(send('Decrypt'));
  await expect.element(page.getByText('InvalidCiphertextException').first()).toBeVisible();
  await expect
    .element(page.getByText('the tag does not agree: other context, other key, or changed bytes'))
    .toBeVisible();
});

test('somebody else is refused at the gate that did not allow it; the switch works by keyboard', async () => {
  await createKey('payroll');
  button(/^Act as/)
    .element()
    .focus();
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByRole('listbox', { name: 'Principal' }).getByRole('option', { selected: true }))
    .toHaveFocus();
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await expect.element(said()).toHaveTextContent('Acting as user/Alice.');
  await userEvent.click(button('DisableKey'));
  const what = page.getByRole('complementary', { name: 'What happened' });
  await expect.element(what.getByText(/not authorized to perform: kms:DisableKey/)).toBeVisible();
  await expect.element(what.getByText('denied: the identity policy does not allow it')).toBeVisible();
  await userEvent.click(what.getByRole('tab', { name: 'As table' }));
  await expect.element(what.getByRole('row', { name: /^Authorize stopped/ })).toBeVisible();
  await expect.element(what.getByRole('row', { name: /^Key state not reached/ })).toBeVisible();
  await userEvent.click(what.getByRole('tab', { name: 'CloudTrail record' }));
  await expect.element(what.getByText(/"eventName": "DisableKey"/)).toBeVisible();
});

test.each([320, 360, 768, 1024, 1440])(
  'at %i px nothing scrolls sideways and axe finds nothing, in both themes',
  async (width) => {
    await createKey('payroll');
    await page.viewport(width, 740);
    // Else axe meets a colour on its way from one theme to the other.
    document.documentElement.dataset['motion'] = 'reduced';
    for (const theme of ['light', 'dark'] as const) {
      document.documentElement.dataset['theme'] = theme;
      await expect.poll(() => document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
      expect(await finds()).toEqual([]);
    }
    delete document.documentElement.dataset['theme'];
    delete document.documentElement.dataset['motion'];
  },
);

test('theme and motion are chosen once and kept', async () => {
  await userEvent.click(button('Theme and motion'));
  await userEvent.click(page.getByRole('radio', { name: 'Dark' }));
  await userEvent.click(page.getByRole('radio', { name: 'On' }));
  expect(document.documentElement.dataset).toMatchObject({ theme: 'dark', motion: 'reduced' });
  expect(getComputedStyle(document.documentElement).getPropertyValue('--d-panel')).toBe('0ms');
  expect(localStorage.getItem('kms-lab.theme')).toBe('dark');
  await userEvent.click(page.getByRole('radio', { name: 'System' }).first());
  await userEvent.click(page.getByRole('radio', { name: 'System' }).last());
  expect({ ...document.documentElement.dataset }).toEqual({});
});
