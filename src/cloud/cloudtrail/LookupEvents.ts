import {
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
import { inHistory } from './delivery.ts';
import { TrailIndex, type TrailAttribute } from './trailIndex.ts';
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
    const index = new TrailIndex(
      await eventsOf(step),
      where.map(({ key }) => key),
    );
    const hits = index.look({
      where,
      from: StartTime?.getTime(),
      to: EndTime?.getTime(),
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

/** The account's event history in this Region. Throttling is a switch of the world, for every service. */
async function eventsOf({ env, identity, region }: Step): Promise<readonly TrailEvent[]> {
  const all = (await env.trail?.()) ?? [];
  return all.filter(
    (event) =>
      event.recipientAccountId === identity.account && event.awsRegion === region && inHistory(event, env.at),
  );
}

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
