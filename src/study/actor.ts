import { apiOperations, type Progress, type SealedObject, type WorldApi } from '../client/index.ts';
import type { Bytes, PrincipalArn, Refusal, Region, Stage, Trace } from '../engine/index.ts';
import { noMeasures, type LocalCause, type Measures, type StepRun } from './runs.ts';
import { plainCall, type CallStep, type ExecutedScenario, type Step } from './scenario.ts';
import {
  byteLengthIn,
  fill,
  fillMembers,
  memberOf,
  NothingToUse,
  sameBytes,
  type Filling,
} from './values.ts';
import {
  alarmsIn,
  costOf,
  multiplied,
  playedDrill,
  recordsOf,
  wantedBy,
  type RequestUse,
} from './watching.ts';

/** A mistake of the scenario or of ours: the option is not judged. */
export class CannotCheck extends Error {
  override readonly name = 'CannotCheck';
}

/** Why a list of steps stopped; empty when it did not. */
export interface Ended {
  readonly refusal?: { readonly refusal: Refusal; readonly stage: Stage } | undefined;
  readonly local?: LocalCause | undefined;
}

/** One world being acted upon, with the variables saved so far. */
export class Actor {
  readonly variables: Map<string, unknown>;
  readonly measures: { -readonly [M in keyof Measures]: Measures[M] } = { ...noMeasures };
  /** What calls that were multiplied asked of KMS, beyond those that were executed. */
  multiplied: readonly RequestUse[] = [];
  constructor(
    readonly world: WorldApi,
    private readonly scenario: Pick<ExecutedScenario, 'stem'>,
    private readonly files: (name: string) => Blob,
    variables: ReadonlyMap<string, unknown>,
    private readonly options: {
      readonly signal?: AbortSignal | undefined;
      readonly bytes?: (p: Progress) => void;
      /** Of each denied call, what little would have let it pass. */
      readonly advise?: boolean | undefined;
    },
  ) {
    this.variables = new Map(variables);
  }

  /** Whose trail is read and whose bill, unless a step says otherwise. */
  get account(): string {
    return this.scenario.stem.account;
  }

  private filling(piece?: Bytes): Filling {
    return { variables: this.variables, file: this.files, piece };
  }

  /** Runs steps until one is refused or has nothing to work with. */
  async run(steps: readonly Step[], into: StepRun[]): Promise<Ended> {
    for (const step of steps) {
      this.options.signal?.throwIfAborted();
      const ended = await this.one(step, into).catch((error: unknown): Ended => {
        if (!(error instanceof NothingToUse)) throw error;
        const doing = step.do === 'seal' || step.do === 'open' ? step.do : 'call';
        into.push({ kind: 'stopped', doing, because: 'nothingToUse', missing: error.variable });
        return { local: 'nothingToUse' };
      });
      if (ended.refusal || ended.local) return ended;
    }
    return {};
  }

