import { describe, expect, test } from 'vitest';
import { decidePlain, type PlainQuestion } from './plain.ts';
import { policySet } from './policySets.fixture.ts';
import { referenceDecide, type Verdict } from './reference.fixture.ts';
import { seed } from '../../../test/support/seed.ts';

/*
 * The evaluator against a second reading of policy.md, on random policy sets: 100,000 with KMS_LONG=1, a twentieth otherwise.
 * Each set has its own seed; KMS_SEED repeats a run.
 */

const sets = process.env['KMS_LONG'] ? 100_000 : 5_000;
const first = seed;

const verdictOf = (question: PlainQuestion): Verdict => {
  const { kind } = decidePlain(question);
  return kind === 'allow' ? 'allow' : kind === 'explicitDeny' ? 'explicit deny' : 'implicit deny';
};

interface Difference {
  readonly seed: number;
  readonly evaluator: Verdict;
  readonly reference: Verdict;
}

function compare(judge: (question: PlainQuestion) => Verdict, n: number, from = first) {
  const differences: Difference[] = [];
  const counts: Record<Verdict, number> = { allow: 0, 'explicit deny': 0, 'implicit deny': 0 };
  for (let i = 0; i < n; i++) {
    const seed = (from + i) >>> 0;
    const question = policySet(seed);
    const evaluator = judge(question);
    const reference = referenceDecide(question);
    counts[reference]++;
    if (evaluator !== reference) differences.push({ seed, evaluator, reference });
  }
  return { differences, counts };
}

/** The same difference with as little as it needs, so that somebody can read it. */
function smaller(question: PlainQuestion): PlainQuestion {
  const differs = (one: unknown): boolean => {
    try {
      const asked = one as PlainQuestion; // A part was taken out; what does not read then does not differ.
      return verdictOf(asked) !== referenceDecide(asked);
    } catch {
      return false;
    }
  };
  let least: unknown = question;
  for (let again = true; again;) {
    again = false;
    for (const less of withoutOnePart(least)) {
      if (!differs(less)) continue;
      least = less;
      again = true;
      break;
    }
  }
  return least as PlainQuestion;
}

function* withoutOnePart(value: unknown): Generator {
  if (Array.isArray(value)) {
    for (const i of value.keys()) yield value.filter((_, at) => at !== i);
    for (const [i, item] of value.entries())
      for (const less of withoutOnePart(item)) yield value.map((old: unknown, at) => (at === i ? less : old));
  } else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value))
      yield Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
    for (const [name, item] of Object.entries(value))
      for (const less of withoutOnePart(item)) yield { ...value, [name]: less };
  }
}

// Whatever else the machine does: this is work, not waiting.
describe('a second reading of policy.md', { timeout: process.env['KMS_LONG'] ? 1_800_000 : 180_000 }, () => {
  test(`[policy.md] agrees on ${sets} random policy sets`, () => {
    const { differences, counts } = compare(verdictOf, sets);
    process.stdout.write(`reference: KMS_SEED=${first}, ${sets} sets, ${JSON.stringify(counts)}\n`);
    const [worst] = differences;
    expect(
      worst && { ...worst, of: differences.length, question: smaller(policySet(worst.seed)) },
    ).toBeUndefined();
    // Sets that are all denied would prove little.
    for (const verdict of ['allow', 'explicit deny', 'implicit deny'] as const)
      expect(counts[verdict]).toBeGreaterThan(sets / 20);
  });

  test('would notice an evaluator that forgets the boundary', () => {
    const forgetful = ({ permissionsBoundary: _, ...question }: PlainQuestion) => verdictOf(question);
    // Few sets hang on their boundary alone: the first one that does is enough, however far away it lies.
    const caught = Array.from({ length: 100 }, (_, i) => first + 500 * i).some(
      (from) => compare(forgetful, 500, from).differences.length > 0,
    );
    expect(caught).toBe(true);
  });
});
