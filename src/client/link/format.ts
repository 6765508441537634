import { sha256 } from '@noble/hashes/sha2.js';
import {
  fromBase64,
  ref,
  seededBytes,
  toBase64,
  utf8,
  type BackingRec,
  type Bytes,
  type CallWay,
  type ServiceName,
} from '../../engine/index.ts';
import type { ExternalKeyChange, Genesis, GenesisAccount, LinkContents, TemplateId } from '../api.ts';
import { checkSwitches, genesisDiff } from '../genesis.ts';
import { FileFault } from '../files/fault.ts';
import { templateById } from '../templates/all.ts';
import { fromJson, isObject, memberPlace, parseJson, toJson } from '../files/codec.ts';
import {
  checkRecord,
  externalKeyState,
  list,
  maybe,
  object,
  region,
  text,
  wayShape,
  whole,
  type Check,
} from '../files/shapes.ts';

/*
 * A link is a small story: how a world begins, and the calls that were made in it. `world=1.` and, in base64url, four bytes
 * of a check sum and a deflated JSON text. Whoever opens it gets a world of the same story, made by the engine anew.
 */

export const linkVersion = 1;
const prefix = `world=${linkVersion}.`;
/** OURS: longer ones are cut by mail programs and chats. */
export const longestLink = 16_000;
/** OURS: a short text can unpack to a long one; the story of a link is small. */
const largestStory = 2_000_000;
export const mostSteps = 2000;
/** OURS: the year 9999; some dates of the world lie years after its present. */
const latest = 253_402_300_799_000;

/** A value in a step's input: what JSON holds, or one of these in its place. */
export type Slot =
  /** Bytes as they were. */
  | { readonly $b: string }
  /** Other bytes of the same length, in place of what was typed: number and length. */
  | { readonly $f: readonly [number, number] }
  /** Text of that length in place of a secret. */
  | { readonly $s: number }
  /** A member of the answer to an earlier step. */
  | { readonly $o: readonly [number, string] }
  /** A text with the names of things that earlier steps made: step and number of the thing. */
  | { readonly $t: readonly (string | readonly [number, number])[] }
  /** An object that looks like one of these, as a list of pairs. */
  | { readonly $p: readonly (readonly [string, unknown])[] };

export interface StoryStep {
  /** `kms` when absent. */
  readonly service?: ServiceName | undefined;
  readonly operation: string;
  readonly principal: number;
  readonly region: string;
  readonly input: unknown;
  /** Milliseconds of virtual time since the step before. */
  readonly after?: number | undefined;
  readonly way?: CallWay | undefined;
  /** The VPC endpoint of its way, where an earlier step made it: number of the step and of what it made. */
  readonly through?: readonly [number, number] | undefined;
}
export interface SwitchStep {
  readonly switches: NonNullable<Genesis['switches']>;
}
/** What stands behind a key store was broken or mended, as people do outside of AWS. */
export interface BackingStep {
  readonly backing: BackingRec;
}
/** A key behind an external key store was disabled, enabled or deleted by its owner. */
export interface ExternalKeyStep {
  readonly externalKey: ExternalKeyChange;
}
export type Step = StoryStep | SwitchStep | BackingStep | ExternalKeyStep;

export interface Story {
  /** Whose calls come first. Steps that name what an earlier one made count them too. */
  readonly template?: TemplateId | undefined;
  readonly genesis: Genesis & { readonly seed: string; readonly now: string };
  readonly principals: readonly string[];
  readonly steps: readonly Step[];
}

export class LinkFault extends FileFault {
  override readonly name = 'LinkFault';

  constructor(place: string, reason: string) {
    super(place, reason, undefined, 'link');
  }
}

const base64url = (bytes: Bytes): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

const through = async (
  bytes: Bytes,
  stream: ReadableWritablePair<Uint8Array, Bytes>,
  most: number,
): Promise<Bytes> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new LinkFault('$', `unpacks to more than ${most} bytes`);
    }
    parts.push(value);
  }
  const whole_ = new Uint8Array(length);
  parts.reduce((at, part) => (whole_.set(part, at), at + part.length), 0);
  return whole_;
};

export async function encodeStory(story: Story): Promise<string> {
  const json = utf8(JSON.stringify(toJson(story)));
  const packed = await through(json, new CompressionStream('deflate-raw'), largestStory);
  const bytes = new Uint8Array(4 + packed.length);
  bytes.set(sha256(json).subarray(0, 4));
  bytes.set(packed, 4);
  return prefix + base64url(bytes);
}