  private async one(step: Step, into: StepRun[]): Promise<Ended> {
    switch (step.do) {
      case 'call':
        return this.calls(step, into);
      case 'callPerPiece':
        return this.callPerPiece(step, into);
      case 'attachPolicy':
        return this.attachPolicy(step, into);
      case 'advance': {
        const { days = 0, hours = 0, seconds = 0 } = step;
        await this.world.advance({ days, hours, seconds });
        into.push({ kind: 'advance', hours: days * 24 + hours + seconds / 3600 });
        return {};
      }
      case 'seal':
        return this.seal(step, into);
      case 'open':
        return this.open(step, into);
      case 'wrapMaterial': {
        const [material, publicKey] = await Promise.all(
          [step.material, step.publicKey].map((each) => fill(each, this.filling())),
        );
        const plain = asBytes(material, 'material');
        this.variables.set(step.save, await wrapped(plain, asBytes(publicKey, step.publicKey)));
        into.push({ kind: 'wrapMaterial', byteLength: plain.byteLength });
        return {};
      }
      case 'verifyOutside': {
        const [publicKey, message, signature] = await Promise.all(
          [step.publicKey, step.message, step.signature].map((each) => fill(each, this.filling())),
        );
        const ok = await verified(
          asBytes(publicKey, step.publicKey),
          asBytes(message, 'message'),
          asBytes(signature, step.signature),
        );
        into.push({ kind: 'verifyOutside', ok });
        return ok ? {} : { local: 'notSame' };
      }
      case 'expect': {
        const value = await fill(step.value, this.filling());
        const ok = value === step.equals;
        into.push({
          kind: 'expect',
          name: step.value.slice(2, -1),
          found: String(value),
          wanted: step.equals,
          ok,
        });
        return ok ? {} : { local: 'notSame' };
      }
      case 'multiply':
        return this.multiply(step, into);
      case 'bill': {
        const { account, multiplied: more } = this;
        const { at } = await this.world.now();
        const from = step.days === undefined ? undefined : at - step.days * 86_400_000;
        const cost = await costOf(this.world, { account, from, more });
        return this.found(step, cost.toFixed(2), into);
      }
      case 'countEvents':
        return this.found(step, (await recordsOf(this.world, step, this.account)).length, into);
      case 'alarm':
        return this.found(step, await alarmsIn(this.world, step, this.account), into);
      case 'react':
        for (const { region, input } of await wantedBy(this.world, step, this.account)) {
          const ended = await this.call(
            { ...plainCall, operation: step.operation, as: step.as, region, input },
            into,
          );
          if (ended.refusal) return ended;
        }
        return {};
      case 'drill': {
        const named = await playedDrill(this.world, step.drill);
        for (const [name, of] of Object.entries(step.save)) {
          const value = named.get(of);
          if (value === undefined) throw new CannotCheck(`the drill makes no ${of}`);
          this.variables.set(name, value);
        }
        into.push({ kind: 'drill' });
        return {};
      }
      case 'wipe': {
        const bytes = asBytes(await fill(step.value, this.filling()), step.value);
        bytes.fill(0);
        this.variables.delete(step.value.slice(2, -1));
        into.push({ kind: 'wipe', byteLength: bytes.byteLength });
        return {};
      }
      default:
        return step satisfies never;
    }
  }

  private found(
    { do: kind, save }: Extract<Step, { do: 'bill' | 'countEvents' | 'alarm' }>,
    value: string | number,
    into: StepRun[],
  ): Ended {
    this.variables.set(save, value);
    into.push({ kind, found: String(value) });
    return {};
  }

  private async calls(step: CallStep, into: StepRun[]): Promise<Ended> {
    for (let i = 0; i < (step.times ?? 1); i += 1) {
      if (i > 0) await this.world.advance({ seconds: step.everySeconds ?? 1 });
      const ended = await this.call(step, into);
      if (ended.refusal || ended.local) return ended;
    }
    return {};
  }

  private async multiply(step: Extract<Step, { do: 'multiply' }>, into: StepRun[]): Promise<Ended> {
    let ended: Ended = {};
    const { requests, uses } = await multiplied(this.world, step, async () => {
      if (!ended.refusal && !ended.local) ended = await this.call(step, into);
    });
    this.multiplied = [...this.multiplied, ...uses];
    into.push({ kind: 'multiply', operation: step.operation, times: step.times, requests });
    return ended;
  }

