import type { Refusal } from '../model/index.ts';
import { parseOperator } from './conditions/index.ts';
import {
  hasPrincipal,
  type ConditionClause,
  type Element,
  type PolicyDocument,
  type PolicyKind,
  type PrincipalEntry,
  type Statement,
} from './document.ts';
import { isMistake, readJson, type JsonNode } from './json.ts';

/** policy.md §3: "Document: JSON, <= 32,768 bytes effective". */
export const keyPolicyDocumentBytes = 32_768;

export const malformed = (message: string, because = 'policy.md §3'): Refusal => ({
  refused: 'MalformedPolicyDocumentException',
  message,
  status: 400,
  because,
});

/** Where in the document something is wrong; thrown and caught inside this file only. */
class Malformed extends Error {}

// OURS: AWS's sentences for a document that does not follow the grammar are unknown, so ours name the place.
const wrong = (place: string, what: string): never => {
  throw new Malformed(`${place} ${what}.`);
};

/** The entries of an object by name; names outside `allowed`, and repeated ones, are mistakes. */
function objectAt(node: JsonNode, place: string, allowed?: readonly string[]): ReadonlyMap<string, JsonNode> {
  if (node.kind !== 'object') return wrong(place, 'must be a JSON object');
  const byName = new Map<string, JsonNode>();
  for (const { name, value } of node.entries) {
    if (allowed && !allowed.includes(name)) wrong(place, `has an unknown element "${name}"`);
    if (byName.has(name)) wrong(place, `has the element "${name}" twice`);
    byName.set(name, value);
  }
  return byName;
}

function stringAt(node: JsonNode, place: string): string {
  return node.kind === 'string' ? node.text : wrong(place, 'must be a string');
}

/** A string, or a list of at least one. */
function stringsAt(node: JsonNode, place: string): readonly string[] {
  if (node.kind !== 'array') return [stringAt(node, place)];
  if (node.items.length === 0) return wrong(place, 'must not be an empty list');
  return node.items.map((item, i) => stringAt(item, `${place}[${i}]`));
}

/** Condition values may be written as numbers and booleans too. */
function scalarsAt(node: JsonNode, place: string): readonly string[] {
  const one = (item: JsonNode, at: string): string =>
    item.kind === 'string' || item.kind === 'number' || item.kind === 'boolean'
      ? item.text
      : wrong(at, 'must be a string, a number or a boolean');
  return node.kind === 'array'
    ? node.items.map((item, i) => one(item, `${place}[${i}]`))
    : [one(node, place)];
}

/** `Action` or `NotAction` of a statement: at most one of the two. */
function elementAt<T>(
  parts: ReadonlyMap<string, JsonNode>,
  name: 'Principal' | 'Action' | 'Resource',
  place: string,
  read: (node: JsonNode, place: string) => readonly T[],
): Element<T> | undefined {
  const positive = parts.get(name);
  const negative = parts.get(`Not${name}`);
  if (positive && negative) return wrong(place, `has both ${name} and Not${name}`);
  if (positive) return { negated: false, items: read(positive, `${place}.${name}`) };
  if (negative) return { negated: true, items: read(negative, `${place}.Not${name}`) };
  return undefined;
}

const principalTypes = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const;

function principalsAt(node: JsonNode, place: string): readonly PrincipalEntry[] {
  if (node.kind === 'string') {
    if (node.text !== '*') wrong(place, 'must be "*" or an object such as { "AWS": … }');
    return [{ type: 'AWS', value: '*' }];
  }
  const byType = objectAt(node, place, principalTypes);
  if (byType.size === 0) wrong(place, 'names nobody');
  return principalTypes.flatMap((type) => {
    const named = byType.get(type);
    return named ? stringsAt(named, `${place}.${type}`).map((value) => ({ type, value })) : [];
  });
}

function actionsAt(node: JsonNode, place: string): readonly string[] {
  const actions = stringsAt(node, place);
  for (const action of actions) {
    if (action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
      wrong(place, `has "${action}", which is not of the form service:Action`);
    }
  }
  return actions;
}

function resourcesAt(kind: PolicyKind): (node: JsonNode, place: string) => readonly string[] {
  return (node, place) => {
    const resources = stringsAt(node, place);
    // In a key policy any other text is stored and matches nothing (policy.md §3).
    if (kind !== 'key') {
      for (const resource of resources) {
        if (resource !== '*' && !resource.startsWith('arn:'))
          wrong(place, `has "${resource}", which is neither "*" nor an ARN`);
      }
    }
    return resources;
  };
}

