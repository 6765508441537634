import { expect, test } from 'vitest';
import { World } from '../../src/client/index.ts';
import { catalogue, loadServices } from '../../src/cloud/index.ts';
import type { MemberShape, PrincipalArn, Region, ServiceName, TypeShape } from '../../src/engine/index.ts';
import { MemoryStore } from '../../src/store/index.ts';
import { everyCall } from './everyCall.ts';
import { a, adminOf, allow, b, c, policy } from './house.ts';

/*
 * A secret is given to every service, wherever its model says that a value is data or must not be shown, in the calls that
 * try every operation of every service; afterwards it is searched in all that the world keeps and shows.
 */

const secret = 'PLANTED quick brown fox';
const bytes = new TextEncoder().encode(secret);
const codes = ['latin1', 'base64', 'hex'] as const;
const forms = codes.map((code) => Buffer.from(bytes).toString(code));

/** These have a form of their own, which the secret has not. */
const haveAForm = /Password|Certificate|CustomerKey|Notes/;

type Input = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Input =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !(value instanceof Date);

/** The input with the secret in it, and where it went. */
function planted(members: Readonly<Record<string, MemberShape>>, input: Input, spots: Set<string>): Input {
  const into = (shape: TypeShape | undefined, value: unknown, spot: string): unknown => {
    if (value instanceof Uint8Array || (shape?.sensitive && typeof value === 'string')) {
      if (haveAForm.test(spot)) return value;
      spots.add(spot);
      return typeof value === 'string' ? secret : bytes.slice();
    }
    if (Array.isArray(value)) return value.map((one) => into(shape?.element, one, spot));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        into(shape?.members?.[name]?.shape, one, `${spot}.${name}`),
      ]),
    );
  };
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, into(members[name]?.shape, value, name)]),
  );
}

/** Every text and all bytes of a value, however deep. */
function holds(value: unknown): boolean {
  if (typeof value === 'string') return forms.some((form) => value.includes(form));
  if (value instanceof Uint8Array) return Buffer.from(value).includes(Buffer.from(bytes));
  if (Array.isArray(value)) return value.some(holds);
  if (value instanceof Map) return [...value].some(holds);
  return isObject(value) && Object.entries(value).some(holds);
}

const at = (output: unknown, path: string): unknown =>
  path.split('.').reduce((one, part) => (one as Readonly<Record<string, unknown>>)[part], output);

async function play(extra: readonly { service: ServiceName; operation: string; input: Input }[] = []) {
  await loadServices();
  const world = await World.open(new MemoryStore(), {
    genesis: {
      seed: 'planted',
      now: '2026-03-01T12:00:00Z',
      accounts: [a, b, c].map((id) => ({
        id,
        principals: [{ arn: adminOf(id), policies: [policy(allow('*'))] }],
      })),
    },
  });
  const made = new Map<string, string>();
  const spots = new Set<string>();
  const refused: string[] = [];
  const calls = [
    ...everyCall.map((part) => part((name) => made.get(name) ?? 'none')),
    extra.map((one) => ({ ...one, keep: undefined })),
  ];
  for (const part of calls) {
    for (const { service, operation, input, keep = {} } of part) {
      const model = catalogue(service)?.model.operations.get(operation);
      const own = new Set<string>();
      const { result } = await world.call({
        service,
        operation,
        input: service === 'kms' ? input : planted(model?.in ?? {}, input, own),
        principal: adminOf(a) as PrincipalArn,
        region: 'us-east-1' as Region,
      });
      if (!result.ok) {
        refused.push(`${service} ${operation}: ${result.refusal.refused} ${result.refusal.message}`);
        continue;
      }
      for (const spot of own) spots.add(`${service} ${operation} ${spot}`);
      for (const [kept, path] of Object.entries(keep)) made.set(kept, String(at(result.output, path)));
    }
  }
  // What falls due afterwards writes, too: files of trails, reactions.
  await world.advance({ hours: 2 });
  const found = new Set<string>();
  for (const [where, rec] of await world.records()) if (holds(rec)) found.add(`record ${where}`);
  for (const { event } of await world.trail({ n: Infinity }))
    if (holds(event)) found.add(`event ${event.eventName}`);
  for (const trace of await world.traces(Infinity)) if (holds(trace)) found.add(`trace ${trace.operation}`);
  const { head } = await world.history.state();
  for (let seq = 1; seq <= head; seq++) {
    const entry = await world.entry(seq);
    if (entry && holds(entry)) found.add(`entry ${entry.call.operation}`);
  }
  const file = await (await world.exportFile()).blob.text();
  if (holds(file)) found.add('file');
  await world.close();
  return { spots: [...spots], refused, found: [...found].sort() };
}

test(
  'what services are given to keep is in no record, event, trace, journal or file',
  { timeout: 120_000 },
  async () => {
    const { spots, refused, found } = await play();
    expect(refused).toEqual([]);
    expect(new Set(spots.map((spot) => spot.split(' ')[0])).size).toBeGreaterThan(6);
    expect(spots.length).toBeGreaterThan(12);
    expect(found).toEqual([]);
  },
);

test(
  'and would be found: a kept description that says it is in all of them',
  { timeout: 120_000 },
  async () => {
    const input = { Name: 'leak', Description: secret, EventPattern: '{"source":["aws.kms"]}' };
    const { found } = await play([{ service: 'events', operation: 'PutRule', input }]);
    expect(found.map((place) => place.split(' ')[0])).toEqual(
      expect.arrayContaining(['record', 'event', 'entry', 'file']),
    );
  },
);
