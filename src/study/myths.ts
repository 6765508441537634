import {
  failed,
  list,
  object,
  oneOf,
  Place,
  record,
  text,
  whole,
  type Parsed,
  type Problem,
} from './parse.ts';

/* Claims of study guides with a verdict, a source, and, where there is one, the item whose run shows it. */
const myths = object(
  {
    format: oneOf(1),
    asOf: text(/^\d{4}-\d\d$/, 'a month'),
    myths: list(
      object(
        { n: whole(1, 999), verdict: oneOf('wrong', 'outdated', 'imprecise', 'correct'), source: text() },
        { shows: text(/^[a-z]+\/[a-z0-9-]+$/, 'the name of an item') },
      ),
      1,
    ),
  },
  { $schema: text() },
);
const mythWords = object(
  {
    language: text(/^[a-z]{2}$/, 'a language'),
    myths: record(object({ claim: text(), says: text() }), /^\d+$/),
  },
  { $schema: text() },
);
export type Verdict = Parsed<typeof myths>['myths'][number]['verdict'];

export interface Myth {
  readonly n: number;
  readonly claim: string;
  readonly says: string;
  readonly verdict: Verdict;
  readonly source: string;
  readonly asOf: string;
  /** The item whose run shows it. */
  readonly shows: string | undefined;
}

/** Facts and words together; every claim needs both. */
export function readMyths(
  facts: unknown,
  words: unknown,
): { readonly myths: readonly Myth[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = myths.parse(facts, new Place('myths.json', problems));
  const said = mythWords.parse(words, new Place('myths.en.json', problems));
  if (read === failed || said === failed) return { myths: [], problems };
  const at = new Place('myths.en.json', problems);
  const all = read.myths.flatMap((myth): readonly Myth[] => {
    const of = said.myths[String(myth.n)];
    if (!of) {
      at.member(String(myth.n)).refuse('a claim without words', 'wordsMissing');
      return [];
    }
    return [{ ...myth, ...of, asOf: read.asOf }];
  });
  for (const n of Object.keys(said.myths))
    if (!read.myths.some((myth) => String(myth.n) === n))
      at.member(n).refuse('words of no claim', 'wordsUnused');
  if (new Set(read.myths.map(({ n }) => n)).size !== read.myths.length)
    new Place('myths.json', problems).refuse('a number stands twice', 'doubleId');
  return { myths: all, problems };
}