  async call(
    step: Omit<CallStep, 'do' | 'times' | 'everySeconds'>,
    into: StepRun[],
    piece?: { index: number; of: number; bytes: Bytes },
  ): Promise<Ended> {
    const { stem } = this.scenario;
    const principal = step.as ?? stem.principal;
    const region = step.region ?? stem.region;
    const input = await fillMembers(step.input ?? {}, this.filling(piece?.bytes));
    const facts = {
      service: step.service,
      operation: step.operation,
      input,
      // OURS: the parser has checked both forms; the brands are made by the engine's parsers, which know no role paths.
      principal: principal as PrincipalArn,
      region: region as Region,
      sourceIp: step.from,
    };
    const answer = await this.world.call(facts);
    this.measures.kmsCalls += kmsCallsIn(answer.trace, step.service);
    if (ofKms(step.service)) this.measures.bytesToKms += byteLengthIn(input);
    const { trace, result } = answer;
    const at = piece ? { index: piece.index, of: piece.of } : undefined;
    const denied = !result.ok && trace.refusal?.stage === 'authorize' && step.refusedAs === undefined;
    const advice =
      this.options.advise === true && denied
        ? (await this.world.smallestChange(facts, { mostProposals: 3 })).proposals
        : undefined;
    into.push({
      kind: 'call',
      service: step.service,
      operation: step.operation,
      principal,
      region,
      trace,
      refusal: result.ok ? undefined : result.refusal,
      answer: result.ok ? shown(result.output) : undefined,
      mustRefuse: step.refusedAs !== undefined,
      piece: at,
      advice,
    });
    if (step.refusedAs !== undefined) {
      if (!result.ok && result.refusal.refused === step.refusedAs) return {};
      if (result.ok) return { local: 'notSame' };
    }
    if (result.ok && ofKms(step.service)) this.measures.plaintextFromKms += plaintextIn(result.output);
    if (!result.ok)
      return { refusal: { refusal: result.refusal, stage: trace.refusal?.stage ?? 'operation' } };
    for (const [name, path] of Object.entries(step.save ?? {})) {
      const value = copied(memberOf(result.output, path));
      if (value === undefined) throw new CannotCheck(`${step.operation} answered no ${path}`);
      this.variables.set(name, value);
    }
    for (const [name, path] of Object.entries(step.saveIfGiven ?? {})) {
      const value = copied(memberOf(result.output, path));
      if (value !== undefined) this.variables.set(name, value);
    }
    return {};
  }

  /** As anybody would: a call of IAM. It is a call of the option, and none of KMS. */
  private async attachPolicy(step: Extract<Step, { do: 'attachPolicy' }>, into: StepRun[]): Promise<Ended> {
    const { principal, name } = step;
    const [, , , , account = '', resource = ''] = principal.split(':');
    const user = resource.startsWith('user/');
    const called = resource.split('/').at(-1) ?? '';
    const calls: StepRun[] = [];
    const ended = await this.call(
      {
        ...plainCall,
        service: 'iam',
        operation: user ? 'PutUserPolicy' : 'PutRolePolicy',
        as: `arn:aws:iam::${account}:root`,
        input: {
          [user ? 'UserName' : 'RoleName']: called,
          PolicyName: name,
          PolicyDocument: { $json: step.document },
        },
      },
      calls,
    );
    if (ended.refusal) throw new CannotCheck(`the policy was refused: ${ended.refusal.refusal.message}`);
    const document = JSON.stringify(await fill(step.document, this.filling()));
    into.push({ kind: 'attachPolicy', principal, document });
    return {};
  }

  private async callPerPiece(step: Extract<Step, { do: 'callPerPiece' }>, into: StepRun[]): Promise<Ended> {
    const file = this.files(step.file);
    const of = Math.max(1, Math.ceil(file.size / step.byteLength));
    const before = { ...this.measures };
    for (const index of spread(of, step.run)) {
      this.options.signal?.throwIfAborted();
      const piece = file.slice(index * step.byteLength, (index + 1) * step.byteLength);
      const ended = await this.call(step, into, {
        index,
        of,
        bytes: new Uint8Array(await piece.arrayBuffer()),
      });
      if (ended.refusal) return ended;
    }
    // All are counted: the calls that were not run send the other pieces.
    this.measures.kmsCalls = before.kmsCalls + of;
    this.measures.bytesToKms = before.bytesToKms + file.size;
    return {};
  }

  private async seal(step: Extract<Step, { do: 'seal' }>, into: StepRun[]): Promise<Ended> {
    const [dataKey, wrappedKey, keyArn] = await Promise.all(
      [step.dataKey, step.wrappedKey, step.keyArn].map((each) => fill(each, this.filling())),
    );
    const sealed = await this.world.seal(
      {
        name: step.file,
        mediaType: 'application/octet-stream',
        body: this.files(step.file),
        dataKey: asBytes(dataKey, step.dataKey),
        wrappedKey: asBytes(wrappedKey, step.wrappedKey),
        keyArn: String(keyArn),
        encryptionContext: {},
      },
      { progress: this.options.bytes },
    );
    this.variables.set(step.save, sealed);
    into.push({ kind: 'seal', byteLength: sealed.plaintextLength, sealedLength: sealed.sealedLength });
    return {};
  }

