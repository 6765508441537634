import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../client/index.ts';
import type { PrincipalArn, Region } from '../../engine/index.ts';
import { mountApp } from '../index.ts';
import { atRest } from '../../../test/support/atRest.ts';

/** The stage on the real engine, in memory: what a person does, by role and keyboard. */
let api: LabApi;
let unmount: () => Promise<void>;

const admin = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const region = 'us-east-1' as Region;

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const sentence = () => page.getByRole('region', { name: 'The scene' });
const said = () => page.getByRole('status').first();
const row = (name: string) => page.getByRole('row', { name });

async function makeKey(): Promise<void> {
  const call = (operation: string, input: Record<string, unknown>) =>
    api.main.call({ operation, input, principal: admin, region });
  const { result } = await call('CreateKey', {});
  if (!result.ok) throw new Error(result.refusal.refused);
  const { KeyId } = result.output['KeyMetadata'] as { KeyId: string };
  await call('CreateAlias', { AliasName: 'alias/payroll', TargetKeyId: KeyId });
}
async function mount(): Promise<void> {
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  await expect.element(page.getByRole('tab', { name: 'Prepare' })).toBeVisible();
}
/** The next beat, when it has become the current one. */
async function next(title: string): Promise<void> {
  await expect.element(button('Next beat'), { timeout: 10_000 }).toHaveAttribute('aria-disabled', 'false');
  await userEvent.keyboard('{ArrowRight}');
  await expect
    .element(
      page
        .getByRole('listitem')
        .filter({ has: button(new RegExp(`^${title}`)) })
        .first(),
    )
    .toHaveAttribute('aria-current', 'step');
}
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
async function findsInBothThemes(): Promise<void> {
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset['theme'] = theme;
    // Contrast is measured at rest: colours of controls cross over.
    await new Promise((done) => setTimeout(done, 50));
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    expect(await finds(), theme).toEqual([]);
  }
  delete document.documentElement.dataset['theme'];
}

const encryptTitles = [
  'Ask for a data key',
  'Pass the gates',
  'Make and wrap',
  'Return both copies',
  'Encrypt the file',
  'Erase the data key',
  'Store side by side',
  'Check',
];
const decryptTitles = [
  'Take the object',
  'Ask KMS to unwrap',
  'Pass the gates',
  'Open the wrapped key',
  'Return the data key',
  'Decrypt the file',
  'Erase the data key',
  'Compare',
];
async function encryptAll(): Promise<void> {
  for (const title of encryptTitles) await next(title);
  await expect.element(sentence()).toHaveTextContent(/Read back: [\d,.]+ (bytes|MiB)/);
}

beforeEach(async () => {
  localStorage.clear();
  localStorage.setItem('kms-lab.stageSpeed', 'atOnce');
  location.hash = '#/stage/envelope';
  await page.viewport(1440, 900);
  api = await openLab({ store: 'memory', genesis: { seed: 'stage', now: '2026-11-18T09:00:00Z' } });
});
afterEach(async () => {
  await unmount();
  await api.main.close();
});

test('a world without a key offers to make one, and nothing can be played before', async () => {
  await mount();
  await expect.element(page.getByText('No KMS key in us-east-1 yet.')).toBeVisible();
  await expect.element(button('Next beat')).toHaveAttribute('aria-disabled', 'true');
  await userEvent.click(button('Create a key'));
  await expect.element(button('Watch it')).toBeVisible();
  await expect.element(page.getByLabelText('KMS key', { exact: true })).toHaveDisplayValue('alias/stage');
});

test('encryption by keyboard alone: every beat, back again, and what it cost', async () => {
  await makeKey();
  await mount();
  await encryptAll();
  await expect.element(row('Calls to KMS')).toHaveTextContent(/1$/);
  await expect.element(row('Bytes of the file that KMS saw')).toHaveTextContent(/0$/);
  await expect.element(row('Copies of the plaintext data key')).toHaveTextContent(/0$/);
  await expect.element(said()).toHaveTextContent(/Read back/);
  await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}');
  await expect.element(sentence()).toHaveTextContent('The app encrypts note.txt here');
  expect(await api.main.objects()).toHaveLength(1);
});

