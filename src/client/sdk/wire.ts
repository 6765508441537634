import {
  fromBase64,
  toBase64,
  type Bytes,
  type MemberShape,
  type OperationShape,
  type Refusal,
  type TypeShape,
} from '../../engine/index.ts';

/*
 * AWS JSON 1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html): blobs are base64, timestamps are
 * seconds since 1970. What cannot be decoded is passed on as it came: the engine refuses it, after it knows the caller.
 */

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** The input that a body holds, blobs as Bytes and timestamps as Date. Undefined when the body is not JSON. */
export function decodeInput(shape: OperationShape | undefined, body: Bytes): unknown {
  // OURS: an empty body is an empty request; the SDKs always send at least `{}`.
  if (body.length === 0) return {};
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(body));
  } catch {
    return undefined;
  }
  return shape && isObject(json) ? decodeMembers(shape.in, json) : json;
}

/** Decodes in place: nobody else has seen what was parsed. */
function decodeMembers(
  members: Readonly<Record<string, MemberShape>>,
  json: Record<string, unknown>,
): Record<string, unknown> {
  for (const name of Object.keys(json)) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    // Known names only: one called `__proto__` stays the member that the parser made of it.
    if (member) json[name] = decode(member.shape, json[name]);
  }
  return json;
}

function decode(shape: TypeShape, value: unknown): unknown {
  switch (shape.kind) {
    case 'blob':
      return typeof value === 'string' ? (fromBase64(value) ?? value) : value;
    case 'timestamp':
      return typeof value === 'number' ? new Date(Math.round(value * 1000)) : value;
    case 'list': {
      const { element } = shape;
      return element && Array.isArray(value) ? value.map((item) => decode(element, item)) : value;
    }
    case 'structure':
      return isObject(value) ? decodeMembers(shape.members ?? {}, value) : value;
    case 'string':
    case 'integer':
    case 'boolean':
    case 'map':
      return value;
  }
}

/** The body of a successful answer; empty for operations whose answer has none. */
export function encodeOutput(shape: OperationShape | undefined, output: unknown): Bytes {
  if (shape?.out === undefined) return new Uint8Array();
  return jsonBytes(output ?? {});
}

/** The body of a refusal. Some of KMS's errors carry no message at all. */
export const encodeRefusal = ({ refused, message }: Refusal): Bytes =>
  jsonBytes(message === '' ? { __type: refused } : { __type: refused, message });

export const jsonBytes = (value: unknown): Bytes => encoder.encode(jsonOf(value));

/** JSON text straight from an output: no copy of it with its bytes as text stands between. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof Uint8Array) return `"${toBase64(value as Bytes)}"`; // the engine's bytes are its own
  if (value instanceof Date) return JSON.stringify(value.getTime() / 1000);
  if (Array.isArray(value)) return `[${value.map((one) => jsonOf(one) ?? 'null').join(',')}]`;
  let members = '';
  for (const [name, member] of Object.entries(value)) {
    const text = jsonOf(member);
    if (text === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${text}`;
  }
  return `{${members}}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
