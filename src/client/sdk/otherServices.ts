import { catalogue, ready } from '../../cloud/index.ts';
import {
  isRefusal,
  uuidFrom,
  type Bytes,
  type Call,
  type Caller,
  type Refusal,
  type Region,
  type Result,
  type Service,
  type ServiceName,
} from '../../engine/index.ts';
import { platformRandom } from '../draws.ts';
import { answer, readBody, type Headers, type HttpRequest, type HttpResponse } from './http.ts';
import { decodeForm, encodeError, encodeResult, readForm, type QueryService } from './query.ts';
import { decodeInput, encodeOutput, jsonBytes } from './wire.ts';

/*
 * Requests to the services around KMS. Loaded when the first one comes. IAM and STS speak the Query protocol, the others
 * that are here AWS JSON, as KMS does.
 */

/** What the door for KMS has that this one needs too. */
export interface Door {
  /** The world, and who is asked for a signature. */
  handle(call: Call): Promise<{ readonly result: Result; readonly trace: { readonly id: string } }>;
  readCaller(body: Bytes): { readonly caller: Caller; readonly region: Region } | Refusal;
}

const queryServices: Readonly<Partial<Record<ServiceName, QueryService>>> = {
  iam: { namespace: 'https://iam.amazonaws.com/doc/2010-05-08/', encodesDocuments: true },
  sts: { namespace: 'https://sts.amazonaws.com/doc/2011-06-15/', encodesDocuments: false },
};

/** What stands before the dot of `x-amz-target`: a line for each service that speaks JSON. */
const targets: Readonly<Record<string, ServiceName>> = {
  AWSOrganizationsV20161128: 'organizations',
  CloudTrail_20131101: 'cloudtrail',
};

/** `iam` of `iam.amazonaws.com` and `sts.eu-west-1.amazonaws.com`; of an endpoint of one's own, that of the signature. */
function queryServiceOf({ hostname = '' }: HttpRequest, headers: Headers): ServiceName | undefined {
  const [host = ''] = hostname.split('.');
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([a-z0-9-]+)\//.exec(headers.get('authorization') ?? '');
  const named = [host, scope?.[1]].find((name) => name === 'iam' || name === 'sts');
  return named === 'iam' || named === 'sts' ? named : undefined;
}

/** How a service's answers are written. */
interface Writing {
  answer(output: unknown, requestId: string): HttpResponse;
  refusal(refused: Refusal, requestId: string): HttpResponse;
}

interface Asked {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: unknown;
  readonly writing: Writing;
}

export async function handleOther(
  request: HttpRequest,
  headers: Headers,
  door: Door,
): Promise<HttpResponse | undefined> {
  if (request.method !== 'POST' || request.path !== '/') return undefined;
  const body = await readBody(request.body);
  const asked = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
    ? await readQuery(request, headers, body)
    : await readJson(headers, body);
  if (!asked) return undefined;
  const { service, operation, input, writing } = asked;
  const from = door.readCaller(body);
  if (isRefusal(from)) return writing.refusal(from, uuidFrom(platformRandom));
  const userAgent = headers.get('user-agent') ?? headers.get('x-amz-user-agent');
  const { result, trace } = await door.handle({ service, operation, input, ...from, userAgent });
  return result.ok ? writing.answer(result.output, trace.id) : writing.refusal(result.refusal, trace.id);
}

async function modelOf(service: ServiceName, operation: string): Promise<Service['model'] | undefined> {
  await ready(service, operation);
  return catalogue(service)?.model;
}

async function readQuery(request: HttpRequest, headers: Headers, body: Bytes): Promise<Asked | undefined> {
  const service = queryServiceOf(request, headers);
  const home = service && queryServices[service];
  if (!service || !home) return undefined;
  const form = readForm(body);
  const operation = form.get('Action') ?? '';
  const model = await modelOf(service, operation);
  if (!model) return undefined;
  const writing: Writing = {
    answer: (output, requestId) =>
      xml(200, requestId, encodeResult(operation, output, { service: home, model, requestId })),
    refusal(refused, requestId) {
      const { status, body: told } = encodeError(refused, home, requestId);
      return xml(status, requestId, told);
    },
  };
  return { service, operation, input: decodeForm(form, operation, model), writing };
}

async function readJson(headers: Headers, body: Bytes): Promise<Asked | undefined> {
  const [, target = '', operation = ''] = /^(\w+)\.(\w+)$/.exec(headers.get('x-amz-target') ?? '') ?? [];
  const service = Object.hasOwn(targets, target) ? targets[target] : undefined;
  const model = service && (await modelOf(service, operation));
  if (!service || !model) return undefined;
  const shape = model.operations.get(operation);
  const type = headers.get('content-type') ?? 'application/x-amz-json-1.1';
  const writing: Writing = {
    answer: (output, requestId) => answer(200, requestId, encodeOutput(shape, output), type),
    refusal: ({ refused, message, status }, requestId) =>
      answer(status, requestId, jsonBytes({ __type: refused, message }), type),
  };
  return { service, operation, input: decodeInput(shape, body), writing };
}

const xml = (status: number, requestId: string, body: Bytes): HttpResponse =>
  answer(status, requestId, body, 'text/xml');
