import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import ts from 'typescript';

/*
 * Reads the imports under a `src` folder and says where they break the plan of the house: who may import whom, by which
 * door, what a room must not know. Test files may look anywhere; what ships may not.
 */

/** What a room may import: other rooms whole, or their types only. */
interface Room {
  readonly rooms: readonly string[];
  readonly types?: readonly string[];
  /** Packages, with all under them: `@noble/` is every noble package. */
  readonly packages: readonly string[];
}

// The engine's types are the words that all rooms speak; its functions are met through the client alone.
const rooms: Readonly<Record<string, Room>> = {
  engine: { rooms: [], packages: ['@noble/', 'xstate'] },
  cloud: { rooms: ['engine'], packages: [] },
  store: { rooms: ['engine'], packages: ['@noble/', 'idb'] },
  // Below @aws-crypto/ and with `buffer`: the real Encryption SDK, in a chunk of its own.
  client: { rooms: ['engine', 'cloud', 'store'], packages: ['@noble/', '@aws-crypto/', 'buffer'] },
  flows: { rooms: ['client'], types: ['engine'], packages: ['@noble/', 'xstate'] },
  // A run of a question is a sequence of calls as well: its types are read, none of its functions.
  visuals: { rooms: ['flows'], types: ['engine', 'study'], packages: [] },
  study: { rooms: ['client', 'flows'], types: ['engine'], packages: ['ts-fsrs', 'xstate'] },
  ui: {
    rooms: ['client', 'flows', 'visuals', 'study'],
    types: ['engine'],
    packages: ['svelte', 'xstate', '@codemirror/', '@lezer/'],
  },
  app: {
    rooms: ['engine', 'cloud', 'store', 'client', 'flows', 'visuals', 'study', 'ui'],
    packages: ['svelte'],
  },
};

/** Inside the engine: operations → policy, machines, crypto, … → model. Files at its root (the step driver) see all. */
const engineRooms: Readonly<Record<string, readonly string[]>> = {
  model: [],
  shapes: ['model'],
  crypto: ['model'],
  machines: ['model'],
  quota: ['model', 'shapes'],
  policy: ['model', 'shapes'],
  audit: ['model', 'shapes'],
  operations: ['model', 'shapes', 'crypto', 'machines', 'quota', 'policy', 'audit'],
};

/** Second doors, for what is loaded only when it is used. */
const lazyDoors: ReadonlySet<string> = new Set([
  'cloud/caching/index.ts',
  'engine/crypto/asymmetric/index.ts',
  'cloud/identities.ts',
  'cloud/readers.ts',
  'cloud/services.ts',
]);

/** Names of the platform that the engine must not know: time, chance, page and network come in as `Env`. */
const platform = new Set([
  'window',
  'document',
  'navigator',
  'self',
  'globalThis',
  'process',
  'indexedDB',
  'localStorage',
  'fetch',
  'crypto',
  'performance',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
  'require',
]);

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}
interface Source {
  /** Path under `src`, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** What a file of the engine must not say. */
  readonly impurities: readonly string[];
  readonly speaksOfWebAssembly: boolean;
}

/** The broken rules as `path: sentence`, sorted. */
export function violations(src: string): readonly string[] {
  const sources = new Map(filesUnder(src).map((path) => [path, read(src, path)]));
  const found: string[] = [];
  for (const source of sources.values()) found.push(...ofFile(source, src));
  const users = [...sources.values()].filter(({ imports }) => imports.some(({ from }) => from === 'idb'));
  if (users.length > 1) {
    for (const { path } of users) found.push(`${path}: idb is imported by more than one file`);
  }
  found.push(...cycles(sources));
  return found.toSorted();
}

function filesUnder(src: string): readonly string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter(
      (path) => /\.(ts|svelte)$/.test(path) && !/\.(test|fixture)\.ts$/.test(path) && !path.endsWith('.d.ts'),
    );
}

function read(src: string, path: string): Source {
  const text = readFileSync(join(src, path), 'utf8');
  const scripts = path.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script).join('\n')
    : text;
  const file = ts.createSourceFile(path, scripts, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const names: string[] = [];
  const own = new Set<string>();
  const impurities: string[] = [];
  const visit = (node: ts.Node): void => {
    const module = importOf(node);
    if (module !== undefined) {
      // `./worker.ts?worker&url` is the file before the question mark, asked for in another way.
      const from = module.from.replace(/\?.*$/, '');
      imports.push({ ...module, from: from.startsWith('.') ? resolve(path, from) : from });
    }
    if (isBinding(node) && ts.isIdentifier(node.name)) own.add(node.name.text);
    if (ts.isIdentifier(node) && isUse(node)) names.push(node.text);
    const impurity = impurityOf(node);
    if (impurity !== undefined) impurities.push(impurity);
    ts.forEachChild(node, visit);
  };
  visit(file);
  impurities.push(...names.filter((name) => platform.has(name) && !own.has(name)));
  return {
    path,
    imports,
    impurities: [...new Set(impurities)],
    speaksOfWebAssembly: text.includes('WebAssembly'),
  };
}

