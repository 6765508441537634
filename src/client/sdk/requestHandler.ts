import {
  isRefusal,
  operationShape,
  parseRegion,
  refuse,
  uuidFrom,
  type Bytes,
  type Call,
  type Caller,
  type PrincipalArn,
  type Refusal,
  type Region,
  type Result,
} from '../../engine/index.ts';
import { platformRandom } from '../draws.ts';
import {
  abortable,
  answer,
  headersOf,
  readBody,
  type HandleOptions,
  type Headers,
  type HttpRequest,
  type HttpResponse,
  type RequestHandler,
} from './http.ts';
import { readSignature, regionOfHost } from './signature.ts';
import { decodeInput, encodeOutput, encodeRefusal } from './wire.ts';

/** The part of a world that a door needs: one call in, its answer out, once it is on disk. */
export interface CallTaker {
  handle(call: Call): Promise<{ readonly result: Result; readonly trace: { readonly id: string } }>;
}

/** `signed`: every request must carry a right signature. Else all requests count as this principal's. */
export type Trust =
  | 'signed'
  | {
      readonly principal: PrincipalArn;
      readonly session?: string | undefined;
      readonly region?: Region | undefined;
    };

/**
 * A `requestHandler` for an AWS SDK client, `@aws-sdk/client-kms` first of all: the client signs and encodes as always,
 * and the world behind `taker` answers.
 * @param taker asked at each request, so that a handler outlives a world that is restored or reset
 */
export function createRequestHandler(taker: () => CallTaker, trust: Trust = 'signed'): RequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (request, options) => handle(taker, trust, request, options),
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

function handle(
  taker: () => CallTaker,
  trust: Trust,
  request: HttpRequest,
  options: HandleOptions = {},
): Promise<{ response: HttpResponse }> {
  return abortable(options.abortSignal, async () => {
    const headers = headersOf(request);
    const operation = readTarget(request, headers);
    if (operation === undefined) return { response: await elsewhere(taker, trust, request, headers) };
    const read = readBody(request.body);
    const body = read instanceof Promise ? await read : read;
    const call = readCall(trust, request, { headers, operation, body });
    if (isRefusal(call)) return refusal(call, uuidFrom(platformRandom));
    const { result, trace } = await taker().handle(call);
    if (!result.ok) return refusal(result.refusal, trace.id);
    return { response: answer(200, trace.id, encodeOutput(operationShape(operation), result.output)) };
  });
}

/** What the door itself refuses never reaches the engine and leaves no event, as with AWS. */
function readCall(
  trust: Trust,
  request: HttpRequest,
  { headers, operation, body }: { headers: Headers; operation: string; body: Bytes },
): Call | Refusal {
  const from = readCaller(trust, request, headers, body);
  if (isRefusal(from)) return from;
  return {
    operation,
    input: decodeInput(operationShape(operation), body),
    caller: from.caller,
    region: from.region,
    userAgent: headers.get('user-agent') ?? headers.get('x-amz-user-agent'),
  };
}

/** A request that is not to KMS: to one of the services around it, or to nobody. */
async function elsewhere(
  taker: () => CallTaker,
  trust: Trust,
  request: HttpRequest,
  headers: Headers,
): Promise<HttpResponse> {
  const { handleOther } = await import('./otherServices.ts');
  const response = await handleOther(request, headers, {
    handle: (call) => taker().handle(call),
    readCaller: (body) => readCaller(trust, request, headers, body),
  });
  return response ?? refusal(unknownOperation, uuidFrom(platformRandom)).response;
}

// OURS: another method or path than `POST /` is answered like an unknown target.
const unknownOperation = refuse(
  'UnknownOperationException',
  '',
  'model.json commonErrors UnknownOperationException',
);

function readTarget(request: HttpRequest, headers: Headers): string | undefined {
  if (request.method !== 'POST' || request.path !== '/') return undefined;
  const target = headers.get('x-amz-target') ?? '';
  return /^TrentService\.\w+$/.test(target) ? target.slice('TrentService.'.length) : undefined;
}

function readCaller(
  trust: Trust,
  request: HttpRequest,
  headers: Headers,
  body: Bytes,
): { readonly caller: Caller; readonly region: Region } | Refusal {
  if (trust === 'signed') {
    const signature = readSignature(request, headers, body);
    if (isRefusal(signature)) return signature;
    const region = parseRegion(regionOfHost(request.hostname) ?? signature.region);
    return region ? { caller: { kind: 'sigV4', signature }, region } : noRegion;
  }
  const region = trust.region ?? regionAsked(request, headers, body);
  return region
    ? { caller: { kind: 'principal', arn: trust.principal, session: trust.session }, region }
    : noRegion;
}

/** Whom we trust need not sign; but the signature, right or wrong, tells the Region where the endpoint does not. */
function regionAsked(request: HttpRequest, headers: Headers, body: Bytes): Region | undefined {
  const named = regionOfHost(request.hostname);
  if (named !== undefined) return parseRegion(named);
  const signature = readSignature(request, headers, body);
  return isRefusal(signature) ? undefined : parseRegion(signature.region);
}

const noRegion = refuse(
  'InvalidSignatureException',
  'Credential should be scoped to a valid region. ',
  'model.json commonErrors InvalidSignatureException',
);

const refusal = (refused: Refusal, requestId: string) => ({
  response: answer(refused.status, requestId, encodeRefusal(refused)),
});
