import {
  tableOf,
  toBase64,
  type AccountRec,
  type BackingRec,
  type CallWay,
  type ClockRec,
  type IdentityPolicyRec,
  type PrincipalRec,
  type WorldRec,
} from '../../engine/index.ts';
import type { Entry } from '../../store/index.ts';
import type { ExternalKeyChange, GenesisAccount, LinkAnswer, LinkOptions } from '../api.ts';
import { platformRandom } from '../draws.ts';
import { isObject } from '../files/codec.ts';
import { beginning } from '../history/beginning.ts';
import { templates } from '../templates/all.ts';
import type { Template } from '../templates/template.ts';
import { Callers } from './callers.ts';
import {
  contentsOf,
  encodeStory,
  longestLink,
  mostSteps,
  type Slot,
  type Story,
  type Step,
  type StoryStep,
  type SwitchStep,
} from './format.ts';
import { namesOf } from './names.ts';

/** What a call was given and what it answered: held in memory only, because both may hold plaintext. */
export interface Heard {
  readonly input: unknown;
  readonly output: unknown;
}

export interface ScriptParts {
  /** The entries that led here, oldest first; the first is the genesis unless it is folded away. */
  readonly path: readonly Entry[];
  readonly heard: ReadonlyMap<number, Heard>;
}

type Made = { readonly value: unknown } | undefined;

/** Values that earlier steps brought into the world, and where from. */
class Known {
  /** Longest first, so that an ARN is found before the key ID that ends it. */
  readonly #names: { readonly name: string; readonly at: readonly [number, number] }[] = [];
  readonly #outputs = new Map<string, readonly [number, string]>();
  readonly #fillers = new Map<string, number>();

  learn(step: number, entry: Entry, heard: Heard | undefined): void {
    namesOf(entry.diff).forEach((name, i) => this.#names.push({ name, at: [step, i] }));
    this.#names.sort((a, b) => b.name.length - a.name.length);
    if (!isObject(heard?.output)) return;
    for (const [member, value] of Object.entries(heard.output)) {
      const key = keyOf(value);
      if (key !== undefined && !this.#outputs.has(key)) this.#outputs.set(key, [step, member]);
    }
  }

  output(value: unknown): readonly [number, string] | undefined {
    const key = keyOf(value);
    return key === undefined ? undefined : this.#outputs.get(key);
  }

  /** Equal bytes get equal fillers, so that what was signed is what is verified. */
  filler(bytes: Uint8Array | undefined): number {
    const key = bytes ? toBase64(new Uint8Array(bytes)) : `none ${this.#fillers.size}`;
    const known = this.#fillers.get(key) ?? this.#fillers.size;
    this.#fillers.set(key, known);
    return known;
  }

  /** Where something was made whose whole name this is. */
  named(value: string): readonly [number, number] | undefined {
    return this.#names.find(({ name }) => name === value)?.at;
  }

  text(value: string): string | Slot {
    let parts: (string | readonly [number, number])[] = [value];
    for (const { name, at } of this.#names) {
      parts = parts.flatMap((part) => {
        if (typeof part !== 'string' || !part.includes(name)) return [part];
        return part.split(name).flatMap((piece, i) => (i === 0 ? [piece] : [at, piece]));
      });
    }
    const [only] = parts;
    if (parts.length === 1 && typeof only === 'string') return only;
    return { $t: parts.filter((part) => part !== '') };
  }
}

/** Only what is long enough to be nobody's own choice: blobs and tokens. */
function keyOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array && value.length >= 16) return `bytes ${toBase64(new Uint8Array(value))}`;
  return typeof value === 'string' && value.length >= 64 ? `text ${value}` : undefined;
}

export async function makeLink({ path, heard }: ScriptParts, options: LinkOptions): Promise<LinkAnswer> {
  const [genesis, ...entries] = path;
  if (!genesis || genesis.seq !== 1) return { ok: false, refused: 'foldedAway' };
  const known = new Known();
  const principals: string[] = [];
  const steps: Step[] = [];
  const leftOut: { seq: number; operation: string }[] = [];
  let now = genesis.at as number;
  const template = templateOf(entries, options);
  const callers = new Callers();
  callers.learn(genesis);
  let before = 0;
  for (const entry of entries) {
    callers.learn(entry);
    if (template && isOfTemplate(entry)) {
      known.learn(before, entry, undefined);
      before += 1;
      now = Math.max(now, entry.at);
      continue;
    }
    if (options.upTo !== undefined && entry.seq > options.upTo) break;
    const { service, operation, principal, region, input, way } = entry.call;
    if (operation === 'lab:SetSwitches') {
      steps.push({ switches: input as SwitchStep['switches'] }); // checked when it was set
      continue;
    }
    if (operation === 'lab:SetBacking') {
      steps.push({ backing: input as BackingRec }); // the record that was set
      continue;
    }
    if (operation === 'lab:SetExternalKey') {
      steps.push({ externalKey: input as ExternalKeyChange }); // what was set
      continue;
    }
    // Time and what falls due come back by themselves; access keys are made when they are asked for.
    if (operation.startsWith('lab:') || byItself(entry)) continue;
    const said = heard.get(entry.seq);
    const made = inputOf(input, said?.input, known, options, said !== undefined);
    if (!made) {
      leftOut.push({ seq: entry.seq, operation });
      continue;
    }
    const caller = callers.named(principal);
    if (!principals.includes(caller)) principals.push(caller);
    const after = entry.at > now ? entry.at - now : undefined;
    const by = principals.indexOf(caller);
    steps.push({ service, operation, principal: by, region, input: made.value, after, ...wayOf(way, known) });
    now = Math.max(now, entry.at);
    known.learn(before + steps.length - 1, entry, said);
  }
  if (steps.length === 0 && !template) return { ok: false, refused: 'nothing' };
  const story: Story = { template: template?.id, genesis: genesisOf(genesis), principals, steps };
  const fragment = await encodeStory(story);
  if (fragment.length > longestLink || steps.length > mostSteps)
    return { ok: false, refused: 'tooLong', length: fragment.length };
  return { ok: true, fragment, contents: contentsOf(story), leftOut };
}