/** @throws LinkFault */
export async function decodeStory(fragment: string): Promise<Story> {
  const given = fragment.replace(/^#/, '');
  if (!given.startsWith('world=')) throw new LinkFault('$', 'is not a link to a world');
  if (!given.startsWith(prefix)) throw new LinkFault('$', 'has a version that this KMS Lab does not read');
  if (given.length > 2 * longestLink)
    throw new LinkFault('$', `is longer than ${2 * longestLink} characters`);
  const code = given.slice(prefix.length);
  const plain = code.replaceAll('-', '+').replaceAll('_', '/');
  const bytes = fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, '='));
  if (!bytes || bytes.length < 5 || base64url(bytes) !== code)
    throw new LinkFault('$', 'is cut off or damaged');
  let json: Bytes;
  try {
    json = await through(bytes.slice(4), new DecompressionStream('deflate-raw'), largestStory);
  } catch (error) {
    throw error instanceof LinkFault ? error : new LinkFault('$', 'is cut off or damaged');
  }
  if (
    sha256(json)
      .subarray(0, 4)
      .some((byte, i) => byte !== bytes[i])
  )
    throw new LinkFault('$', 'is cut off or damaged: its check sum is wrong');
  try {
    return readStory(fromJson(parseJson(new TextDecoder().decode(json)), '$'));
  } catch (error) {
    throw error instanceof FileFault ? new LinkFault(error.place, error.reason) : error;
  }
}

const genesisShape = object<Genesis>({
  seed: text,
  now: text,
  accounts: maybe(
    list(
      object<GenesisAccount>({
        id: text,
        name: maybe(text),
        principals: maybe(list(object({ arn: text, policies: maybe(list(text)) }))),
      }),
    ),
  ),
  switches: () => undefined,
});
/** One that the world does not have is refused there, as any caller's. */
const service: Check = (value, place) => {
  if (typeof value !== 'string' || !/^[a-z0-9]{2,30}$/.test(value))
    throw new LinkFault(place, 'is not the name of a service');
};
const stepShape = object<StoryStep>({
  service: maybe(service),
  operation: text,
  principal: whole,
  region,
  input: () => undefined,
  after: maybe(whole),
  way: maybe(wayShape),
  through: maybe(list(whole)),
});

/** A world that would not begin is no story; the rules of worlds say which. */
function checkGenesis(genesis: Genesis): void {
  try {
    genesisDiff(genesis, seededBytes(String(genesis.seed), 1));
  } catch (error) {
    throw new LinkFault('$.genesis', error instanceof Error ? error.message : String(error));
  }
}

function checkSwitchStep(given: unknown, place: string): void {
  try {
    if (!isObject(given)) throw new TypeError('is not an object');
    checkSwitches(given);
  } catch (error) {
    throw new LinkFault(place, error instanceof Error ? error.message : String(error));
  }
}

function checkBacking(given: unknown, place: string): void {
  const { id } = isObject(given) ? given : {};
  text(id, `${place}.id`);
  checkRecord(ref.backing(String(id)), given, place);
}

const externalKeyShape = object<ExternalKeyStep>({
  externalKey: object<ExternalKeyChange>({ id: text, proxy: text, state: externalKeyState }),
});