test('Space plays to the end, ? lists the keys of the page, the stage among them', async () => {
  await makeKey();
  await mount();
  await userEvent.keyboard(' ');
  await expect.element(sentence(), { timeout: 15_000 }).toHaveTextContent(/Read back/);
  await userEvent.keyboard('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect.element(keys).toBeVisible();
  await expect.element(keys).toHaveTextContent(/speaker view/);
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
});

test('the data key can be looked at while it lives, and is gone after its beat', async () => {
  await makeKey();
  await mount();
  for (const title of encryptTitles.slice(0, 4)) await next(title);
  const thing = button('Data key: show what is in it');
  thing.element().focus();
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByRole('group', { name: 'Data key', exact: true }))
    .toHaveTextContent(/^([0-9a-f]{2}\s*){32}$/);
  button('Next beat').element().focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(button('Next beat')).toHaveAttribute('aria-disabled', 'false');
  await expect.element(button('Next beat')).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('tabpanel')).toHaveTextContent('Erased. There is nothing left to show');
  await userEvent.click(button('Wrapped data key: show what is in it'));
  await expect.element(page.getByRole('radio', { name: /key material identifier/ })).toBeVisible();
  await findsInBothThemes();
});

test('after the page is opened anew, a sealed file is there and opens, byte-equal', async () => {
  await makeKey();
  await mount();
  await encryptAll();
  await unmount();
  location.hash = '#/stage/envelope-decrypt';
  await mount();
  await expect.element(page.getByRole('heading', { name: 'Envelope decryption' })).toBeVisible();
  for (const title of decryptTitles) await next(title);
  await expect
    .element(sentence())
    .toHaveTextContent('57 bytes are back, as many as were sealed, with the same SHA-256.');
  await expect.element(row('Bytes of the file that KMS saw')).toHaveTextContent(/0$/);
});

test('DisableKey half-way: Decrypt stops at the key state, with its sentence; enabled again, it goes through', async () => {
  await makeKey();
  await mount();
  await encryptAll();
  await page.getByLabelText('Scene', { exact: true }).selectOptions('envelope-decrypt');
  await next('Take the object');
  await userEvent.click(page.getByRole('tab', { name: 'Break it' }));
  await userEvent.click(button('DisableKey'));
  await expect.element(page.getByText('DisableKey by user/Admin: the key is Disabled')).toBeVisible();
  await next('Ask KMS to unwrap');
  await next('Pass the gates');
  const verdict = page.getByRole('region', { name: 'DisabledException' });
  await expect
    .element(verdict)
    .toHaveTextContent(/arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]+ is disabled\./);
  await expect.element(button('Next beat')).toHaveAttribute('aria-disabled', 'true');
  await findsInBothThemes();
  await userEvent.click(verdict.getByRole('button', { name: /EnableKey/ }));
  await expect.element(page.getByText('EnableKey by user/Admin: the key is Enabled')).toBeVisible();
  await userEvent.click(verdict.getByRole('button', { name: 'Ask again' }));
  for (const title of decryptTitles.slice(2)) await next(title);
  await expect.element(sentence()).toHaveTextContent(/are back/);
});

test('another context and another principal are refused where KMS refuses them', async () => {
  await makeKey();
  await mount();
  await encryptAll();
  await page.getByLabelText('Scene', { exact: true }).selectOptions('envelope-decrypt');
  await next('Take the object');
  await userEvent.click(page.getByRole('tab', { name: 'Break it' }));
  await userEvent.click(button('Wrong context'));
  for (const title of decryptTitles.slice(1, 4)) await next(title);
  await expect.element(page.getByRole('region', { name: 'InvalidCiphertextException' })).toBeVisible();
  await userEvent.selectOptions(page.getByLabelText('Ask as'), 'user/Alice, 111122223333');
  await userEvent.click(button('Ask again').first());
  await next('Pass the gates');
  await expect
    .element(page.getByRole('region', { name: 'AccessDeniedException' }))
    .toHaveTextContent(/user\/Alice is not authorized to perform: kms:Decrypt/);
});