function conditionsAt(node: JsonNode | undefined, place: string): readonly ConditionClause[] {
  if (!node) return [];
  const clauses: ConditionClause[] = [];
  for (const [operator, keys] of objectAt(node, place)) {
    const use = parseOperator(operator);
    if (!use) return wrong(place, `has an unknown operator "${operator}"`);
    for (const [key, values] of objectAt(keys, `${place}.${operator}`)) {
      const at = `${place}.${operator}."${key}"`;
      if (!/^[A-Za-z0-9-]+:./.test(key)) wrong(at, 'is not a condition key of the form service:Key');
      clauses.push({ operator, use, key, values: scalarsAt(values, at) });
    }
  }
  return clauses;
}

const principalElements = ['Principal', 'NotPrincipal'];
const otherElements = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];
const resourceElements = [...otherElements, ...principalElements];

function statementAt(node: JsonNode, place: string, kind: PolicyKind): Statement {
  const principals = hasPrincipal(kind);
  const parts = objectAt(node, place, principals ? resourceElements : otherElements);
  const sid = parts.get('Sid');
  const sidText = sid && stringAt(sid, `${place}.Sid`);
  // policy.md §3: a Sid may hold spaces in key policies, unlike in identity policies.
  if (kind === 'identity' && sidText !== undefined && !/^[A-Za-z0-9]*$/.test(sidText)) {
    wrong(`${place}.Sid`, 'may hold letters and digits only');
  }
  const effect = parts.get('Effect');
  if (effect?.kind !== 'string' || (effect.text !== 'Allow' && effect.text !== 'Deny')) {
    return wrong(`${place}.Effect`, 'must be "Allow" or "Deny"');
  }
  const principal = principals ? elementAt(parts, 'Principal', place, principalsAt) : undefined;
  if (principals && !principal) wrong(place, 'has no Principal');
  const action = elementAt(parts, 'Action', place, actionsAt);
  const resource = elementAt(parts, 'Resource', place, resourcesAt(kind));
  // A key policy statement without them is stored and has no effect (policy.md §3).
  if (kind !== 'key' && !action) wrong(place, 'has no Action');
  if (kind !== 'key' && !resource) wrong(place, 'has no Resource');
  const conditions = conditionsAt(parts.get('Condition'), `${place}.Condition`);
  return { sid: sidText, effect: effect.text, principal, action, resource, conditions };
}

function versionAt(node: JsonNode | undefined): PolicyDocument['version'] {
  if (!node) return '2008-10-17';
  const text = stringAt(node, 'Version');
  if (text === '2008-10-17' || text === '2012-10-17') return text;
  return wrong('Version', 'must be "2012-10-17" or "2008-10-17"');
}

function documentAt(root: JsonNode, kind: PolicyKind): PolicyDocument {
  const parts = objectAt(root, 'The policy document', ['Version', 'Id', 'Statement']);
  const statement = parts.get('Statement');
  if (!statement) return wrong('The policy document', 'has no Statement');
  const nodes = statement.kind === 'array' ? statement.items : [statement];
  if (nodes.length === 0) wrong('Statement', 'must not be an empty list');
  const id = parts.get('Id');
  return {
    version: versionAt(parts.get('Version')),
    id: id && stringAt(id, 'Id'),
    statements: nodes.map((node, i) =>
      statementAt(node, statement.kind === 'array' ? `Statement[${i}]` : 'Statement', kind),
    ),
  };
}

/** Bytes of the text in UTF-8. */
function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Each half of a surrogate pair counts two of the pair's four bytes.
    length += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return length;
}

/** Reads a policy document strictly. A mistake is a refusal that names its place. */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument | Refusal {
  if (utf8Length(text) > keyPolicyDocumentBytes) {
    return {
      // quotas.json, keyPolicyDocumentBytes: LimitExceededException.
      refused: kind === 'key' ? 'LimitExceededException' : 'MalformedPolicyDocumentException',
      // OURS: the text is in no recording.
      message: `The policy document is larger than ${keyPolicyDocumentBytes} bytes.`,
      status: 400,
      because: 'quotas.json keyPolicyDocumentBytes',
    };
  }
  // policy.md §3: U+0009, U+000A, U+000D, U+0020 to U+00FF.
  const stray = /[^\u0009\u000A\u000D\u0020-\u00FF]/.exec(text);
  if (stray) {
    // OURS: text unknown.
    const code = stray[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return malformed(`The policy document has the character U+${code} at offset ${stray.index}.`);
  }
  const root = readJson(text);
  if (isMistake(root)) {
    // OURS: text unknown.
    return malformed(
      `The policy document is not valid JSON: ${root.mistake} at line ${root.line}, column ${root.column}.`,
    );
  }
  try {
    return documentAt(root, kind);
  } catch (error) {
    if (error instanceof Malformed) return malformed(error.message);
    throw error;
  }
}
