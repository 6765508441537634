import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import facts from '../../scenarios/envelope/file-of-50-mb.json' with { type: 'json' };
import texts from '../../scenarios/envelope/file-of-50-mb.en.json' with { type: 'json' };
import { readScenario, readWords } from './scenario.ts';

const longer = process.env['KMS_LONG'] ? 20_000 : 2_000;

/** Every way into a JSON value: the paths of all its members and items. */
function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, each]) => pathsOf(each, [...path, name]))];
}

/** A copy with one value replaced, removed or added. */
function mutated(
  root: unknown,
  path: readonly string[],
  how: 'replace' | 'remove' | 'add',
  to: unknown,
): unknown {
  const copy: unknown = structuredClone(root);
  if (path.length === 0) return to;
  let here: unknown = copy;
  for (const name of path.slice(0, -1))
    here = typeof here === 'object' && here !== null ? Reflect.get(here, name) : undefined;
  if (typeof here !== 'object' || here === null) return copy;
  const last = path.at(-1) ?? '';
  if (how === 'remove') Reflect.deleteProperty(here, last);
  else Reflect.set(here, how === 'add' ? `${last}x` : last, to);
  return copy;
}

describe('scenario files are read strictly', () => {
  it('reads what is right', () => {
    expect(readScenario(facts, 'f').ok).toBe(true);
    expect(readWords(texts, 'w').ok).toBe(true);
  });

  it.each([
    ['a misspelt member', { ...facts, optionss: [] }, 'optionss', 'no such member'],
    ['a missing member', { ...facts, answer: undefined }, 'answer', 'expected'],
    ['another kind', { ...facts, kind: 'essay' }, 'kind', 'got "essay"'],
    ['a nameless step', { ...facts, setup: [{ operation: 'CreateKey' }] }, 'setup[0].do', 'expected "call"'],
    ['a list for an object', { ...facts, stem: [] }, 'stem', 'expected an object, got a list'],
    ['another format', { ...facts, format: 2 }, 'format', 'expected 1, got 2'],
  ])('names file and place of %s', (_, value, place, message) => {
    const reading = readScenario(value, 'envelope/x.json');
    expect(reading.ok).toBe(false);
    const problems = reading.ok ? [] : reading.problems;
    expect(problems.map((p) => p.file)).toContain('envelope/x.json');
    expect(problems.find((p) => p.place === place)?.message).toContain(message);
  });

  it('collects all problems, not the first alone', () => {
    const reading = readScenario({ ...facts, id: 'No Such Id', version: 0, answer: 7 }, 'f');
    expect(reading.ok ? [] : reading.problems.map((p) => p.place)).toEqual(['id', 'version', 'answer']);
  });

  it('refuses what would take over an object, and what is nested without end', () => {
    const proto: unknown = JSON.parse(
      JSON.stringify(facts).replace('"save":{"keyArn"', '"save":{"__proto__"'),
    );
    expect(readScenario(proto, 'f').ok).toBe(false);
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(readScenario({ ...facts, setup: deep }, 'f').ok).toBe(false);
  });

  it.each([
    ['facts', facts, readScenario],
    ['words', texts, readWords],
  ] as const)('never crashes on changed %s, and always names a place', (_, root, read) => {
    const paths = pathsOf(root);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.constantFrom('replace', 'remove', 'add'),
        fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.bigInt(), fc.constant(Number.NaN)),
        (path, how, to) => {
          const reading = read(mutated(root, path, how, to), 'file.json');
          if (reading.ok) return;
          expect(reading.problems.length).toBeGreaterThan(0);
          for (const problem of reading.problems) {
            expect(problem.file).toBe('file.json');
            expect(problem.message).not.toBe('');
            // The place of a problem is the file as a whole only when the whole was replaced, or is nested too deep.
            if (path.length > 0)
              expect(problem.place === '' && !problem.message.startsWith('nested')).toBe(false);
          }
        },
      ),
      { numRuns: longer },
    );
  });

  it('never crashes on anything at all', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof readScenario(value, 'f').ok).toBe('boolean');
        expect(typeof readWords(value, 'w').ok).toBe('boolean');
      }),
      { numRuns: longer },
    );
  });
});