test('the list says what the picture shows; axe finds nothing, at rest and under way', async () => {
  await makeKey();
  await mount();
  await findsInBothThemes();
  for (const title of encryptTitles.slice(0, 5)) await next(title);
  await findsInBothThemes();
  await userEvent.click(button('As list'));
  const list = page.getByRole('region', { name: 'As list' });
  await expect.element(list).toHaveTextContent(/key state: open \(Enabled\)/);
  await expect.element(list).toHaveTextContent(/KMS returns the data key twice/);
  await findsInBothThemes();
  await userEvent.click(page.getByRole('tab', { name: 'Sealed files' }));
  await findsInBothThemes();
});

test('with reduced motion each beat is a card before and a card after', async () => {
  localStorage.setItem('kms-lab.motion', 'on');
  await makeKey();
  await mount();
  for (const title of encryptTitles.slice(0, 5)) await next(title);
  await expect.element(page.getByRole('img', { name: /^Before:/ })).toBeVisible();
  await expect.element(page.getByRole('group', { name: /^After:/ })).toBeVisible();
  await findsInBothThemes();
});

test('a file of 5 MiB is encrypted with progress, and removed again after a second thought', async () => {
  await makeKey();
  await mount();
  await userEvent.click(page.getByRole('radio', { name: 'A file' }));
  const picker = document.querySelector<HTMLInputElement>('input[type=file]');
  if (!picker) throw new Error('no picker');
  await userEvent.upload(picker, new File([new Uint8Array(5 * 1024 * 1024)], 'large.bin'));
  await expect.element(page.getByRole('group', { name: 'A file' })).toHaveTextContent('large.bin 5 MiB');
  (document.activeElement as HTMLElement | null)?.blur();
  await encryptAll();
  await userEvent.click(page.getByRole('tab', { name: /Sealed files/ }));
  await userEvent.click(button(/^Remove…/));
  await userEvent.click(button('Keep'));
  expect(await api.main.objects()).toHaveLength(1);
  await userEvent.click(button(/^Remove…/));
  await userEvent.click(button('Remove for good'));
  await expect.element(page.getByText(/Nothing is sealed yet/)).toBeVisible();
});

test('nothing is wider than a phone of 320 px', async () => {
  await page.viewport(320, 640);
  await makeKey();
  await mount();
  for (const title of encryptTitles) await next(title);
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  const stage = document.querySelector('.stage');
  expect(stage?.scrollWidth).toBeLessThanOrEqual(320);
  await findsInBothThemes();
});

/** Every scene of its own world: by address, by keyboard, judged at every beat's end in both themes. */
async function openScene(address: string): Promise<void> {
  location.hash = `#/stage/${address}`;
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  await expect.element(page.getByRole('tabpanel')).toBeVisible();
}

test(
  'wrapping: by keyboard to the flipped byte, guessed before, refused, and the whole blob opens',
  { timeout: 60_000 },
  async () => {
    await openScene('wrapping');
    await page.getByLabelText('Predict first').click();
    for (const title of ['Wrap a data key', 'Rotate the key', 'A minute later', 'Wrap another one'])
      await next(title);
    await userEvent.keyboard('{ArrowRight}');
    await userEvent.click(button('It works'));
    await expect.element(sentence()).toHaveTextContent('You said so.');
    await next('Flip one byte');
    await userEvent.keyboard('{PageDown}');
    await userEvent.click(button('It works'));
    await expect.element(sentence()).toHaveTextContent(/tag does not fit.*You said: It works/);
    await findsInBothThemes();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(sentence()).toHaveTextContent('And the whole blob again?');
    await userEvent.click(button('It works'));
    await expect.element(sentence()).toHaveTextContent('the tag fits, the data key comes out');
  },
);