/** An endpoint that an earlier step made has another id in every world. */
function wayOf(way: CallWay | undefined, known: Known): Pick<StoryStep, 'way' | 'through'> {
  const through = way?.vpcEndpoint === undefined ? undefined : known.named(way.vpcEndpoint);
  return through ? { way: { ...way, vpcEndpoint: undefined }, through } : { way };
}

/** Nobody called: time had come, for KMS or for a trail. */
const byItself = ({ call }: Pick<Entry, 'call'>): boolean =>
  call.principal === 'kms.amazonaws.com' || call.operation === 'DeliverLogFiles';

/** A call of it: neither a switch that was set at its end, nor what fell due meanwhile. */
const isOfTemplate = ({ group, call }: Entry): boolean =>
  group === beginning && !call.operation.startsWith('lab:') && !byItself({ call });

/**
 * The template that a world began with, seen by what it did. Its calls are not told one by one: the template knows them,
 * also what the journal has forgotten of them.
 */
function templateOf(entries: readonly Entry[], { upTo = Infinity }: LinkOptions): Template | undefined {
  const begun = entries.filter(isOfTemplate);
  const last = begun.at(-1);
  if (!last || last.seq > upTo) return undefined;
  return templates.find(
    ({ calls }) =>
      calls.length === begun.length &&
      calls.every(({ service, operation }, i) => {
        const call = begun[i]?.call;
        return call?.operation === operation && call.service === service;
      }),
  );
}

/** Members that only the caller chose, so that others of the same length tell the same story. */
const typed: ReadonlySet<string> = new Set(['Plaintext', 'Message']);

/**
 * The input of a step. `redacted` is what the journal kept, `raw` what the call was given, when that is still known. The
 * journal's redaction says what is secret; nothing else of `raw` is looked at.
 */
function inputOf(
  redacted: unknown,
  raw: unknown,
  known: Known,
  options: LinkOptions,
  heard: boolean,
  member = '',
): Made {
  if (typeof redacted === 'string') {
    const from = known.output(redacted);
    return { value: from ? { $o: from } : known.text(redacted) };
  }
  if (Array.isArray(redacted)) {
    const items = redacted.map((one: unknown, i) =>
      inputOf(one, Array.isArray(raw) ? raw[i] : undefined, known, options, heard, member),
    );
    return items.every((one) => one !== undefined) ? { value: items.map((one) => one.value) } : undefined;
  }
  if (!isObject(redacted)) return { value: redacted };
  const { redacted: length } = redacted;
  if (Object.keys(redacted).length === 1 && typeof length === 'number' && !isObjectLike(raw))
    return secretOf(length, raw, known, options, heard, member);
  const members: [string, unknown][] = [];
  for (const [name, one] of Object.entries(redacted)) {
    const made = inputOf(one, isObject(raw) ? raw[name] : undefined, known, options, heard, name);
    if (!made) return undefined;
    members.push([name, made.value]);
  }
  const looksLikeSlot = members.length === 1 && members[0]?.[0].startsWith('$');
  return { value: looksLikeSlot ? { $p: members } : Object.fromEntries(members) };
}

const isObjectLike = (raw: unknown): boolean => isObject(raw) && !(raw instanceof Uint8Array);

function secretOf(
  length: number,
  raw: unknown,
  known: Known,
  { plaintext = false }: LinkOptions,
  heard: boolean,
  member: string,
): Made {
  if (raw instanceof Uint8Array) {
    const from = known.output(raw);
    if (from) return { value: { $o: from } };
    return { value: plaintext ? { $b: toBase64(new Uint8Array(raw)) } : { $f: [known.filler(raw), length] } };
  }
  if (typeof raw === 'string') return { value: plaintext ? raw : { $s: length } };
  if (!heard && typed.has(member)) return { value: { $f: [known.filler(undefined), length] } };
  return undefined;
}

function genesisOf({ diff, at }: Entry): Story['genesis'] {
  const of = <T>(table: string) =>
    diff.flatMap(({ ref, after }) => (tableOf(ref) === table && after ? [after as T] : []));
  const [settings] = of<WorldRec>('world');
  const [clock] = of<ClockRec>('clock');
  if (!settings) throw new Error('the first entry of a world makes its settings');
  const policies = of<IdentityPolicyRec>('identityPolicy');
  const accounts = of<AccountRec>('account').map(({ account, name }): GenesisAccount => ({
    id: account,
    name,
    principals: of<PrincipalRec>('principal')
      .filter((one) => one.account === account && one.kind !== 'root')
      .map(({ arn }) => ({
        arn,
        policies: policies.filter(({ principal }) => principal === arn).map(({ document }) => document),
      })),
  }));
  const { throttling, propagation, fault } = settings;
  return {
    seed: settings.seed ?? toBase64(platformRandom(12)),
    now: new Date(clock?.mode === 'frozen' ? clock.at : at).toISOString(),
    accounts,
    switches: { throttling, propagation, fault },
  };
}
