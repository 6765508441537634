/** What an edit changes, value by value: two proposals of one kind differ in nothing else. */
export interface EditPart {
  readonly sign: 'added' | 'removed';
  /** The statement's Sid or number, when the document has statements. */
  readonly statement: string | undefined;
  /** Where in the statement: `Principal.AWS`. */
  readonly where: string;
  readonly value: string;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
interface Leaf {
  readonly where: string;
  readonly value: string;
}

function leavesOf(json: Json, where = ''): readonly Leaf[] {
  if (Array.isArray(json)) return json.flatMap((item: Json) => leavesOf(item, where));
  if (typeof json === 'object' && json !== null)
    return Object.entries(json).flatMap(([name, inner]) =>
      leavesOf(inner, where === '' ? name : `${where}.${name}`),
    );
  return [{ where, value: String(json) }];
}
function statementsOf(document: string | undefined): readonly Json[] | undefined {
  if (document === undefined) return [];
  try {
    // Whatever JSON.parse gives is JSON.
    const read = JSON.parse(document) as Json;
    const found =
      typeof read === 'object' && read !== null && 'Statement' in read ? read.Statement : undefined;
    if (found === undefined) return [read];
    return Array.isArray(found) ? (found as readonly Json[]) : [found];
  } catch {
    return undefined;
  }
}
const nameOf = (statement: Json, at: number): string =>
  typeof statement === 'object' && statement !== null && 'Sid' in statement && statement.Sid !== ''
    ? String(statement.Sid)
    : String(at + 1);

/** Empty when one of the two is no JSON. `hasStatements`: otherwise the document is one thing, a grant. */
export function editParts(before: string | undefined, after: string): readonly EditPart[] {
  const old = statementsOf(before);
  const now = statementsOf(after);
  if (!old || !now) return [];
  const same = new Set(old.map((one) => JSON.stringify(one)));
  const kept = new Set(now.map((one) => JSON.stringify(one)));
  const gone = old.flatMap((one, at) => (kept.has(JSON.stringify(one)) ? [] : [{ one, at }]));
  const fresh = now.flatMap((one, at) => (same.has(JSON.stringify(one)) ? [] : [{ one, at }]));
  const hasStatements = /"Statement"/.test(after);
  const parts: EditPart[] = [];
  const pairs = Math.max(gone.length, fresh.length);
  for (let n = 0; n < pairs; n++) {
    const [was, is] = [gone[n], fresh[n]];
    const wasLeaves = was ? leavesOf(was.one) : [];
    const isLeaves = is ? leavesOf(is.one) : [];
    const shown = is ?? was;
    const statement = hasStatements && shown ? nameOf(shown.one, shown.at) : undefined;
    const without = (some: readonly Leaf[], other: readonly Leaf[]): readonly Leaf[] =>
      some.filter(({ where, value }) => !other.some((leaf) => leaf.where === where && leaf.value === value));
    for (const leaf of without(isLeaves, wasLeaves)) parts.push({ sign: 'added', statement, ...leaf });
    for (const leaf of without(wasLeaves, isLeaves)) parts.push({ sign: 'removed', statement, ...leaf });
  }
  // A name says nothing of what is opened.
  return parts.filter(({ where }) => where !== 'Sid');
}