test('wrapping: stage by stage inside the call, forward and back', async () => {
  await openScene('wrapping');
  await next('Wrap a data key');
  const stages = page.getByRole('group', { name: 'Inside the call' });
  await userEvent.keyboard(',');
  await expect
    .element(stages.getByRole('button', { name: /^commit/ }))
    .toHaveAttribute('aria-current', 'step');
  await userEvent.keyboard(',,');
  await expect.element(sentence()).toHaveTextContent('key derived, nonce');
  await userEvent.keyboard('.');
  await expect.element(sentence()).toHaveTextContent('32 B wrapped into 184 B');
});

test('a moment opens in a fresh world at that moment, and a what-if runs beside it', async () => {
  await openScene('key-life');
  for (const title of ['Rotation on', '90 days', 'Disable']) await next(title);
  await userEvent.click(button('Share this moment'));
  const link = page.getByRole('dialog').element().querySelector('.link')?.textContent ?? '';
  await userEvent.keyboard('{Escape}');
  await unmount();
  await openScene(link.slice(link.indexOf('#/stage/') + 8));
  await expect.element(sentence()).toHaveTextContent('DisableKey: Enabled to Disabled');
  await userEvent.click(page.getByRole('radio', { name: /In a fork/ }));
  await userEvent.click(button('EnableKey'));
  const branch = page.getByRole('region', { name: 'What if: EnableKey' });
  await next('Use it');
  await expect.element(branch).toHaveTextContent('differs');
  await findsInBothThemes();
});

test('a broken link to a moment is said, and the scene begins at its start', async () => {
  await openScene('wrapping?m=%%%');
  await expect
    .element(page.getByText(/The moment cannot be opened\. m: expected JSON in base64url/))
    .toBeVisible();
  await expect.element(sentence()).toHaveTextContent('A KMS key with one material');
});

test('throttling: the race runs, the table says the same, a cure changes the end', async () => {
  await openScene('throttling');
  for (let second = 0; second < 16; second += 1) {
    await expect.element(button('Next beat')).toHaveAttribute('aria-disabled', 'false');
    await userEvent.keyboard('{ArrowRight}');
  }
  await expect.element(sentence()).toHaveTextContent(/Run A: [\d,]+ calls for [\d,]+ jobs done/);
  await findsInBothThemes();
  await userEvent.click(button('As list'));
  await expect.element(page.getByRole('table', { name: /^Run B: back-off with full jitter/ })).toBeVisible();
  await findsInBothThemes();
  await userEvent.click(page.getByRole('switch', { name: /Quota increase/ }));
  await expect.element(page.getByText('Nothing has run yet.')).toBeVisible();
});

test.each([['wrapping'], ['key-life'], ['handshake'], ['throttling']])(
  '%s at 360 px: nothing sticks out, and axe finds nothing',
  async (address) => {
    await page.viewport(360, 780);
    await openScene(address);
    await expect.element(button('Next beat')).toHaveAttribute('aria-disabled', 'false');
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(button('Previous beat')).toHaveAttribute('aria-disabled', 'false');
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
    await findsInBothThemes();
  },
);

test(
  'handshake: stopped at the first door, its sentence, the smallest change, and in the end all three open',
  { timeout: 60_000 },
  async () => {
    await openScene('handshake');
    await next('Take the role');
    await expect
      .element(page.getByRole('region', { name: 'AccessDenied' }))
      .toHaveTextContent(/is not authorized to perform: sts:AssumeRole/);
    await findsInBothThemes();
    // Each is the library's smallest change, carried out by real calls: the trust policy, then both other doors at once.
    for (const name of [
      /^Carry out: .*trust policy of role\/App/,
      /^Carry out: .*key policy.*, and |^Carry out: .*, and .*key policy/,
    ]) {
      await userEvent.click(button(name).first());
      await expect.element(button('Ask again')).toBeEnabled();
      await userEvent.click(button('Ask again'));
      await next('Decrypt with the foreign key');
    }
    await expect.element(sentence()).toHaveTextContent(/opens the letter/);
  },
);
