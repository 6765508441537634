/** What is wrong with a JSON text, and where. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

/** Line and column, both from 1, of an offset. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

const endsSoon = 'the text ends too early';

/**
 * The first fault of a JSON text, or undefined when it reads. Browsers word and place their errors differently, so the
 * place is found here, by a scanner that follows RFC 8259; whether it reads at all is for JSON.parse to say.
 */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const found = scan(text);
    return { ...placeOf(text, found.offset), why: found.why };
  }
}

interface Stop {
  readonly offset: number;
  readonly why: string;
}

function scan(text: string): Stop {
  let at = 0;
  const stop = (why: string, offset = at): never => {
    throw {
      offset,
      why: offset >= text.length && why !== endsSoon ? `${endsSoon}: ${why}` : why,
    } satisfies Stop;
  };
  const space = (): void => {
    while (' \t\n\r'.includes(text[at] ?? 'x')) at++;
  };
  const string = (): void => {
    if (text[at] !== '"') stop('a name or text in double quotes is expected');
    const from = at++;
    for (;;) {
      const c = text[at];
      if (c === undefined) stop('this text has no closing quote', from);
      else if (c === '"') return void at++;
      else if (c < ' ') stop('a line break inside a text must be written \\n');
      else if (c === '\\') {
        if (!/^\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at, at + 6)))
          stop('this escape is not known');
        at += text[at + 1] === 'u' ? 6 : 2;
      } else at++;
    }
  };
  const value = (): void => {
    space();
    const c = text[at];
    if (c === undefined) return stop('a value is expected');
    if (c === '{')
      return members('}', () => {
        space();
        string();
        space();
        if (text[at] !== ':') stop('a colon is expected');
        at++;
        value();
      });
    if (c === '[') return members(']', value);
    if (c === '"') return string();
    const plain = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null)/.exec(text.slice(at, at + 400));
    if (!plain) return stop(c === "'" ? 'JSON uses double quotes' : 'a value is expected');
    at += plain[0].length;
  };
  const members = (close: string, one: () => void): void => {
    at++;
    space();
    if (text[at] === close) return void at++;
    for (;;) {
      one();
      space();
      if (text[at] === close) return void at++;
      if (text[at] !== ',') stop(`a comma or ${close} is expected`);
      const comma = at++;
      space();
      if (text[at] === close) stop('a comma may not stand before the end', comma);
    }
  };
  try {
    value();
    space();
    return { offset: at, why: 'nothing more is expected here' };
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'offset' in thrown) return thrown as Stop;
    throw thrown;
  }
}
