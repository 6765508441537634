import {
  fromBase64,
  operationShape,
  toBase64,
  typeShape,
  type Bytes,
  type MemberShape,
  type Refusal,
} from '../../engine/index.ts';

/*
 * AWS JSON 1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html): blobs are base64, timestamps are
 * seconds since 1970. What cannot be decoded is passed on as it came: the engine refuses it, after it knows the caller.
 */

/** The input that a body holds, blobs as Bytes and timestamps as Date. Undefined when the body is not JSON. */
export function decodeInput(operation: string, body: Bytes): unknown {
  // OURS: an empty body is an empty request; the SDKs always send at least `{}`.
  if (body.length === 0) return {};
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  const shape = operationShape(operation);
  return shape && isObject(json) ? decodeMembers(shape.in, json) : json;
}

const decodeMembers = (
  members: Readonly<Record<string, MemberShape>>,
  json: Readonly<Record<string, unknown>>,
) =>
  // `fromEntries` defines, so that a member called `__proto__` stays a member.
  Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const member = Object.hasOwn(members, name) ? members[name] : undefined;
      return [name, member ? decode(member.type, value) : value];
    }),
  );

function decode(type: string, value: unknown): unknown {
  const shape = typeShape(type);
  switch (shape.kind) {
    case 'blob':
      return typeof value === 'string' ? (fromBase64(value) ?? value) : value;
    case 'timestamp':
      return typeof value === 'number' ? new Date(Math.round(value * 1000)) : value;
    case 'list': {
      const { of } = shape;
      return of !== undefined && Array.isArray(value) ? value.map((item) => decode(of, item)) : value;
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
export function encodeOutput(operation: string, output: unknown): Bytes {
  if (operationShape(operation)?.out === undefined) return new Uint8Array();
  return jsonBytes(output ?? {});
}

/** The body of a refusal. Some of KMS's errors carry no message at all. */
export const encodeRefusal = ({ refused, message }: Refusal): Bytes =>
  jsonBytes(message === '' ? { __type: refused } : { __type: refused, message });

const jsonBytes = (value: unknown): Bytes => new TextEncoder().encode(JSON.stringify(toJson(value)));

function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return toBase64(new Uint8Array(value));
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toJson);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]));
  return value;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
