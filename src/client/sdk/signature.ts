import {
  isRefusal,
  refuse,
  sha256Of,
  toHex,
  type Bytes,
  type Refusal,
  type SigV4,
} from '../../engine/index.ts';
import type { Headers, HttpRequest } from './http.ts';

/*
 * Reads an `authorization` header and builds the string that must have been signed
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Whether the signature is
 * right is asked inside the engine, which alone can derive the secret.
 */

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * The Region that a request is for: that of the endpoint's name. An endpoint of one's own has no Region in its name;
 * then the Region of the signature is meant.
 */
export function regionOfHost(hostname: string | undefined): string | undefined {
  const match =
    /^kms(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)$/.exec(
      hostname ?? '',
    );
  return match?.[1];
}

export function readSignature(request: HttpRequest, headers: Headers, body: Bytes): SigV4 | Refusal {
  const header = headers.get('authorization');
  // Text as quoted in awslabs/amazon-kinesis-scaling-utils#58 and others.
  if (!header)
    return refuse(
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
      'model.json commonErrors',
    );
  const parameters = readParameters(header);
  if (isRefusal(parameters)) return parameters;
  const { Credential, SignedHeaders, Signature } = parameters;
  const when = headers.get('x-amz-date') ?? headers.get('date');
  if (!Credential || !SignedHeaders || !Signature || !when) {
    // Sentences and their order as quoted in aws/chalice#828.
    const missing = [
      ...Object.entries({ Credential, Signature, SignedHeaders })
        .filter(([, value]) => !value)
        .map(([name]) => `Authorization header requires '${name}' parameter.`),
      ...(when
        ? []
        : [`Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.`]),
    ];
    return incomplete(`${missing.join(' ')} Authorization=${header}`);
  }
  const signedAt = readBasicDate(when);
  if (signedAt === undefined) {
    return incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${when}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  const scope = readScope(Credential, when);
  if (isRefusal(scope)) return scope;
  const signedHeaders = SignedHeaders.split(';');
  if (!signedHeaders.includes('host')) {
    return invalid(`'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.`);
  }
  const { accessKeyId, date, region, service } = scope;
  const canonical = hash(encoder.encode(canonicalRequest(request, headers, signedHeaders, body)));
  return {
    accessKeyId,
    date,
    region,
    service,
    signedAt,
    stringToSign: `${algorithm}\n${when}\n${date}/${region}/${service}/aws4_request\n${canonical}`,
    signature: Signature,
    sessionToken: headers.get('x-amz-security-token'),
  };
}

const incomplete = (message: string) =>
  refuse('IncompleteSignatureException', message, 'model.json commonErrors');
const invalid = (message: string) => refuse('InvalidSignatureException', message, 'model.json commonErrors');

interface Parameters {
  readonly Credential: string | undefined;
  readonly SignedHeaders: string | undefined;
  readonly Signature: string | undefined;
}

/** As every SDK writes it. */
const usual = /^AWS4-HMAC-SHA256 Credential=([^\s,]+), SignedHeaders=([^\s,]+), Signature=([^\s,]+)$/;

function readParameters(header: string): Parameters | Refusal {
  const match = usual.exec(header);
  if (match) return { Credential: match[1], SignedHeaders: match[2], Signature: match[3] };
  const [named = '', ...parts] = header.split(/[\s,]+/).filter(Boolean);
  // OURS: another scheme (bearer tokens, SigV4A) counts as a header without any of the parameters.
  if (named !== algorithm) return { Credential: undefined, SignedHeaders: undefined, Signature: undefined };
  const parameters = new Map<string, string>();
  for (const part of parts) {
    const at = part.indexOf('=');
    if (at < 0) {
      // As quoted in iann0036/cloud9-sync#10.
      return incomplete(
        `'${part}' not a valid key=value pair (missing equal-sign) in Authorization header: '${header}'.`,
      );
    }
    parameters.set(part.slice(0, at), part.slice(at + 1));
  }
  return {
    Credential: parameters.get('Credential'),
    SignedHeaders: parameters.get('SignedHeaders'),
    Signature: parameters.get('Signature'),
  };
}

let lastDate = '';
let lastRead: number | undefined;

/** `20261124T203856Z`. The last one is remembered: many requests fall into one second. */
function readBasicDate(text: string): number | undefined {
  if (text !== lastDate) {
    lastRead = parseBasicDate(text);
    lastDate = text;
  }
  return lastRead;
}

function parseBasicDate(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** Whether the Region and the service are the right ones is asked inside: there they can be shown. */
function readScope(
  credential: string,
  when: string,
): Pick<SigV4, 'accessKeyId' | 'date' | 'region' | 'service'> | Refusal {
  const parts = credential.split('/');
  const [accessKeyId, date, region, service, terminator] = parts;
  if (parts.length !== 5 || !accessKeyId || !date || !region || !service) {
    return incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  if (terminator !== 'aws4_request') {
    return invalid(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`,
    );
  }
  const day = when.slice(0, 8);
  if (date !== day) {
    // As quoted in tedder/requests-aws4auth#7.
    return invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${when}'.`,
    );
  }
  return { accessKeyId, date, region, service };
}

function canonicalRequest(
  request: HttpRequest,
  headers: Headers,
  signedHeaders: readonly string[],
  body: Bytes,
): string {
  let text = `${request.method}\n${canonicalPath(request.path)}\n${canonicalQuery(request.query)}\n`;
  // A header that was signed and is not there counts as empty: then the signature cannot match.
  for (const name of signedHeaders) text += `${name}:${folded(headers.get(name) ?? '')}\n`;
  return `${text}\n${signedHeaders.join(';')}\n${hash(body)}`;
}

const encoder = new TextEncoder();
const hash = (bytes: Bytes): string => toHex(sha256Of(bytes));

/** White space only as single spaces between words, as nearly all values come. */
const tidy = /^(?:\S+(?: \S+)*)?$/;
const folded = (value: string): string => (tidy.test(value) ? value : value.trim().replace(/\s+/g, ' '));

/** RFC 3986: everything but the unreserved characters, which `encodeURIComponent` leaves more of. */
export const encodeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Dot segments and empty segments go; each segment is encoded once more than it came (all services but S3). */
function canonicalPath(path: string): string {
  if (path === '/') return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(encodeUri(segment));
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

const canonicalQuery = (query: HttpRequest['query'] = {}): string =>
  Object.entries(query)
    .flatMap(([name, value]) =>
      (value === null ? [''] : typeof value === 'string' ? [value] : value).map(
        (one) => `${encodeUri(name)}=${encodeUri(one)}`,
      ),
    )
    .sort()
    .join('&');
