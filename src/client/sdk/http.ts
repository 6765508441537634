import type { Bytes, Soon } from '../../engine/index.ts';

/*
 * What passes between an AWS SDK client and its request handler, by shape alone: the lab depends on no SDK package.
 * https://github.com/smithy-lang/smithy-typescript, `HttpHandler`.
 */

/** A request as the SDK hands it over, already signed. */
export interface HttpRequest {
  readonly method: string;
  readonly hostname?: string | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, bytes, or whatever `Response` can read. */
  readonly body?: unknown;
}

/** An answer. The SDK changes `headers` and the prototype of `body`: both are made for this answer alone. */
export interface HttpResponse {
  statusCode: number;
  reason: string;
  headers: Record<string, string>;
  body: Bytes;
}

/** An `AbortSignal`, or the older kind of the SDK that has only `onabort`. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  onabort: unknown;
  addEventListener?: unknown;
  removeEventListener?: unknown;
}

export interface HandleOptions {
  readonly abortSignal?: Signal | undefined;
}

/** The `requestHandler` of an SDK client. */
export interface RequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: HttpRequest, options?: HandleOptions): Promise<{ response: HttpResponse }>;
  /** Takes part in the SDK's interface; a lab has no connection to configure. */
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): Record<string, never>;
  /** Called when the client is destroyed. The lab lives on: other clients may use it. */
  destroy(): void;
}

export type Headers = ReadonlyMap<string, string>;

/** Values by names in lower case: a sender may write them as it likes. */
export function headersOf(request: HttpRequest): Headers {
  const headers = new Map<string, string>();
  for (const name of Object.keys(request.headers)) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name.toLowerCase(), value);
  }
  return headers;
}

const encoder = new TextEncoder();

/** What the SDKs send is there at once; a promise for whatever has to be read. */
export function readBody(body: unknown): Soon<Bytes> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return encoder.encode(body);
  if (body instanceof Uint8Array) return new Uint8Array(body);
  // The platform's own reader takes buffers, blobs and streams alike, and throws for the rest.
  return new Response(body as BodyInit).arrayBuffer().then((buffer) => new Uint8Array(buffer));
}

/** Runs `work`, and rejects as the SDK expects as soon as the signal says so. The work itself is not undone. */
export function abortable<T>(signal: Signal | undefined, work: () => Promise<T>): Promise<T> {
  if (!signal) return work();
  if (signal.aborted) return Promise.reject(abortError(signal));
  let stopListening = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(abortError(signal));
    if (signal instanceof AbortSignal) {
      signal.addEventListener('abort', onAbort, { once: true });
      stopListening = () => signal.removeEventListener('abort', onAbort);
    } else {
      signal.onabort = onAbort;
    }
  });
  return Promise.race([work(), aborted]).finally(() => stopListening());
}

function abortError(signal: Signal): Error {
  const error = new Error('Request aborted', signal.reason === undefined ? {} : { cause: signal.reason });
  error.name = 'AbortError';
  return error;
}

/** An answer in the protocol of `type`: AWS JSON when nothing else is said. */
export const answer = (
  statusCode: number,
  requestId: string,
  body: Bytes,
  type = 'application/x-amz-json-1.1',
): HttpResponse => ({
  statusCode,
  reason: statusCode === 200 ? 'OK' : statusCode < 500 ? 'Bad Request' : 'Internal Server Error',
  headers: {
    'content-type': type,
    'content-length': String(body.length),
    // The wall clock, against which signatures are checked: the SDK corrects its own clock by it.
    date: dateNow(),
    'x-amzn-requestid': requestId,
  },
  body,
});

let second = Number.NaN;
let written = '';
/** The wall clock as HTTP writes it. */
function dateNow(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    written = new Date(now * 1000).toUTCString();
  }
  return written;
}
