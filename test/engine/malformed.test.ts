import { describe, expect, it } from 'vitest';
import {
  apiOperations,
  handle,
  operationShape,
  seededBytes,
  statusOf,
  tableOf,
  typeShape,
  utf8,
  type MemberShape,
  type TypeShape,
} from '../../src/engine/index.ts';
import model from '../../src/engine/shapes/model.json';
import { Bench, region, root } from '../support/bench.ts';

/*
 * Malformed requests made from the model: each gets an error of the model, never a crash, and changes nothing that a
 * refused call may not change. 10,000 with KMS_LONG=1, a tenth otherwise; KMS_SEED repeats a run.
 */
const count = process.env['KMS_LONG'] ? 10_000 : 1_000;
const seed = process.env['KMS_SEED'] ?? String(Date.now() % 2 ** 31);

/** Chance that repeats. */
class Dice {
  readonly #random;
  constructor(text: string) {
    this.#random = seededBytes(text, 0);
  }
  below(n: number): number {
    const [a = 0, b = 0, c = 0] = this.#random(3);
    return (a * 65_536 + b * 256 + c) % n;
  }
  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T; // below the length
  }
}

/** What must be wrong with a request: its type, or the rule that one member breaks. */
type Wrong = { readonly serialization: true } | { readonly path: string; readonly rule: string };
interface Mutant {
  readonly input: unknown;
  readonly wrong: Wrong;
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** A value that the shape lets through; it need not mean anything. */
function fitting(type: string, dice: Dice): unknown {
  const shape = typeShape(type);
  switch (shape.kind) {
    case 'string':
      return shape.enum ? dice.one(shape.enum) : fittingText(type, shape);
    case 'integer':
      return shape.min ?? 1;
    case 'boolean':
      return dice.below(2) === 0;
    case 'timestamp':
      return new Date(Date.UTC(2026, 5, 1));
    case 'blob':
      return new Uint8Array(shape.min ?? 1);
    case 'list':
      return Array.from({ length: Math.max(shape.min ?? 1, 1) }, () => fitting(shape.of ?? 'string', dice));
    case 'map':
      return { purpose: 'test' };
    case 'structure':
      return Object.fromEntries(
        Object.entries(shape.members ?? {})
          .filter(([, member]) => member.required || dice.below(2) === 0)
          .map(([name, member]) => [name, fitting(member.type, dice)]),
      );
    default:
      return shape.kind satisfies never;
  }
}

/** Shortest texts that fit each pattern of the model. */
const candidates = [
  'a',
  'default',
  '1'.repeat(12),
  'a'.repeat(64),
  'alias/a',
  `cluster-${'a'.repeat(11)}`,
  'https://example.com',
  '/kms/xks/v1',
  '/kms/xks/v1/'.padEnd(128, 'a').slice(0, 20),
  'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0',
  'us-east-1',
  'A'.repeat(20),
  'A'.repeat(44),
  'A'.repeat(48),
  `arn:aws:kms:us-east-1:${'1'.repeat(12)}:key/1`,
];
function fittingText(type: string, shape: TypeShape): string {
  const { min = 0, max = Infinity, pattern } = shape;
  const fits = (text: string) =>
    text.length >= min && text.length <= max && (pattern === undefined || matches(pattern, text));
  const found = [...candidates, 'a'.repeat(Math.max(min, 1))].find(fits);
  if (found === undefined) throw new Error(`no candidate fits ${type}: ${JSON.stringify(shape)}`);
  return found;
}
const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^(?:${pattern.replace(/^\^/, '').replace(/\$$/, '')})$`, 's').test(text);

const wholeInput = (operation: string, dice: Dice): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(membersOf(operation))
      .filter(([, member]) => member.required || dice.below(3) === 0)
      .map(([name, member]) => [name, fitting(member.type, dice)]),
  );
const membersOf = (operation: string): Readonly<Record<string, MemberShape>> =>
  operationShape(operation)?.in ?? {};

const deep = (levels: number): unknown => {
  let value: unknown = {};
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { a: value };
  return value;
};

/** Values of another kind than the shape's, from the plain to the absurd. */
function otherKinds(kind: TypeShape['kind']): readonly unknown[] {
  const all: readonly (readonly [string, unknown])[] = [
    ['string', 'text'],
    ['integer', 7],
    ['float', 1.5],
    ['float', Number.NaN],
    ['float', 1e300],
    ['boolean', true],
    ['list', []],
    ['list', [[[['a']]]]],
    ['object', {}],
    ['object', JSON.parse('{"__proto__":{"polluted":true}}')],
    ['object', { deep: deep(2_000) }],
    ['list', [deep(2_000)]],
    ['symbolic', Symbol.for('kms')],
    ['bigint', 10n],
    ['function', () => 'x'],
    ['text', 'constructor'],
  ];
  const own: Readonly<Record<TypeShape['kind'], readonly string[]>> = {
    string: ['string', 'text'],
    integer: ['integer'],
    boolean: ['boolean'],
    timestamp: [],
    blob: [],
    list: ['list'],
    map: ['object'],
    structure: ['object'],
  };
  return all.filter(([of]) => !own[kind].includes(of)).map(([, value]) => value);
}

/** Values that break one rule of a shape, with the sentence that AWS says of it. */
function rulesBroken(shape: TypeShape, dice: Dice): readonly { value: unknown; rule: string }[] {
  const { kind, min, max, pattern } = shape;
  const found: { value: unknown; rule: string }[] = [];
  const long = (least: number): number => (dice.below(20) === 0 ? least + 1_000_000 : least);
  switch (kind) {
    case 'string':
      if (shape.enum) {
        for (const value of ['', 'nope', '__proto__', 'constructor', shape.enum[0]?.toLowerCase() ?? 'x'])
          if (!shape.enum.includes(value))
            found.push({ value, rule: `satisfy enum value set: [${shape.enum.join(', ')}]` });
        return found;
      }
      if (min !== undefined && min > 0)
        found.push({ value: 'a'.repeat(min - 1), rule: `have length greater than or equal to ${min}` });
      if (max !== undefined)
        found.push({ value: 'a'.repeat(long(max + 1)), rule: `have length less than or equal to ${max}` });
      if (pattern !== undefined) {
        for (const value of ['\u0000', '§'.repeat(Math.max(min ?? 1, 1)), '<script>', '__proto__ \n', '💥'])
          if (!matches(pattern, value))
            found.push({ value, rule: `satisfy regular expression pattern: ${pattern}` });
      }
      return found;
    case 'integer':
      if (min !== undefined)
        found.push({ value: min - 1, rule: `have value greater than or equal to ${min}` });
      if (max !== undefined) found.push({ value: max + 1, rule: `have value less than or equal to ${max}` });
      return found;
    case 'blob':
      if (min !== undefined && min > 0)
        found.push({ value: new Uint8Array(min - 1), rule: `have length greater than or equal to ${min}` });
      if (max !== undefined)
        found.push({ value: new Uint8Array(max + 1), rule: `have length less than or equal to ${max}` });
      return found;
    case 'list':
      if (min !== undefined && min > 0)
        found.push({ value: [], rule: `have length greater than or equal to ${min}` });
      if (max !== undefined) {
        const value = Array.from({ length: max + 1 }, () => fitting(shape.of ?? 'string', dice));
        found.push({ value, rule: `have length less than or equal to ${max}` });
      }
      return found;
    default:
      return found;
  }
}

/** Every way in which a value of this type can be broken, here or further down. */
function broken(type: string, path: string, dice: Dice): readonly { value: unknown; wrong: Wrong }[] {
  const shape = typeShape(type);
  const here = [
    ...rulesBroken(shape, dice).map(({ value, rule }) => ({ value, wrong: { path, rule } })),
    ...[dice.one(otherKinds(shape.kind)), dice.one(otherKinds(shape.kind))].map((value) => ({
      value,
      wrong: { serialization: true as const },
    })),
  ];
  if (shape.kind === 'map') {
    const other = dice.one([7, null, [], {}, deep(500)]);
    const value = JSON.parse(JSON.stringify({ a: 'b', __x: other }).replace('__x', '__proto__')) as object;
    return [...here, { value, wrong: { serialization: true } }];
  }
  if (shape.kind === 'list') {
    const inner = broken(shape.of ?? 'string', `${path}.1.member`, dice);
    return [...here, ...inner.map(({ value, wrong }) => ({ value: [value], wrong }))];
  }
  if (shape.kind !== 'structure') return here;
  const members = shape.members ?? {};
  const required = Object.keys(members).filter((name) => members[name]?.required);
  const base = (): Record<string, unknown> =>
    Object.fromEntries(required.map((name) => [name, fitting(members[name]?.type ?? 'string', dice)]));
  const inside = Object.entries(members).flatMap(([name, member]) =>
    broken(member.type, `${path}.${lowerFirst(name)}`, dice).map(({ value, wrong }) => ({
      value: { ...base(), [name]: value },
      wrong,
    })),
  );
  const missing = required.map((name) => {
    const { [name]: _gone, ...value } = base();
    return { value, wrong: { path: `${path}.${lowerFirst(name)}`, rule: 'not be null' } };
  });
  return [...here, ...inside, ...missing];
}

/** Members that no shape knows; AWS drops them, and so must we, whatever they are. */
const extras = (dice: Dice): Record<string, unknown> =>
  dice.below(3) > 0
    ? {}
    : (JSON.parse(
        dice.one([
          '{"Unknown": 1}',
          '{"__proto__": {"KeyId": "x", "isAdmin": true}}',
          '{"constructor": {"prototype": {}}, "toString": null, "hasOwnProperty": 1}',
          `{"x": ${'['.repeat(1_500)}${']'.repeat(1_500)}}`,
          `{"Secret": "${'s'.repeat(200_000)}"}`,
        ]),
      ) as Record<string, unknown>);

function mutant(operation: string, dice: Dice): Mutant {
  const members = membersOf(operation);
  const names = Object.keys(members);
  if (names.length === 0 || dice.below(40) === 0) {
    const input = dice.one<unknown>([undefined, null, 'text', 7, [], [{}], utf8('{}'), new Date(0), true]);
    return { input, wrong: { serialization: true } };
  }
  const whole = wholeInput(operation, dice);
  const name = dice.one(names);
  const member = members[name];
  if (!member) throw new Error('no member');
  const path = lowerFirst(name);
  const merge = (value: unknown) => {
    // `defineProperty` by fromEntries, so that `__proto__` stays a member as it does out of JSON.
    const all = [...Object.entries(extras(dice)), ...Object.entries({ ...whole, [name]: value })];
    return Object.fromEntries(all);
  };
  if (member.required && dice.below(5) === 0)
    return { input: merge(dice.one([undefined, null])), wrong: { path, rule: 'not be null' } };
  const { value, wrong } = dice.one(broken(member.type, path, dice));
  return { input: merge(value), wrong };
}

const sentence =
  /^Value(?: null| '[^]*')? at '[a-zA-Z0-9._]+' failed to satisfy constraint: Member must (?:have length (?:less|greater) than or equal to \d+|have value (?:less|greater) than or equal to \d+|satisfy enum value set: \[[^]+\]|satisfy regular expression pattern: [^]+|not be null)$/;

/** The sentences of a generic message, whatever the values in it are. */
function sentencesOf(message: string): readonly string[] {
  const head = /^(\d+) validation errors? detected: /.exec(message);
  if (!head) return [];
  return message.slice(head[0].length).split(/; (?=Value(?: null| at | '))/);
}

describe('malformed requests', () => {
  it(`[FACTS generic validation] ${count} made from the model each get a modelled error (KMS_SEED=${seed})`, async () => {
    console.log(`malformed: KMS_SEED=${seed}, ${count} requests`);
    const bench = new Bench();
    const dice = new Dice(`malformed ${seed}`);
    // The trail is no table of the engine; what a refused call costs of the quota is.
    const mayChange = new Set(['bucket', 'clock']);
    const names = new Set([...Object.keys(model.errors)]);
    const seen = new Map<string, number>();
    const before = new Map(bench.view.records);
    for (let n = 0; n < count; n++) {
      const operation = apiOperations[n % apiOperations.length] ?? 'ListKeys';
      const { input, wrong } = mutant(operation, dice);
      const said = `request ${n} (KMS_SEED=${seed}), ${operation}`;
      const call = { operation, input, region, caller: { kind: 'principal', arn: root } } as const;
      const { result, diff, trace, redacted } = await handle(bench.view, call, bench.env()).catch(
        (error: unknown) => {
          throw new Error(`${said} crashed`, { cause: error });
        },
      );
      if (result.ok) throw new Error(`${said} succeeded`);
      const { refused, message, status } = result.refusal;
      expect(names, said).toContain(refused);
      expect(status, said).toBe(statusOf(refused));
      for (const { ref } of diff) expect(mayChange, said).toContain(tableOf(ref));
      expect(() => JSON.stringify([trace, redacted]), said).not.toThrow();
      if ('serialization' in wrong) {
        expect(refused, `${said}: ${message.slice(0, 300)}`).toBe('SerializationException');
      } else {
        expect(refused, said).toBe('ValidationException');
        const sentences = sentencesOf(message);
        expect(message, said).toMatch(
          sentences.length === 1 ? /^1 validation error detected: / : /^\d+ validation errors detected: /,
        );
        expect(message.startsWith(`${sentences.length} `), said).toBe(true);
        for (const one of sentences) expect(one, said).toMatch(sentence);
        const ending = `at '${wrong.path}' failed to satisfy constraint: Member must ${wrong.rule}`;
        expect(
          sentences.some((one) => one.endsWith(ending)),
          `${said}: ${ending}\n${message.slice(0, 600)}`,
        ).toBe(true);
      }
      seen.set(refused, (seen.get(refused) ?? 0) + 1);
    }
    expect(bench.view.records).toEqual(before);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    console.log(`malformed: ${[...seen].map(([name, n]) => `${n} ${name}`).join(', ')}`);
    expect(seen.size).toBeGreaterThan(1);
  });

  it('knows a right request when it sees one: what no rule forbids is not called malformed', async () => {
    const dice = new Dice(`fitting ${seed}`);
    const bench = new Bench();
    const calls = Math.ceil(count / 50);
    for (let n = 0; n < calls * apiOperations.length; n++) {
      const operation = apiOperations[n % apiOperations.length] ?? 'ListKeys';
      const call = {
        operation,
        input: wholeInput(operation, dice),
        region,
        caller: { kind: 'principal', arn: root },
      } as const;
      const { trace } = await handle(bench.view, call, bench.env()).catch((error: unknown) => {
        throw new Error(`${operation} crashed, ${JSON.stringify(call.input)}, KMS_SEED=${seed}`, {
          cause: error,
        });
      });
      expect(trace.refusal?.name, operation).not.toBe('SerializationException');
      expect(trace.refusal?.message ?? '', operation).not.toContain(
        ' failed to satisfy constraint: Member must have',
      );
    }
  });
});
