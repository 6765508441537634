import { MomentFault, pairs, reading, type Reading } from './reading.ts';
import { sceneAddresses, type SceneAddress } from './telling.ts';

/*
 * A moment of a scene, as a link or a file. It holds what was set and done, never plaintext nor the bytes of a key: the
 * scene is played again from its seed up to that beat, so it is the same moment in any browser.
 *
 * A link is `#/stage/SCENE?m=` and the base64url of the JSON; a file is the same JSON with two members more, `kind` and
 * `scene`. Version 1:
 *
 *   { v: 1, at, … }   `at`: the beat that is shown, from 0; -1 is the moment before the first.
 *   envelope          by: who asked, `user/Admin`; ctx: its encryption context; deeds.
 *   envelope-decrypt  the same, and seal: the context that the file was sealed with.
 *   wrapping, key-life   deeds: [AFTER, KIND, WHAT?] each, AFTER so many beats.
 *   handshake         attempts; mends: [KIND, VALUE, ATTEMPTS] each, after so many attempts.
 *   throttling        load, a, b: the settings of the fleet and of either run; part: tenths of the second that are over,
 *                     10 where it is left out; fork: the tenth from the start on at which run B leaves run A.
 *   run               option: of which item (item, seed of its variation) or generated question (made).
 *
 * A deed is `disableKey`, `enableKey`, `context` with pairs, `as` with a principal's short name, or `choose` with what
 * was chosen. Whatever does not fit is refused with its place, before anything is played.
 */

export const version = 1;
const kind = 'kms-lab.moment';

const toUrl = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const fromUrl = (text: string): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)),
  );

/** Longer links get lost on their way. */
const longest = 4000;
const longestFile = 64 * 1024;

export const momentHash = (address: string, moment: object): string =>
  `#/stage/${address}?m=${toUrl(JSON.stringify({ v: version, ...moment }))}`;

export const momentFile = (scene: SceneAddress, moment: object): string =>
  `${JSON.stringify({ kind, v: version, scene, ...moment }, undefined, 2)}\n`;

export interface Place {
  readonly address: string;
  /** Undefined: no moment in the address. */
  readonly moment: Reading | MomentFault | undefined;
}

function readVersion(at: Reading): Reading {
  const v = at.member('v');
  if (v.value !== version) v.refuse(`version ${version}`);
  return at;
}

/** Reads what follows `#/stage/`. */
export function readPlace(rest: string): Place {
  const [address = '', query = ''] = rest.split('?', 2);
  const text = new URLSearchParams(query).get('m');
  if (text === null) return { address, moment: undefined };
  try {
    if (text.length > longest) throw new MomentFault('m', `at most ${longest} characters`, text.length);
    reading(address, 'scene').oneOf(sceneAddresses);
    return { address, moment: readVersion(reading(parse(text))) };
  } catch (fault) {
    if (fault instanceof MomentFault) return { address, moment: fault };
    throw fault;
  }
}
function parse(text: string): unknown {
  try {
    return JSON.parse(fromUrl(text));
  } catch {
    throw new MomentFault('m', 'JSON in base64url', text);
  }
}

/** The address of a moment that came as a file. @throws MomentFault that names the place */
export async function readMomentFile(file: Blob): Promise<string> {
  if (file.size > longestFile) throw new MomentFault('$', `at most ${longestFile} bytes`, file.size);
  let value: unknown;
  try {
    value = JSON.parse(await file.text());
  } catch {
    throw new MomentFault('$', 'JSON', undefined);
  }
  const at = reading(value);
  const of = at.member('kind');
  if (of.value !== kind) of.refuse(JSON.stringify(kind));
  readVersion(at);
  const scene = at.member('scene').oneOf(sceneAddresses);
  const { kind: _, scene: __, v: ___, ...moment } = at.record();
  return momentHash(scene, moment);
}

/** Deeds, each with how many beats there were when it was done. */
export function deedsOf<D>(
  at: Reading,
  deed: (kind: Reading, what: Reading) => D,
): readonly (readonly [number, D])[] {
  return at.list(40).map((item) => {
    const parts = item.list(3);
    const [after, name, what] = [0, 1, 2].map((i) => parts[i] ?? item.at(i, undefined));
    if (!after || !name || !what) return item.refuse('three parts');
    return [after.whole(0, 40), deed(name, what)] as const;
  });
}

export { MomentFault, pairs, type Reading };
