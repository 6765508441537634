import {
  utf8,
  type Bytes,
  type MemberShape,
  type Model,
  type Refusal,
  type TypeShape,
} from '../../engine/index.ts';
import { encodeUri } from './signature.ts';

/*
 * AWS's Query protocol, which IAM and STS speak (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): a form with
 * dotted names goes in, XML comes out. What cannot be read is passed on as it came: the engine refuses it, after it knows the
 * caller.
 */

/** The fields of a form, each name once: of two the last counts. */
export function readForm(body: Bytes): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(new TextDecoder().decode(body)));
}

/** A form's fields as the tree that their dots make. */
interface Branch {
  value: string | undefined;
  readonly parts: Map<string, Branch>;
}

function treeOf(form: ReadonlyMap<string, string>): Branch {
  const root: Branch = { value: undefined, parts: new Map() };
  for (const [name, value] of form) {
    let at = root;
    for (const part of name.split('.')) {
      const next = at.parts.get(part) ?? { value: undefined, parts: new Map() };
      at.parts.set(part, next);
      at = next;
    }
    at.value = value;
  }
  return root;
}

/** Fields that say what is asked, not with what. */
const envelope = new Set(['Action', 'Version']);

/** The input that a form holds. A name that the operation does not have is left in it, as text. */
export function decodeForm(form: ReadonlyMap<string, string>, operation: string, model: Model): unknown {
  const members = model.operations.get(operation)?.in ?? {};
  const { parts } = treeOf(new Map([...form].filter(([name]) => !envelope.has(name))));
  return decodeMembers(members, parts);
}

const decodeMembers = (
  members: Readonly<Record<string, MemberShape>>,
  parts: ReadonlyMap<string, Branch>,
): unknown =>
  // `fromEntries` defines, so that a member called `__proto__` stays a member.
  Object.fromEntries(
    [...parts].map(([name, branch]) => {
      const member = Object.hasOwn(members, name) ? members[name] : undefined;
      return [name, member ? decode(member.shape, branch) : branch.value];
    }),
  );

function decode(shape: TypeShape, { value, parts }: Branch): unknown {
  switch (shape.kind) {
    case 'list': {
      // `Tags.member.1.Key`; an empty list is a name with nothing.
      const items = parts.get('member')?.parts ?? new Map<string, Branch>();
      const sorted = [...items].sort(([a], [b]) => Number(a) - Number(b));
      const { element } = shape;
      return sorted.map(([, item]) => (element ? decode(element, item) : item.value));
    }
    case 'structure':
      return decodeMembers(shape.members ?? {}, parts);
    case 'integer':
      return value !== undefined && /^-?\d+$/.test(value) ? Number(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'timestamp': {
      const at = Date.parse(value ?? '');
      return Number.isNaN(at) ? value : new Date(at);
    }
    case 'string':
    case 'blob':
    case 'map':
      return value;
  }
}

/** Where the answers of a service are at home. */
export interface QueryService {
  readonly namespace: string;
  /** IAM answers policy documents encoded as in an address (IAM API Reference, GetRole). */
  readonly encodesDocuments: boolean;
}

const documents = new Set(['PolicyDocument', 'AssumeRolePolicyDocument', 'Document']);

const escaped: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
};
const escape = (text: string): string => text.replace(/[&<>"\r\n]/g, (c) => escaped[c] ?? c);

function element(name: string, value: unknown, service: QueryService): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value))
    return `<${name}>${value.map((item) => element('member', item, service)).join('')}</${name}>`;
  if (value instanceof Date) return `<${name}>${value.toISOString().replace('.000Z', 'Z')}</${name}>`;
  if (typeof value === 'object') return `<${name}>${elements(value, service)}</${name}>`;
  const text = String(value);
  return `<${name}>${escape(service.encodesDocuments && documents.has(name) ? encodeUri(text) : text)}</${name}>`;
}

const elements = (value: object, service: QueryService): string =>
  Object.entries(value)
    .map(([name, one]) => element(name, one, service))
    .join('');

/** `<GetUserResponse><GetUserResult>…`: without the inner one where the operation answers nothing. */
export function encodeResult(
  operation: string,
  output: unknown,
  { service, model, requestId }: { service: QueryService; model: Model; requestId: string },
): Bytes {
  const hasResult = model.operations.get(operation)?.out !== undefined;
  const inside = typeof output === 'object' && output !== null ? elements(output, service) : '';
  const result = hasResult ? `<${operation}Result>${inside}</${operation}Result>` : '';
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return utf8(
    `<${operation}Response xmlns="${service.namespace}">${result}${metadata}</${operation}Response>`,
  );
}

/** What the signing service says, under the names of this protocol (IAM API Reference, "Common errors"). */
const common: Readonly<Record<string, readonly [code: string, status: number]>> = {
  UnrecognizedClientException: ['InvalidClientTokenId', 403],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  ExpiredTokenException: ['ExpiredToken', 403],
  IncompleteSignatureException: ['IncompleteSignature', 400],
  MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
  // OURS: a form is text; what is of no type of its member is an invalid value.
  SerializationException: ['InvalidParameterValue', 400],
};

export function encodeError(
  { refused, message, status }: Refusal,
  { namespace }: QueryService,
  requestId: string,
): { readonly status: number; readonly body: Bytes } {
  const [code, known] = common[refused] ?? [refused, status];
  const type = known < 500 ? 'Sender' : 'Receiver';
  const error = `<Error><Type>${type}</Type><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error>`;
  return {
    status: known,
    body: utf8(
      `<ErrorResponse xmlns="${namespace}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>`,
    ),
  };
}
