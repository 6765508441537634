// @ts-check
// Finds a Chromium for the tests, or gets one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { commandFile, root } from './install.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const programs = [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']];

const usualPlaces = () => [
  ...(process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name))),
  ...['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
  ),
  ...programs.flatMap((folder) =>
    folder
      ? ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].map((exe) =>
          join(folder, exe),
        )
      : [],
  ),
];

async function playwrightsOwn() {
  const { chromium } = await import('playwright');
  const path = chromium.executablePath();
  return path && existsSync(path) ? path : undefined;
}

/**
 * CHROME_PATH, an installed Chromium, Chrome or Edge, or Playwright's own; undefined when there is none.
 * @returns {Promise<string | undefined>}
 */
export async function findBrowser() {
  const named = process.env['CHROME_PATH'];
  if (named) return existsSync(named) ? named : undefined;
  return usualPlaces().find((path) => existsSync(path)) ?? (await playwrightsOwn());
}

/** @param {string} command @param {string[]} args */
function runs(command, args) {
  console.log(`> ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Whether it has the system's libraries that it needs. @param {string} path */
const starts = (path) => process.platform === 'win32' || spawnSync(path, ['--version']).status === 0;

/** As findBrowser, but installs one when there is none: Playwright's Chromium, else Debian's. */
export async function ensureBrowser() {
  const found = await findBrowser();
  if ((found && starts(found)) || process.env['CHROME_PATH']) return found;
  console.log('No Chromium, Chrome or Edge found: installing one for the tests.');
  if (runs(process.execPath, [commandFile('playwright'), 'install', 'chromium'])) {
    const own = await playwrightsOwn();
    if (own && starts(own)) return own;
  }
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  runs('apt-get', ['update']);
  return runs('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])
    ? findBrowser()
    : undefined;
}

/** What every Chromium of ours is started with: no sandbox (root in containers has none), and quiet on the network. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];