function readStory(given: unknown): Story {
  object({
    template: maybe(text),
    genesis: genesisShape,
    principals: () => undefined,
    steps: () => undefined,
  })(given, '$');
  const story = given as Story; // checked above and below
  const template = templateById(story.template);
  if (story.template !== undefined && !template) throw new LinkFault('$.template', 'is not a template');
  const before = template?.calls.length ?? 0;
  checkGenesis(story.genesis);
  if (!Array.isArray(story.principals)) throw new LinkFault('$.principals', 'is not a list');
  story.principals.forEach((one, i) => text(one, `$.principals[${i}]`));
  if (!Array.isArray(story.steps) || story.steps.length > mostSteps)
    throw new LinkFault('$.steps', `is not a list of at most ${mostSteps}`);
  let now = Date.parse(story.genesis.now);
  story.steps.forEach((step, i) => {
    const place = `$.steps[${i}]`;
    if (isObject(step) && 'switches' in step) {
      object({ switches: () => undefined })(step, place);
      checkSwitchStep(step.switches, `${place}.switches`);
      return;
    }
    if (isObject(step) && 'backing' in step) {
      object({ backing: () => undefined })(step, place);
      checkBacking(step.backing, `${place}.backing`);
      return;
    }
    if (isObject(step) && 'externalKey' in step) {
      externalKeyShape(step, place);
      return;
    }
    stepShape(step, place);
    now += step.after ?? 0;
    if (now > latest) throw new LinkFault(`${place}.after`, 'is beyond all dates');
    if (step.principal >= story.principals.length) throw new LinkFault(`${place}.principal`, 'names nobody');
    if (!isObject(step.input)) throw new LinkFault(`${place}.input`, 'is not an object');
    checkSlots(step.input, `${place}.input`, before + i);
    if (step.through !== undefined && !isName(step.through, before + i))
      throw new LinkFault(`${place}.through`, 'is not the name of what an earlier step made');
  });
  return story;
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
/** OURS: no blob of a KMS request is longer. */
const longestBlob = 10_000;

function checkSlots(value: unknown, place: string, step: number): void {
  if (Array.isArray(value)) return value.forEach((one, i) => checkSlots(one, `${place}[${i}]`, step));
  if (!isObject(value)) return;
  const names = Object.keys(value);
  const [tag] = names;
  if (names.length !== 1 || !tag?.startsWith('$'))
    return names.forEach((name) => checkSlots(value[name], memberPlace(place, name), step));
  const inside = value[tag];
  const pair: readonly unknown[] = Array.isArray(inside) ? inside : [];
  const earlier = isNumber(pair[0]) && pair[0] < step && pair.length === 2;
  const good =
    tag === '$b'
      ? typeof inside === 'string' && fromBase64(inside) !== undefined
      : tag === '$f'
        ? isNumber(pair[0]) && isNumber(pair[1]) && pair[1] <= longestBlob
        : tag === '$s'
          ? isNumber(inside) && inside <= longestBlob
          : tag === '$o'
            ? earlier && typeof pair[1] === 'string'
            : tag === '$t'
              ? pair.length > 0 && pair.every((part) => typeof part === 'string' || isName(part, step))
              : tag === '$p' &&
                pair.every((one) => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string');
  if (!good) throw new LinkFault(memberPlace(place, tag), 'is not a value that a step can have');
  if (tag === '$p')
    pair.forEach((one, i) => checkSlots((one as readonly unknown[])[1], `${place}.$p[${i}][1]`, step));
}

const isName = (part: unknown, step: number): boolean =>
  Array.isArray(part) && part.length === 2 && isNumber(part[0]) && part[0] < step && isNumber(part[1]);

/** Everything in it, for a person to read. */
export function contentsOf({ template, genesis, principals, steps }: Story): LinkContents {
  const listed = steps.map((step): LinkContents['steps'][number] => {
    if ('switches' in step) return ofOurs('lab:SetSwitches', step.switches);
    if ('backing' in step) return ofOurs('lab:SetBacking', step.backing);
    if ('externalKey' in step) return ofOurs('lab:SetExternalKey', step.externalKey);
    const found = {
      texts: [] as { path: string; text: string }[],
      blobs: [] as LinkContents['steps'][number]['blobs'][number][],
    };
    collect(step.input, '', found);
    for (const [name, value] of Object.entries(step.way ?? {}))
      if (value !== undefined) found.texts.push({ path: `(${name})`, text: String(value) });
    return {
      service: step.service,
      operation: step.operation,
      principal: principals[step.principal],
      region: step.region,
      ...found,
    };
  });
  return {
    version: linkVersion,
    template,
    seed: genesis.seed,
    now: genesis.now,
    accounts: (genesis.accounts ?? []).map(({ id }) => id),
    steps: listed,
    withoutPlaintext: listed.every(({ blobs }) => blobs.every(({ what }) => what !== 'given')),
  };
}

/** A step that no call of AWS is. */
const ofOurs = (operation: string, members: object): LinkContents['steps'][number] => ({
  service: undefined,
  operation,
  principal: undefined,
  region: undefined,
  texts: Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([path, value]) => ({ path, text: typeof value === 'string' ? value : JSON.stringify(value) })),
  blobs: [],
});

interface Collected {
  readonly texts: { path: string; text: string }[];
  readonly blobs: { path: string; length: number; what: 'given' | 'filler' }[];
}

function collect(value: unknown, path: string, found: Collected): void {
  if (typeof value === 'string') found.texts.push({ path, text: value });
  else if (Array.isArray(value)) value.forEach((one, i) => collect(one, `${path}[${i}]`, found));
  else if (isObject(value)) {
    if (typeof value['$b'] === 'string')
      found.blobs.push({ path, length: fromBase64(value['$b'])?.length ?? 0, what: 'given' });
    else if (Array.isArray(value['$f']))
      found.blobs.push({ path, length: Number(value['$f'][1]), what: 'filler' });
    else if (typeof value['$s'] === 'number') found.blobs.push({ path, length: value['$s'], what: 'filler' });
    else if (Array.isArray(value['$t']))
      found.texts.push({
        path,
        text: value['$t'].map((part) => (typeof part === 'string' ? part : '…')).join(''),
      });
    else if (Array.isArray(value['$o'])) return;
    else if (Array.isArray(value['$p']))
      for (const [name, one] of value['$p'] as readonly (readonly [string, unknown])[])
        collect(one, path === '' ? name : `${path}.${name}`, found);
    else
      for (const [name, one] of Object.entries(value))
        collect(one, path === '' ? name : `${path}.${name}`, found);
  }
}
