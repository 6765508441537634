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
    /** `notShown`: why no run can show it. */
    myths: record(object({ claim: text(), says: text() }, { notShown: text() }), /^\d+$/),
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
  /** Why nothing does; one of the two is always there. */
  readonly notShown: string | undefined;
}

/** How the claims stand, for whoever checks them. */
export interface MythReport {
  readonly claims: number;
  readonly shown: number;
  readonly notShown: readonly { readonly n: number; readonly reason: string }[];
  readonly problems: readonly Problem[];
}

/** Reads the claims of a bank, if it has any, and looks for the items that they name. */
export function checkMyths(files: readonly { readonly path: string; readonly text: string }[]): MythReport {
  const textOf = (path: string): string | undefined => files.find((file) => file.path === path)?.text;
  const [facts, words] = [textOf('myths.json'), textOf('myths.en.json')];
  if (facts === undefined || words === undefined) return { claims: 0, shown: 0, notShown: [], problems: [] };
  const { myths: all, problems } = readMyths(JSON.parse(facts), JSON.parse(words));
  const missing = all.filter(({ shows }) => shows !== undefined && textOf(`${shows}.json`) === undefined);
  return {
    claims: all.length,
    shown: all.length - all.filter(({ shows }) => shows === undefined).length - missing.length,
    notShown: all.flatMap(({ n, notShown }) => (notShown === undefined ? [] : [{ n, reason: notShown }])),
    problems: [
      ...problems,
      ...missing.map(({ n, shows }): Problem => ({
        file: 'myths.json',
        place: String(n),
        code: 'mythNotShown',
        message: `no item ${shows ?? ''}`,
      })),
    ],
  };
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
    if ((myth.shows === undefined) === (of.notShown === undefined))
      at.member(String(myth.n)).refuse(
        'a claim is shown by an item, or says why it cannot be: one of the two',
        'mythNotShown',
      );
    return [{ ...myth, ...of, asOf: read.asOf }];
  });
  for (const n of Object.keys(said.myths))
    if (!read.myths.some((myth) => String(myth.n) === n))
      at.member(n).refuse('words of no claim', 'wordsUnused');
  if (new Set(read.myths.map(({ n }) => n)).size !== read.myths.length)
    new Place('myths.json', problems).refuse('a number stands twice', 'doubleId');
  return { myths: all, problems };
}
