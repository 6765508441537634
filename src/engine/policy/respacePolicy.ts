import { isMistake, readJson, type JsonNode } from './json.ts';

/**
 * The spacing of the recorded policies (conformance: policies/default-policy-text, policies/put-is-reformatted): one
 * line for each element of an object, two spaces for each level of objects, a space on both sides of a colon, lists on
 * the line they begin on. Names keep their order.
 */
function spaced(node: JsonNode, level: number): string {
  if (node.kind === 'array') {
    return node.items.length === 0
      ? '[ ]'
      : `[ ${node.items.map((item) => spaced(item, level)).join(', ')} ]`;
  }
  if (node.kind === 'object') {
    if (node.entries.length === 0) return '{ }';
    const indent = '  '.repeat(level + 1);
    const lines = node.entries.map(
      ({ name, value }) => `${indent}${JSON.stringify(name)} : ${spaced(value, level + 1)}`,
    );
    return `{\n${lines.join(',\n')}\n${'  '.repeat(level)}}`;
  }
  return node.kind === 'string' ? JSON.stringify(node.text) : node.text;
}

/** A policy as GetKeyPolicy answers it. The text must be JSON: it was read before it was stored. */
export function respacePolicy(text: string): string {
  const node = readJson(text);
  if (isMistake(node))
    throw new Error(`"respacePolicy" expected JSON, got ${node.mistake} in line ${node.line}`);
  return spaced(node, 0);
}
