import { loadAround, type Around, type WorldApi } from '../client/index.ts';
import type { AccountId, Region, TrailEvent } from '../engine/index.ts';
import type { Pattern, Step } from './scenario.ts';

/*
 * What a scenario reads from the trail of its world: records, alarms, reactions, the bill. The readers are those of the
 * Lab's own screens.
 */

export type RequestUse = ReturnType<Around['usesOf']>[number];
type StepOf<K extends Step['do']> = Extract<Step, { do: K }>;

/** Oldest first. */
const eventsOf = async (world: WorldApi): Promise<readonly TrailEvent[]> =>
  (await world.trail({ n: Infinity })).toReversed().map(({ event }) => event);

/** Delivered records of one account's trail. */
export async function recordsOf(
  world: WorldApi,
  { where, account }: { readonly where: Pattern; readonly account?: string | undefined },
  own: string,
): Promise<readonly TrailEvent[]> {
  const [around, events, { at }] = await Promise.all([loadAround(), eventsOf(world), world.now()]);
  return events.filter(
    (event) =>
      event.recipientAccountId === (account ?? own) &&
      around.isDelivered(event, at) &&
      around.matches(event, where),
  );
}

export async function alarmsIn(world: WorldApi, step: StepOf<'alarm'>, own: string): Promise<number> {
  const { threshold, periodSeconds, where } = step;
  const [around, events, { at }] = await Promise.all([
    loadAround(),
    recordsOf(world, step, own),
    world.now(),
  ]);
  return around.alarmsOf(events, at, [{ id: 'asked', pattern: where, threshold, periodSeconds }]).length;
}

/** The calls that a rule wants for the records that are there. */
export async function wantedBy(
  world: WorldApi,
  { where, operation, input }: Pick<StepOf<'react'>, 'where' | 'operation' | 'input'>,
  own: string,
): Promise<ReturnType<Around['reactionsTo']>> {
  const [around, events] = await Promise.all([loadAround(), recordsOf(world, { where }, own)]);
  return around.reactionsTo(events, [{ id: 'asked', pattern: where, operation, input }]);
}

/** Where an account's keys may be: wherever the trail has been. OURS: the world's own parsers have made both. */
const placesOf = (account: string, events: readonly TrailEvent[]) =>
  [...new Set(events.map(({ awsRegion }) => awsRegion))].map((region) => ({
    account: account as AccountId,
    region: region as Region,
  }));

/** What KMS costs an account, in US dollars, by the list prices, until now. `from`: the world's first day when absent. */
export async function costOf(
  world: WorldApi,
  asked: {
    readonly account: string;
    readonly from?: number | undefined;
    readonly more: readonly RequestUse[];
  },
): Promise<number> {
  const [around, events, { at }] = await Promise.all([loadAround(), eventsOf(world), world.now()]);
  const { account, more } = asked;
  const lives = around
    .keyLives(await around.keyFacts(world, placesOf(account, events)), events)
    .filter((life) => life.account === account);
  const uses = [...around.usesOf(events, lives), ...more].filter((use) => use.account === account);
  const first = Math.min(at, ...lives.map(({ created }) => created), ...uses.map((use) => use.at));
  return around.billOf({ uses, keys: lives }, around.listPrices, asked.from ?? first, at).total;
}

/** What `times` equal calls ask of KMS, beyond the two that are made. */
export async function multiplied(
  world: WorldApi,
  { times: n, days, heldSeconds: holdSeconds }: Pick<StepOf<'multiply'>, 'times' | 'days' | 'heldSeconds'>,
  makeOne: () => Promise<void>,
): Promise<{ readonly requests: number; readonly uses: readonly RequestUse[] }> {
  const around = await loadAround();
  const made: RequestUse[] = [];
  const make = async (afterSeconds: number): Promise<readonly RequestUse[]> => {
    if (afterSeconds > 0) await world.advance({ seconds: afterSeconds });
    const before = (await eventsOf(world)).length;
    await makeOne();
    const events = await eventsOf(world);
    const accounts = new Set(events.map(({ recipientAccountId }) => recipientAccountId));
    const facts = await around.keyFacts(
      world,
      [...accounts].flatMap((each) => placesOf(each, events)),
    );
    const uses = around.usesOf(events.slice(before), around.keyLives(facts, events));
    made.push(...uses);
    return uses;
  };
  const { requests, uses } = await around.repeated(make, { n, seconds: days * 86_400, holdSeconds });
  // Those that were made stand in the trail already.
  return { requests, uses: [...uses, ...made.map((use) => ({ ...use, n: -use.n }))] };
}

/** @returns what the incident has made, by its name */
export async function playedDrill(world: WorldApi, id: string): Promise<ReadonlyMap<string, string>> {
  const around = await loadAround();
  const drill = around.drills.find((each) => each.id === id);
  if (!drill) throw new TypeError(`there is no drill ${id}`);
  return around.playDrill(drill, around.drillDoor(world, drill));
}
