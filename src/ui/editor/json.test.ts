import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../engine/index.ts';
import { isFault, jsonFault, placeAt, readJson, treeAt, valueOf } from './json.ts';
import { editText } from './textEdits.ts';

const name = fc.constantFrom('Statement', 'Action', 'Sid', 'a', 'b"c', 'kms:Key');
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
const spacing = fc.constantFrom(undefined, 2, 4, '\t');
const document = fc.tuple(object, spacing).map(([root, by]) => JSON.stringify(root, undefined, by));

describe('reading with places', () => {
  test('finds nothing exactly where JSON.parse finds nothing, and the same value', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          document,
          fc.string(),
          fc.json().map((j) => j.slice(0, -1)),
          fc.json().map((j) => `${j}]`),
        ),
        (text) => {
          let reads: unknown;
          let isJson = true;
          try {
            reads = JSON.parse(text);
          } catch {
            isJson = false;
          }
          const read = readJson(text);
          expect(isFault(read)).toBe(!isJson);
          if (!isFault(read)) expect(valueOf(read)).toEqual(reads);
        },
      ),
    );
  });

  test('a text cut short is faulty where it ends', () => {
    fc.assert(
      fc.property(
        fc.object().map((o) => JSON.stringify({ o }, undefined, 2)),
        fc.nat(),
        (text, n) => {
          const cut = text.slice(0, n % text.length);
          const fault = jsonFault(cut);
          expect(fault).toBeDefined();
          expect(fault?.line).toBeLessThanOrEqual(cut.split('\n').length);
        },
      ),
    );
  });

  test.each([
    ['{\n  "a": 1,\n}', 2, 9, 'a comma may not stand before the end'],
    ['{\n  "a" 1\n}', 2, 7, 'a colon is expected'],
    ['{"a": 1 "b": 2}', 1, 9, 'a comma or } is expected'],
    ["{'a': 1}", 1, 2, 'a name or text in double quotes is expected'],
    ['[1, 2', 1, 6, 'the text ends too early: a comma or ] is expected'],
    ['{"a": "x}', 1, 7, 'this text has no closing quote'],
    ['{"a": ture}', 1, 7, 'a value is expected'],
    ['{} {}', 1, 4, 'nothing more is expected here'],
    ['', 1, 1, 'the text ends too early: a value is expected'],
  ])('%j is faulty at %i:%i', (text, line, column, why) => {
    expect(jsonFault(text)).toMatchObject({ line, column, why });
  });

  test('the place of a path is its text', () => {
    const text = '{ "a": [1, {"b": "x"}] }';
    const root = readJson(text);
    if (isFault(root)) throw new Error(root.why);
    const at = (path: readonly (string | number)[], what?: 'name'): string => {
      const { from, to } = placeAt(root, path, what);
      return text.slice(from, to);
    };
    expect(at(['a', 1, 'b'])).toBe('"x"');
    expect(at(['a', 1, 'b'], 'name')).toBe('"b"');
    expect(at(['a', 1, 'gone'])).toBe('{');
    expect(treeAt(root, ['a', 7])).toBeUndefined();
  });
});

/** Every path of a value, with what stands there. */
function pathsOf(
  at: unknown,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (typeof at !== 'object' || at === null) return [path];
  const steps: readonly (readonly [string | number, unknown])[] = Array.isArray(at)
    ? at.map((item: unknown, i) => [i, item] as const)
    : Object.entries(at);
  return [path, ...steps.flatMap(([step, item]) => pathsOf(item, [...path, step]))];
}

describe('edits of the text', () => {
  const edited = fc.tuple(document, value, fc.nat(), fc.constantFrom('set', 'remove', 'append'), name);
  test('make of the document what the engine makes of it', () => {
    fc.assert(
      fc.property(edited, ([text, put, n, op, fresh]) => {
        const root: unknown = JSON.parse(text);
        const paths = pathsOf(root);
        const there = paths[n % paths.length] ?? [];
        const target: unknown = there.reduce<unknown>((o, step) => Object(o)[step] as unknown, root);
        const isPlain = typeof target === 'object' && target !== null && !Array.isArray(target);
        const path = op !== 'remove' && isPlain && n % 2 === 0 ? [...there, fresh, 'deep'] : there;
        // `fresh` may be there already as a text or a list: nothing can be put into those.
        const inner = isPlain ? (target as Readonly<Record<string, unknown>>)[fresh] : undefined;
        fc.pre(path.length > 0 && (path === there || inner === undefined));
        fc.pre(op === 'set' || path === there || op === 'append');
        const edits =
          op === 'remove'
            ? [{ op: 'remove' as const, path }]
            : [{ op: op as 'set' | 'append', path, value: put }];
        expect(JSON.parse(editText(text, edits))).toEqual(JSON.parse(applyEdits(text, edits)));
      }),
      { numRuns: 400 },
    );
  });

  test('putting back what is there leaves the document, and a list item moves without losing a character', () => {
    fc.assert(
      fc.property(
        fc.array(object, { minLength: 1, maxLength: 4 }),
        spacing,
        fc.nat(),
        fc.nat(),
        (items, by, a, b) => {
          const text = JSON.stringify({ list: items }, undefined, by);
          const from = a % items.length;
          const to = b % items.length;
          const moved = editText(text, [{ op: 'move', path: ['list', from], to }]);
          const order = items.toSpliced(from, 1).toSpliced(to, 0, items[from] ?? {});
          expect(JSON.parse(moved)).toEqual({ list: order });
          expect(moved).toHaveLength(text.length);
          expect(editText(moved, [{ op: 'move', path: ['list', to], to: from }])).toBe(text);
          expect(editText(text, [{ op: 'set', path: ['list', from], value: items[from] }])).toBe(text);
        },
      ),
    );
  });

  test('what is not named keeps its characters', () => {
    const text = `{
    "Version" : "2012-10-17",
    "Statement": [
        { "Sid": "One",   "Action": ["kms:Encrypt", "kms:Decrypt"] },
        { "Sid": "Two", "Odd": {  "x": 1e2 } }
    ]
}`;
    expect(editText(text, [{ op: 'append', path: ['Statement', 0, 'Action'], value: 'kms:Sign' }])).toBe(
      text.replace('"kms:Decrypt"]', '"kms:Decrypt", "kms:Sign"]'),
    );
    expect(editText(text, [{ op: 'remove', path: ['Statement', 0, 'Sid'] }])).toBe(
      text.replace('"Sid": "One",   ', ''),
    );
    expect(editText(text, [{ op: 'rename', path: ['Statement', 0, 'Action'], name: 'NotAction' }])).toBe(
      text.replace('"Action"', '"NotAction"'),
    );
    expect(editText(text, [{ op: 'insert', path: ['Statement', 1], value: { Sid: 'New' } }])).toBe(
      text.replace(
        '        { "Sid": "Two"',
        '        {\n            "Sid": "New"\n        },\n        { "Sid": "Two"',
      ),
    );
    expect(editText(text, [{ op: 'append', path: ['Statement'], value: {} }])).toContain(
      '{  "x": 1e2 } },\n        {}\n    ]',
    );
  });

  test('a path that leads nowhere throws', () => {
    expect(() => editText('{"a": 1}', [{ op: 'remove', path: ['b'] }])).toThrow('expected something at');
    expect(() => editText('{', [{ op: 'remove', path: ['b'] }])).toThrow('expected JSON');
  });
});
