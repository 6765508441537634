import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../client/index.ts';
import type { PrincipalArn, Region } from '../../engine/index.ts';
import { mountApp } from '../index.ts';
import { atRest } from '../../../test/support/atRest.ts';

vi.setConfig({ testTimeout: 60_000 });

/** What every scene on the stage promises alike: moments, the speaker's view, cards without motion, code, export. */
let api: LabApi;
let unmount: () => Promise<void>;

const admin = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const region = 'us-east-1' as Region;
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const scene = () => page.getByRole('region', { name: 'The scene' });

/** Each scene, with how many beats are played before something is asked of it. */
const scenes: readonly (readonly [string, number])[] = [
  ['envelope', 4],
  ['envelope-decrypt', 4],
  ['wrapping', 5],
  ['key-life', 4],
  ['handshake', 1],
  ['throttling', 3],
];

async function makeKey(): Promise<void> {
  const call = (operation: string, input: Record<string, unknown>) =>
    api.main.call({ operation, input, principal: admin, region });
  const { result } = await call('CreateKey', {});
  if (!result.ok) throw new Error(result.refusal.refused);
  const { KeyId } = result.output['KeyMetadata'] as { KeyId: string };
  await call('CreateAlias', { AliasName: 'alias/payroll', TargetKeyId: KeyId });
}
async function sealSomething(): Promise<void> {
  const { result } = await api.main.call({
    operation: 'GenerateDataKey',
    input: { KeyId: 'alias/payroll', KeySpec: 'AES_256', EncryptionContext: { app: 'payroll' } },
    principal: admin,
    region,
  });
  if (!result.ok) throw new Error(result.refusal.refused);
  const { Plaintext, CiphertextBlob, KeyId } = result.output as {
    Plaintext: Uint8Array<ArrayBuffer>;
    CiphertextBlob: Uint8Array<ArrayBuffer>;
    KeyId: string;
  };
  await api.main.seal({
    name: 'note.txt',
    mediaType: 'text/plain',
    body: new Blob(['Salaries of March.']),
    dataKey: Plaintext,
    wrappedKey: CiphertextBlob,
    keyArn: KeyId,
    encryptionContext: { app: 'payroll' },
  });
}
async function open(at: string): Promise<void> {
  location.hash = `#/stage/${at}`;
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  await expect.element(scene(), { timeout: 30_000 }).toBeVisible();
}
async function play(beats: number): Promise<void> {
  for (let beat = 0; beat < beats; beat += 1) {
    await expect.element(button('Next beat'), { timeout: 15_000 }).toHaveAttribute('aria-disabled', 'false');
    await userEvent.keyboard('{PageDown}');
  }
  await expect.element(button('Previous beat')).toHaveAttribute('aria-disabled', 'false');
}
const sentence = () => scene().element().querySelector('.say')?.textContent ?? '';
/** The sentence of the newest beat, when the work on it is done. */
async function settled(): Promise<string> {
  await expect.poll(sentence, { timeout: 15_000 }).not.toBe('');
  await new Promise((done) => setTimeout(done, 400));
  return sentence();
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

beforeEach(async () => {
  localStorage.clear();
  localStorage.setItem('kms-lab.stageSpeed', 'atOnce');
  await page.viewport(1440, 900);
  api = await openLab({ store: 'memory', genesis: { seed: 'stage', now: '2026-11-18T09:00:00Z' } });
  await makeKey();
  await sealSomething();
});
afterEach(async () => {
  await unmount();
  await api.main.close();
});

describe.each(scenes)('%s', (address, beats) => {
  test('a link to a moment opens at that moment in a fresh world', { timeout: 60_000 }, async () => {
    await open(address);
    await play(beats);
    const said = await settled();
    await userEvent.click(button('Share this moment'));
    const link = page.getByRole('dialog').element().querySelector('.link')?.textContent ?? '';
    expect(link).toContain(`#/stage/${address}?m=`);
    await findsInBothThemes();
    await userEvent.keyboard('{Escape}');
    await unmount();
    await api.main.close();
    // Nothing is left but the link.
    localStorage.clear();
    localStorage.setItem('kms-lab.stageSpeed', 'atOnce');
    api = await openLab({ store: 'memory' });
    await open(link.slice(link.indexOf('#/stage/') + 8));
    const masked = (text: string) =>
      text.replaceAll(/[0-9a-f]{8}…[0-9a-f]{4}|alias\/\w+|[\d,.]+ (bytes|MiB)/g, '*');
    await expect.poll(() => masked(sentence()), { timeout: 20_000 }).toBe(masked(said));
  });

  test('a link that does not fit is refused with the place, and the scene stands at its start', async () => {
    const bad = btoa(JSON.stringify({ v: 1, at: 99, deeds: [], ctx: {}, by: 'user/Admin', mends: [] }));
    await open(`${address}?m=${bad.replaceAll('=', '')}`);
    await expect.element(page.getByText(/The moment cannot be opened\. \$\.(at|load)/)).toBeVisible();
    await expect.element(button('Previous beat')).toHaveAttribute('aria-disabled', 'true');
  });

  test('speaker view: large type, next and back by remote, dark screen and back', async () => {
    await open(address);
    await userEvent.keyboard('s');
    await expect.element(page.getByLabelText('Spotlight')).toBeChecked();
    await play(beats);
    const size = () =>
      Number.parseFloat(getComputedStyle(scene().element().querySelector('.say') ?? document.body).fontSize);
    expect(size()).toBeGreaterThanOrEqual(24);
    await userEvent.keyboard('b');
    const dark = button(/The screen is dark/);
    await expect.element(dark).toBeVisible();
    await userEvent.keyboard('.');
    await expect.element(dark).not.toBeInTheDocument();
    const before = await settled();
    await userEvent.keyboard('{PageUp}');
    await expect.poll(sentence).not.toBe(before);
    await findsInBothThemes();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByLabelText('Spotlight')).not.toBeInTheDocument();
  });

  test('without motion it is complete: what was before and what is after, and every sentence', async () => {
    localStorage.setItem('kms-lab.motion', 'on');
    await open(address);
    await play(beats);
    expect((await settled()).length).toBeGreaterThan(10);
    const captions = [...scene().element().querySelectorAll('figcaption')].map((c) => c.textContent);
    const pair = ['Before', 'After'];
    expect(captions).toEqual(address === 'throttling' ? [...pair, ...pair] : pair);
    // Nothing is left that moves.
    expect(scene().element().querySelector('.dots, canvas')).toBeNull();
    await findsInBothThemes();
  });

  test('every beat is said in the live region', async () => {
    await open(address);
    const said = new Set<string>();
    const status = page.getByRole('status').first();
    for (let beat = 0; beat < beats; beat += 1) {
      await play(1);
      const now = await settled();
      await expect.element(status).toHaveTextContent(now);
      said.add(now);
    }
    expect(said.size).toBe(beats);
  });

  test('code in four languages, lit at the beat that is shown', async () => {
    await open(address);
    await play(beats);
    await settled();
    await userEvent.click(page.getByRole('tab', { name: 'Code' }));
    const code = page.getByRole('region', { name: 'Code' });
    for (const language of ['cli', 'js', 'python', 'java']) {
      await page.getByLabelText('Language').selectOptions(language);
      const lit = () => code.element().querySelectorAll('.lit').length;
      await expect.poll(lit).toBeGreaterThan(0);
    }
    await findsInBothThemes();
  });

  test('as an SVG file it stands alone, in both themes; as Mermaid it is a diagram', async () => {
    const { standaloneSvg } = await import('./exportSvg.ts');
    await open(address);
    await play(beats);
    await settled();
    for (const theme of ['light', 'dark']) {
      document.documentElement.dataset['theme'] = theme;
      const pictures = [...scene().element().querySelectorAll<SVGSVGElement>('svg.scene-svg')];
      expect(pictures).toHaveLength(address === 'throttling' ? 2 : 1);
      const text = standaloneSvg(pictures);
      expect(text).not.toMatch(/var\(|currentcolor|class=|<use|data-spot|url\(&quot;http/i);
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      expect(parsed.querySelector('parsererror')).toBeNull();
      expect(parsed.querySelector('title')?.textContent ?? '').not.toBe('');
      const image = new Image();
      image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
      await image.decode();
      expect(image.naturalWidth).toBeGreaterThan(100);
    }
    delete document.documentElement.dataset['theme'];
    let diagram = '';
    Object.defineProperty(navigator, 'clipboard', {
      configurable: true,
      value: {
        writeText: (text: string) => {
          diagram = text;
          return Promise.resolve();
        },
      },
    });
    await userEvent.click(button('Share this moment'));
    await userEvent.click(button('Copy as Mermaid'));
    const [head, ...lines] = diagram.split('\n');
    expect(head).toBe(address === 'throttling' ? 'xychart-beta' : 'sequenceDiagram');
    // The part of Mermaid's grammar that these diagrams use; nothing in a text may end it early.
    const line =
      address === 'throttling'
        ? /^  (title "[^"]+"|[xy]-axis "[^"]+" (\[\d+(, \d+)*\]|\d+ --> \d+)|(line|bar) \[\d+(, \d+)*\])$/
        : /^  (participant \w+( as [^;#]+)?|\w+(->>|-->>|--x)\w+: [^;#]+|Note over \w+: [^;#]+)$/;
    for (const one of lines) expect(one).toMatch(line);
    expect(lines.length).toBeGreaterThan(3);
  });
});

test(
  'bulk work can be broken off: nothing is kept, and it can be asked again',
  { timeout: 60_000 },
  async () => {
    await open('envelope');
    await userEvent.click(page.getByRole('radio', { name: 'A file' }));
    const picker = document.querySelector<HTMLInputElement>('input[type=file]');
    if (!picker) throw new Error('no picker');
    // Endless for a test: the sealing is held until it is broken off.
    const seal = api.main.seal.bind(api.main);
    api.main.seal = (_source, watch) =>
      new Promise((_, reject) =>
        watch?.signal?.addEventListener('abort', () => reject(new DOMException('ended', 'AbortError'))),
      );
    await userEvent.upload(picker, new File([new Uint8Array(1024 * 1024)], 'large.bin'));
    (document.activeElement as HTMLElement | null)?.blur();
    await play(4);
    await expect.element(button('Next beat')).toHaveAttribute('aria-disabled', 'false');
    await userEvent.keyboard('{PageDown}');
    await expect.element(page.getByRole('progressbar', { name: 'How far the work is' })).toBeVisible();
    await findsInBothThemes();
    await userEvent.click(button('Break it off'));
    await expect
      .element(scene())
      .toHaveTextContent(/Broken off after 0 bytes of 1 MiB\. Nothing of it is kept/);
    api.main.seal = seal;
    await userEvent.click(button('Ask again'));
    await expect.element(button('Next beat')).toHaveAttribute('aria-disabled', 'false');
  },
);

describe.each([1440, 900, 360])('%i px: the rail', (width) => {
  test('is dragged by a finger, to any place inside a beat; pressed, it shows the beat that lies there', async () => {
    await page.viewport(width, 800);
    await open('key-life');
    await play(4);
    const line = document.querySelector('.beats .drag');
    const items = [...document.querySelectorAll('.beats ol > li')].map((li) => li.getBoundingClientRect());
    const [first, second, third, fourth] = items;
    if (!line || !first || !second || !third || !fourth) throw new Error('no rail');
    const y = line.getBoundingClientRect().top + 8;
    // It is the line itself that is under the finger there.
    expect(document.elementFromPoint(second.left + second.width / 2, y)?.closest('.drag')).toBe(line);
    expect(getComputedStyle(line).touchAction).toBe('none');
    // No pointer of the system is behind these events: there is none to hold.
    line.setPointerCapture = () => {};
    const touch = (type: string, x: number) =>
      line.dispatchEvent(
        new PointerEvent(type, { bubbles: true, pointerId: 1, pointerType: 'touch', clientX: x, clientY: y }),
      );
    const current = () =>
      [...document.querySelectorAll('.beats ol > li')].findIndex((li) => li.hasAttribute('aria-current'));
    touch('pointerdown', fourth.left + fourth.width - 1);
    touch('pointermove', third.left + third.width / 4);
    await expect.poll(current).toBe(2);
    const before = document.querySelectorAll('.beats ol > li')[0]?.getBoundingClientRect();
    touch('pointermove', (before?.left ?? 0) + (before?.width ?? 0) / 2);
    await expect.poll(current).toBe(0);
    await expect.poll(() => document.querySelectorAll('.beats .head').length).toBe(1);
    touch('pointerup', (before?.left ?? 0) + (before?.width ?? 0) / 2);
    await expect.poll(() => document.querySelectorAll('.beats .head').length).toBe(0);
    const box = document.querySelectorAll('.beats ol > li')[1]?.getBoundingClientRect();
    const x = (box?.left ?? 0) + (box?.width ?? 0) / 2;
    touch('pointerdown', x);
    touch('pointerup', x + 2);
    await expect.poll(current).toBe(1);
    await findsInBothThemes();
  });
});

test('throttling: forked at any moment, the same before, marked after; a link opens at that tenth', async () => {
  await open('throttling');
  const fork = () => button(/What if, from/);
  await expect.element(fork()).toBeDisabled();
  await play(5);
  const rail = page.getByRole('slider', { name: 'Virtual time' }).element();
  if (!(rail instanceof HTMLInputElement)) throw new Error('no rail');
  rail.value = '4.3';
  rail.dispatchEvent(new Event('input', { bubbles: true }));
  await userEvent.click(button('What if, from 4.3 s on'));
  await expect.poll(sentence).toMatch(/^Here run B is forked off run A/);
  await expect.element(page.getByText('Run B: forked at 4.3 s')).toBeVisible();
  await findsInBothThemes();
  (document.activeElement as HTMLElement | null)?.blur();
  const link = async () => {
    await userEvent.click(button('Share this moment'));
    const text = page.getByRole('dialog').element().querySelector('.link')?.textContent ?? '';
    await userEvent.keyboard('{Escape}');
    return text.slice(text.indexOf('#/stage/') + 8);
  };
  const place = await link();
  await play(4);
  await expect.poll(sentence).toMatch(/^Since the fork at 4\.3 s: run A [\d,]+ calls/);
  await userEvent.click(button('As list'));
  const rows = (run: RegExp) =>
    [...page.getByRole('table', { name: run }).element().querySelectorAll('tbody tr')].map((row) => ({
      differs: row.classList.contains('differs'),
      cells: [...row.querySelectorAll('td')].map((cell) => cell.textContent),
    }));
  const [a, b] = [rows(/^Run A:/), rows(/^Run B:/)];
  // The mark says what the figures say, and nothing before the fork differs.
  expect(b.map(({ differs }) => differs)).toEqual(b.map(({ cells }, i) => `${cells}` !== `${a[i]?.cells}`));
  expect(b.slice(0, 4).some(({ differs }) => differs)).toBe(false);
  expect(b[5]?.differs).toBe(true);
  await findsInBothThemes();
  // Another cure for the fork leads back to it; what was before it stands.
  await userEvent.click(page.getByRole('switch', { name: 'Data key cache' }));
  await expect.poll(sentence).toMatch(/^Here run B is forked off run A/);
  await unmount();
  localStorage.clear();
  await open(place);
  await expect.poll(sentence, { timeout: 15_000 }).toMatch(/^Here run B is forked off run A/);
  expect(document.querySelector('.beats .now')?.textContent).toBe('4.3 s');
  await userEvent.click(button('Drop the fork'));
  await expect.poll(sentence).toMatch(/^Two fleets with the same jobs/);
});

test('throttling in the speaker’s view: the light lies on what the second is about', async () => {
  await open('throttling');
  await userEvent.keyboard('s');
  await play(4);
  const lights = () =>
    [...scene().element().querySelectorAll('.shade mask rect[rx]')].map((rect) => {
      const ground = scene().element().querySelector('.shade')?.getBoundingClientRect();
      return [rect.getAttribute('x'), rect.getAttribute('y')].map(
        (n, i) => Number(n) + 10 + ((i ? ground?.y : ground?.x) ?? 0),
      );
    });
  const spotOf = (name: string) => {
    const box = scene().element().querySelector(`[data-spot~="${name}"]`)?.getBoundingClientRect();
    return [box?.x ?? -1, box?.y ?? -1];
  };
  // Run A asks again at once: it is refused most, and its bucket is empty.
  await expect.poll(() => lights().length).toBe(2);
  for (const [i, name] of ['a-chart', 'a-bucket'].entries())
    for (const axis of [0, 1]) expect(lights()[i]?.[axis]).toBeCloseTo(spotOf(name)[axis] ?? Number.NaN, 0);
  await userEvent.keyboard('l');
  await expect.poll(() => lights().length).toBe(0);
});

test('a moment from a file: by the picker of the dialog, of any scene; a wrong one is refused with its place', async () => {
  await open('wrapping');
  await play(5);
  const said = await settled();
  let saved: Blob | undefined;
  const make = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (of: Blob | MediaSource) => {
    if (of instanceof Blob) saved = of;
    return make(of);
  };
  await userEvent.click(button('Share this moment'));
  await userEvent.click(button('Save as a file'));
  URL.createObjectURL = make;
  const text = (await saved?.text()) ?? '';
  expect(JSON.parse(text)).toMatchObject({ kind: 'kms-lab.moment', scene: 'wrapping' });
  await unmount();
  localStorage.setItem('kms-lab.stageSpeed', 'atOnce');
  // From another scene, where nothing has happened yet.
  await open('throttling');
  const pick = async (file: File) => {
    await userEvent.click(button('Share this moment'));
    const picker = page.getByRole('dialog').element().querySelector<HTMLInputElement>('input[type=file]');
    if (!picker) throw new Error('no picker');
    // The button opens this very picker.
    let isOpened = false;
    picker.click = () => (isOpened = true);
    const dialog = page.getByRole('dialog').element();
    [...dialog.querySelectorAll('button')].find((one) => one.textContent === 'Open a moment…')?.click();
    expect(isOpened).toBe(true);
    await userEvent.upload(picker, file);
  };
  for (const [bad, why] of [
    ['{', /The moment cannot be opened\. \$: expected JSON/],
    [JSON.stringify({ ...JSON.parse(text), kind: 'else' }), /\$\.kind: expected "kms-lab\.moment"/],
    [JSON.stringify({ ...JSON.parse(text), v: 2 }), /\$\.v: expected version 1/],
  ] as const) {
    await pick(new File([bad], 'bad.json', { type: 'application/json' }));
    await expect.element(page.getByText(why)).toBeVisible();
    expect(location.hash).toBe('#/stage/throttling');
  }
  await pick(new File([text], 'good.moment.json', { type: 'application/json' }));
  await expect.poll(() => location.hash).toMatch(/^#\/stage\/wrapping\?m=/);
  const masked = (of: string) => of.replaceAll(/[0-9a-f]{8}…[0-9a-f]{4}|[\d,.]+ bytes/g, '*');
  await expect.poll(() => masked(sentence()), { timeout: 20_000 }).toBe(masked(said));
});
