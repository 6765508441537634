import type { Look } from './context.ts';

/*
 * Text with wildcards and policy variables, prepared once. A pattern is a list of UTF-16 codes in which two negative
 * numbers stand for the wildcards, so that text put in for a variable can never act as one. Matching is the two-pointer
 * walk, at worst pattern × text: no hostile policy can make it hang, as a regular expression could.
 */
const anyRun = -1;
const oneCharacter = -2;
export type Pattern = readonly number[];

interface Variable {
  /** Lower case: variable names are condition key names. */
  readonly key: string;
  readonly fallback: string | undefined;
}

/** A pattern with holes for variables. */
export type Template = readonly (number | Variable)[];

export interface TemplateOptions {
  /** `*` and `?` are wildcards. */
  readonly wildcards: boolean;
  /** `${…}` are variables: only in documents of Version 2012-10-17 (conditions.json, "values"). */
  readonly variables: boolean;
}

const star = 42;
const question = 63;

function pushText(into: (number | Variable)[], text: string, wildcards: boolean): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (wildcards && code === star) into.push(anyRun);
    else if (wildcards && code === question) into.push(oneCharacter);
    else into.push(code);
  }
}

/** `${aws:username}` or `${aws:PrincipalTag/team, 'none'}`. */
const variable = /\$\{([^{}]*)\}/g;
const withFallback = /^\s*([^,\s]+)\s*,\s*'([^']*)'\s*$/;

export function parseTemplate(text: string, options: TemplateOptions): Template {
  const template: (number | Variable)[] = [];
  let from = 0;
  if (options.variables) {
    for (const found of text.matchAll(variable)) {
      pushText(template, text.slice(from, found.index), options.wildcards);
      from = found.index + found[0].length;
      const inside = found[1] ?? '';
      // `${*}`, `${?}` and `${$}` are the plain characters.
      if (inside === '*' || inside === '?' || inside === '$') pushText(template, inside, false);
      else {
        const parts = withFallback.exec(inside);
        template.push({ key: (parts?.[1] ?? inside.trim()).toLowerCase(), fallback: parts?.[2] });
      }
    }
  }
  pushText(template, text.slice(from), options.wildcards);
  return template;
}

const isPattern = (template: Template): template is Pattern =>
  template.every((part) => typeof part === 'number');

/**
 * Puts the request's values in; undefined when one is missing and has no default: then nothing can match. OURS: IAM says that
 * such a statement "might" be invalid as a whole; here only the value fits nothing, so that a negated operator holds.
 */
function fill(template: Template, look: Look): Pattern | undefined {
  const pattern: number[] = [];
  for (const part of template) {
    if (typeof part === 'number') {
      pattern.push(part);
      continue;
    }
    const values = look.values(part.key);
    // OURS: a key with several values has no one text to put in, so it counts as missing.
    const value = values?.length === 1 ? values[0] : part.fallback;
    if (value === undefined) return undefined;
    for (let i = 0; i < value.length; i++) pattern.push(value.charCodeAt(i));
  }
  return pattern;
}

/** Does the pattern cover `text` from `start` to `end`? */
export function fits(pattern: Pattern, text: string, start = 0, end = text.length): boolean {
  let p = 0;
  let t = start;
  let lastRun = -1;
  let resume = start;
  while (t < end) {
    const want = pattern[p];
    if (want === anyRun) {
      lastRun = p++;
      resume = t;
    } else if (want !== undefined && (want === oneCharacter || want === text.charCodeAt(t))) {
      p++;
      t++;
    } else if (lastRun >= 0) {
      p = lastRun + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === anyRun) p++;
  return p === pattern.length;
}

export type TextTest = (got: string, look: Look) => boolean;

/** Turns a template into a test; `match` says what "fits" means once the variables are in. */
export function testOf(template: Template, match: (pattern: Pattern, got: string) => boolean): TextTest {
  if (isPattern(template)) return (got) => match(template, got);
  return (got, look) => {
    const pattern = fill(template, look);
    return pattern !== undefined && match(pattern, got);
  };
}

/** Case-sensitive text with wildcards and, where the version knows them, variables. */
export function textTest(text: string, options: TemplateOptions): TextTest {
  if (options.wildcards && text === '*') return () => true;
  const template = parseTemplate(text, options);
  const plain = isPattern(template) && !template.some((code) => code < 0);
  if (plain) {
    const literal = String.fromCharCode(...template);
    return (got) => got === literal;
  }
  return testOf(template, fits);
}
