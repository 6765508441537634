import { wildcard } from './eventPattern.ts';

/*
 * Filter patterns of CloudWatch Logs for JSON: `{ ($.eventName = "DisableKey") && ($.errorCode NOT EXISTS) }`.
 * CloudWatch Logs User Guide, "Filter pattern syntax".
 * OURS: of the three kinds of patterns the one for JSON, because records of a trail are JSON. At a place that is absent no
 * comparison holds, `!=` neither.
 */

export type LogFilter = (event: object) => boolean;
export interface FilterFault {
  readonly fault: string;
  /** Where in the text, from 0. */
  readonly place: number;
}
export const isFilterFault = (read: LogFilter | FilterFault): read is FilterFault => typeof read === 'object';

type Token = {
  readonly kind: 'selector' | 'text' | 'regex' | 'word' | 'sign';
  readonly text: string;
  readonly place: number;
};

class Wrong extends Error {
  readonly place: number;
  constructor(message: string, place: number) {
    super(message);
    this.place = place;
  }
}

/** Longest first where one begins like another. */
const scanners: readonly (readonly [Token['kind'], RegExp])[] = [
  ['selector', /\$(?:\.[A-Za-z0-9_-]+|\[(?:\d+|\*|'[^']*')\])+/y],
  ['text', /"(?:[^"\\]|\\.)*"/y],
  ['regex', /%[^%]+%/y],
  ['sign', /\|\||&&|!=|>=|<=|[()=<>{}]/y],
  ['word', /[A-Za-z0-9_.:/@*+-]+/y],
];

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let place = 0; place < text.length;) {
    if (/\s/.test(text.charAt(place))) {
      place += 1;
      continue;
    }
    const from = place;
    for (const [kind, scanner] of scanners) {
      scanner.lastIndex = place;
      const found = scanner.exec(text)?.[0];
      if (found === undefined) continue;
      tokens.push({ kind, text: found, place });
      place += found.length;
      break;
    }
    if (place === from) throw new Wrong(`unexpected "${text.charAt(place)}"`, place);
  }
  return tokens;
}

/** Reads a pattern once, for many records. */
export function readLogFilter(text: string): LogFilter | FilterFault {
  try {
    return new Reader(text).whole();
  } catch (thrown) {
    if (thrown instanceof Wrong)
      return { fault: `Invalid metric filter pattern: ${thrown.message}`, place: thrown.place };
    throw thrown;
  }
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #next = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#end = text.length;
  }

  whole(): LogFilter {
    this.#expect('{');
    const filter = this.#or();
    this.#expect('}');
    const more = this.#tokens[this.#next];
    if (more) throw new Wrong(`unexpected "${more.text}"`, more.place);
    return filter;
  }

  #or(): LogFilter {
    const parts = [this.#and()];
    while (this.#take('||')) parts.push(this.#and());
    return (event) => parts.some((part) => part(event));
  }

  #and(): LogFilter {
    const parts = [this.#condition()];
    while (this.#take('&&')) parts.push(this.#condition());
    return (event) => parts.every((part) => part(event));
  }

  #condition(): LogFilter {
    if (this.#take('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const selector = this.#read('selector', 'a selector that begins with $');
    const path = pathOf(selector.text);
    const values = (event: object): readonly unknown[] => valuesAt(event, path);
    const sign = this.#tokens[this.#next];
    this.#next += 1;
    switch (sign?.text) {
      case 'NOT':
        this.#expect('EXISTS');
        return (event) => values(event).length === 0;
      case 'EXISTS':
        return (event) => values(event).length > 0;
      case 'IS': {
        const is = this.#read('word', 'NULL, TRUE or FALSE');
        const wanted = { NULL: null, TRUE: true, FALSE: false }[is.text];
        if (wanted === undefined) throw new Wrong('expected NULL, TRUE or FALSE', is.place);
        return (event) => values(event).includes(wanted);
      }
      case '=':
      case '!=': {
        const equal = this.#comparand();
        const want = sign.text === '=';
        return (event) => values(event).some((value) => equal(value) === want);
      }
      case '>':
      case '<':
      case '>=':
      case '<=': {
        const bound = this.#read('word', 'a number');
        const number = Number(bound.text);
        if (Number.isNaN(number)) throw new Wrong('expected a number', bound.place);
        const holds = orders[sign.text];
        return (event) => values(event).some((value) => typeof value === 'number' && holds(value, number));
      }
      default:
        throw new Wrong('expected =, !=, <, >, <=, >=, IS, EXISTS or NOT EXISTS', sign?.place ?? this.#end);
    }
  }

  /** Text in quotes or without, numbers, and %regular expressions%; `*` in text stands for any text. */
  #comparand(): (value: unknown) => boolean {
    const token = this.#tokens[this.#next];
    this.#next += 1;
    if (token?.kind === 'regex') return regex(token);
    if (token?.kind !== 'text' && token?.kind !== 'word')
      throw new Wrong('expected a value', token?.place ?? this.#end);
    const wanted =
      token.kind === 'text' ? token.text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : token.text;
    const likes = wildcard(wanted);
    return (value) =>
      typeof value === 'string' ? likes(value) : typeof value === 'number' && value === Number(wanted);
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#next]?.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new Wrong(`expected ${text}`, this.#tokens[this.#next]?.place ?? this.#end);
  }

  #read(kind: Token['kind'], what: string): Token {
    const token = this.#tokens[this.#next];
    if (token?.kind !== kind) throw new Wrong(`expected ${what}`, token?.place ?? this.#end);
    this.#next += 1;
    return token;
  }
}

const orders = {
  '>': (a: number, b: number) => a > b,
  '<': (a: number, b: number) => a < b,
  '>=': (a: number, b: number) => a >= b,
  '<=': (a: number, b: number) => a <= b,
} as const;

/** "Supported regular expressions (regex) syntax": no parentheses, and no repetition of a repetition, so it cannot run away. */
function regex({ text, place }: Token): (value: unknown) => boolean {
  const inner = text.slice(1, -1);
  if (!/^[\w:#=@/;,\-^$?[\]{}|\\*+. ]+$/.test(inner))
    throw new Wrong('this regular expression is not supported', place);
  try {
    const expression = new RegExp(inner, 'u');
    // OURS: so much of a text is looked at, which bounds what an expression can cost.
    return (value) => typeof value === 'string' && expression.test(value.slice(0, 2000));
  } catch {
    throw new Wrong('this regular expression is not valid', place);
  }
}

const pathOf = (selector: string): readonly string[] =>
  [...selector.matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+|\*)\]|\['([^']*)'\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? quoted ?? '',
  );

function valuesAt(event: unknown, path: readonly string[]): readonly unknown[] {
  let found: readonly unknown[] = [event];
  for (const name of path) {
    found = found.flatMap((value): readonly unknown[] => {
      if (typeof value !== 'object' || value === null) return [];
      if (name === '*') return Array.isArray(value) ? value : [];
      return Object.hasOwn(value, name) ? [(value as Readonly<Record<string, unknown>>)[name]] : [];
    });
  }
  return found.filter((value) => value !== undefined);
}