const resolve = (path: string, from: string): string => join(dirname(path), from).split(sep).join('/');

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { from: node.moduleSpecifier.text, typeOnly: isTypeOnly(node.importClause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { from: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return ts.isStringLiteral(node.argument.literal)
      ? { from: node.argument.literal.text, typeOnly: true }
      : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    return argument && ts.isStringLiteralLike(argument)
      ? { from: argument.text, typeOnly: false }
      : undefined;
  }
  return undefined;
}

/** `import type { A }`, or `import { type A }` with nothing else in it. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every(({ isTypeOnly: only }) => only)
  );
}

function isBinding(node: ts.Node): node is ts.Node & { readonly name: ts.Node } {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isImportSpecifier(node)
  );
}

/** An identifier that reads a variable: no member, no key, no type. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return ts.isExpression(parent) || ts.isVariableDeclaration(parent) || ts.isStatement(parent);
}

function impurityOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    return text === 'Date.now' || text === 'Math.random' ? text : undefined;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) {
    return 'new Date()';
  }
  return undefined;
}

function ofFile({ path, imports, impurities, speaksOfWebAssembly }: Source, src: string): readonly string[] {
  const found: string[] = [];
  const say = (sentence: string): void => void found.push(`${path}: ${sentence}`);
  const [room = ''] = path.split('/');
  const plan = rooms[room];
  if (plan === undefined) return [`${path}: is in no room of the plan`];
  if (room === 'engine') for (const name of impurities) say(`the engine must not know ${name}`);
  if (speaksOfWebAssembly) say('speaks of WebAssembly');
  for (const { from, typeOnly } of imports) {
    if (isOurs(from)) {
      if (!existsSync(join(src, from))) say(`${from} is not there`);
      const sentence = ofPath(path, from, typeOnly, plan, src);
      if (sentence !== undefined) say(sentence);
    } else if (from.startsWith('..')) {
      if (!from.startsWith('../scenarios/')) say(`${from} is outside of src`);
    } else if (!plan.packages.some((name) => from === name || from.startsWith(name.replace(/\/?$/, '/')))) {
      say(`${room} may not import ${from}`);
    }
  }
  return found;
}

/** A path under `src`; packages have no ending of a source file. */
const isOurs = (from: string): boolean => !from.startsWith('..') && /\.(ts|svelte|css|json|svg)$/.test(from);

function ofPath(path: string, from: string, typeOnly: boolean, plan: Room, src: string): string | undefined {
  const [room = ''] = path.split('/');
  const [other = ''] = from.split('/');
  if (other !== room) {
    if (!plan.rooms.includes(other) && !(typeOnly && plan.types?.includes(other))) {
      const types = plan.types?.includes(other) ? ' other than its types' : '';
      return `${room} may not import ${other}${types} (${from})`;
    }
    return from === `${other}/index.ts` || lazyDoors.has(from)
      ? undefined
      : `${other} is entered by its index.ts, not ${from}`;
  }
  return room === 'engine' ? insideEngine(path, from, src) : undefined;
}

function insideEngine(path: string, from: string, src: string): string | undefined {
  const parts = path.split('/');
  const others = from.split('/');
  const here = parts.length > 2 ? (parts[1] ?? '') : '';
  const there = others.length > 2 ? (others[1] ?? '') : '';
  if (here === there || there === '') return undefined;
  if (here !== '' && !engineRooms[here]?.includes(there))
    return `engine/${here} may not import engine/${there} (${from})`;
  if (lazyDoors.has(from)) return undefined;
  const door = `engine/${there}/index.ts`;
  return from === door || !existsSync(join(src, door))
    ? undefined
    : `engine/${there} is entered by its index.ts, not ${from}`;
}

/** Each circle of imports once, from its first file in the alphabet. Types count too: a circle of types is a circle of ideas. */
function cycles(sources: ReadonlyMap<string, Source>): readonly string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) {
      const circle = way.slice(at);
      // A component that shows itself inside itself: how Svelte writes a recursive view.
      if (circle.length === 1 && path.endsWith('.svelte')) return;
      const first = circle.indexOf(circle.toSorted()[0] ?? path);
      const turned = [...circle.slice(first), ...circle.slice(0, first)];
      found.add(`${turned[0] ?? path}: imports itself by ${[...turned.slice(1), turned[0]].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const { from } of sources.get(path)?.imports ?? [])
      if (sources.has(from)) walk(from, [...way, path]);
    done.add(path);
  };
  for (const path of sources.keys()) walk(path, []);
  return [...found];
}
