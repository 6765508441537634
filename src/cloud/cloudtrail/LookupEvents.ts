import {
  deliverySeconds,
  fromBase64,
  fromUtf8,
  ref,
  take,
  toBase64,
  utf8,
  type Operation,
  type Refusal,
  type Step,
  type TrailEvent,
} from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { historyDays } from './delivery.ts';
import { trailAttributes, TrailIndex, type TrailAttribute } from './trailIndex.ts';
import { accessKeyOf, timeOf, userOf } from './who.ts';
import { oneAttribute, tooFast, wrongRange, wrongToken } from './words.ts';

// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html

interface Input {
  readonly LookupAttributes?: readonly {
    readonly AttributeKey: TrailAttribute;
    readonly AttributeValue: string;
  }[];
  readonly StartTime?: Date;
  readonly EndTime?: Date;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** API Reference: "limited to two per second, per account, per Region". */
const lookupRate = 2;
/** API Reference: "the default number of results returned is 50, with a maximum of 50 possible". */
const defaultResults = 50;

export const LookupEvents: Operation = declareIn('cloudtrail')<Input, object>({
  name: 'LookupEvents',
  readOnly: true,
  refusals: [
    'InvalidLookupAttributesException',
    'InvalidTimeRangeException',
    'InvalidNextTokenException',
    'ThrottlingException',
  ],
  members: ['LookupAttributes', 'StartTime', 'EndTime', 'MaxResults', 'NextToken'],
  async run(input, step) {
    const { LookupAttributes = [], StartTime, EndTime, MaxResults = defaultResults, NextToken } = input;
    const throttled = overRate(step);
    if (throttled) return throttled;
    if (LookupAttributes.length > 1) return oneAttribute();
    if (StartTime && EndTime && StartTime > EndTime) return wrongRange();
    const before = NextToken === undefined ? undefined : readToken(NextToken, input);
    if (NextToken !== undefined && before === undefined) return wrongToken();
    const where = LookupAttributes.map(({ AttributeKey: key, AttributeValue: value }) => ({ key, value }));
    const index = indexOf((await step.env.trail?.()) ?? []);
    // The account's event history in this Region, as far as it has arrived and is kept.
    const { env, identity, region } = step;
    const newest = env.at - deliverySeconds * 1000;
    const oldest = env.at - historyDays * 86_400_000;
    const hits = index.look({
      where: [...where, { key: 'Account', value: identity.account }, { key: 'Region', value: region }],
      from: Math.max(oldest, StartTime?.getTime() ?? oldest),
      to: Math.min(newest, EndTime?.getTime() ?? newest),
      before,
      most: MaxResults + 1,
    });
    const page = hits.slice(0, MaxResults);
    const last = page.at(-1);
    return {
      Events: page.map(({ event }) => told(event)),
      ...(last && hits.length > MaxResults ? { NextToken: tokenAt(last.place, input) } : {}),
    };
  },
});

/** What a look-up can ask for. */
const asked = [...trailAttributes.slice(0, 8), 'Account', 'Region'] as const;
const indexes = new WeakMap<readonly TrailEvent[], TrailIndex>();

/** Kept beside the list that it is of, so that a look-up adds what is new. After an undo, and in a fork, the list is another. */
function indexOf(events: readonly TrailEvent[]): TrailIndex {
  let index = indexes.get(events);
  if (!index) indexes.set(events, (index = new TrailIndex([], asked)));
  index.add(events.slice(index.size));
  return index;
}

/** Throttling is a switch of the world, for every service. */
function overRate({ kept, env, identity: { account }, region }: Step): Refusal | undefined {
  if (!kept.get(ref.world)?.throttling) return undefined;
  const bucket = 'CloudTrail LookupEvents';
  const at = ref.bucket(account, region, bucket);
  const { served, level } = take(kept.get(at), lookupRate, env.at, 1);
  kept.put(at, { account, region, bucket, ...level });
  return served ? undefined : tooFast();
}

const told = (event: TrailEvent): object => ({
  EventId: event.eventID,
  EventName: event.eventName,
  ReadOnly: String(event.readOnly),
  ...(accessKeyOf(event) === undefined ? {} : { AccessKeyId: accessKeyOf(event) }),
  EventTime: new Date(timeOf(event)),
  EventSource: event.eventSource,
  Username: userOf(event),
  Resources: event.resources.map(({ type, ARN }) => ({ ResourceType: type, ResourceName: ARN })),
  CloudTrailEvent: JSON.stringify(event),
});

/**
 * A token goes on with the question that it came from: "the same parameters that were specified in the original call".
 * OURS: how one looks; it holds the place of the last event and the question.
 */
const questionOf = ({ LookupAttributes = [], StartTime, EndTime }: Input): string =>
  JSON.stringify([LookupAttributes, StartTime?.getTime() ?? null, EndTime?.getTime() ?? null]);

const tokenAt = (place: number, input: Input): string => toBase64(utf8(`${place} ${questionOf(input)}`));

function readToken(token: string, input: Input): number | undefined {
  const bytes = fromBase64(token);
  const text = bytes && fromUtf8(bytes);
  const place = /^(\d+) /.exec(text ?? '')?.[1];
  return place !== undefined && text?.slice(place.length + 1) === questionOf(input)
    ? Number(place)
    : undefined;
}