  private async open(step: Extract<Step, { do: 'open' }>, into: StepRun[]): Promise<Ended> {
    const [sealed, dataKey] = await Promise.all(
      [step.sealed, step.dataKey].map((each) => fill(each, this.filling())),
    );
    if (!isSealed(sealed)) throw new CannotCheck(`${step.sealed} is no sealed file`);
    const opened = await this.world.open(sealed.id, asBytes(dataKey, step.dataKey), {
      progress: this.options.bytes,
    });
    this.variables.set(step.save, opened);
    into.push({ kind: 'open', byteLength: opened.size, sealedLength: sealed.sealedLength });
    return {};
  }

  async same(pair: { readonly value: string; readonly as: unknown }, into: StepRun[]): Promise<boolean> {
    const blob = (value: unknown) => (value instanceof Blob ? value : new Blob([asBytes(value, pair.value)]));
    const left = blob(await fill(pair.value, this.filling()));
    const whole = wholeFile(pair.as);
    const right = whole === undefined ? blob(await fill(pair.as, this.filling())) : this.files(whole);
    const ok = await sameBytes(left, right);
    into.push({ kind: 'same', byteLength: right.size, ok });
    return ok;
  }
}

const shown = (output: Readonly<Record<string, unknown>>): string | undefined =>
  Object.keys(output).length === 0
    ? undefined
    : JSON.stringify(
        output,
        (_, value: unknown) => (value instanceof Uint8Array ? `${value.length} bytes` : value),
        2,
      );

/** In this thread an answer may hold the engine's own bytes; what an option saves it may also wipe. */
const copied = (value: unknown): unknown => (value instanceof Uint8Array ? value.slice() : value);

const kmsOperations: ReadonlySet<string> = new Set(apiOperations);
const ofKms = (service: string | undefined): boolean => service === undefined || service === 'kms';
/** The call itself, and those that services made of KMS to serve it. */
const kmsCallsIn = (trace: Trace, service: string | undefined): number =>
  (ofKms(service) ? 1 : 0) +
  trace.children.reduce(
    (sum, child) => sum + kmsCallsIn(child, kmsOperations.has(child.operation) ? 'kms' : 'other'),
    0,
  );

/** Members of an answer that hold what must stay secret. */
const plaintextIn = (output: Readonly<Record<string, unknown>>): number =>
  ['Plaintext', 'PrivateKeyPlaintext', 'SharedSecret'].reduce(
    (sum, name) => sum + byteLengthIn(output[name]),
    0,
  );

/** AWS names the scheme RSAES_OAEP_SHA_256: hash and mask generation both with SHA-256. */
async function wrapped(material: Bytes, publicKey: Bytes): Promise<Bytes> {
  const scheme = { name: 'RSA-OAEP', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('spki', publicKey, scheme, false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt(scheme, key, material));
}

async function verified(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const scheme = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('spki', publicKey, scheme, false, ['verify']);
  return crypto.subtle.verify(scheme, key, signature, message);
}

/** `{"$file": "video"}` is compared as a Blob, not read into memory first. */
const wholeFile = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 1 && '$file' in value
    ? String(value.$file)
    : undefined;

const isSealed = (value: unknown): value is SealedObject =>
  typeof value === 'object' && value !== null && 'sealedLength' in value && 'id' in value;

function asBytes(value: unknown, name: string): Bytes {
  // OURS: bytes of an answer are never shared memory; the platform's type cannot say so.
  if (value instanceof Uint8Array) return value as Bytes;
  throw new CannotCheck(`${name} holds no bytes`);
}

/** `n` of `0 … of - 1`, the first and the last among them. */
export const spread = (of: number, n: number): readonly number[] =>
  n === 1 || of === 1
    ? [0]
    : [
        ...new Set(
          Array.from({ length: Math.min(n, of) }, (_, i) =>
            Math.round((i * (of - 1)) / (Math.min(n, of) - 1)),
          ),
        ),
      ];
