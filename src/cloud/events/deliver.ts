import {
  parseArn,
  type EventRuleRec,
  type EventTarget,
  type InnerCall,
  type Region,
  type Result,
  type ServiceName,
  type Step,
  type TargetResult,
  type TrailEvent,
  type WaitingEvent,
} from '../../engine/index.ts';
import { at } from '../refs.ts';
import { roleFor, sessionOf } from '../serviceRoles.ts';
import { busEventsOf, isPatternFault, readEventPattern, type BusEvent } from '../watch/eventPattern.ts';
import { events } from './declare.ts';
import { inputFor } from './input.ts';
import { noRule } from './words.ts';

/*
 * A rule gets an event. No operation of the API: EventBridge does it when the time has come (advance.ts), and what the
 * targets do are calls inside of it, so that the event, the rule and its effects are one step.
 */

/** What a target is called by. */
type TargetCall = Pick<InnerCall, 'service' | 'operation'> & { readonly byRole: boolean };

/**
 * OURS: the universal targets of EventBridge Scheduler, `arn:aws:scheduler:::aws-sdk:kms:enableKey`, stand for the function
 * or the state machine that a rule would start to make that call.
 */
export function callOf({ arn }: Pick<EventTarget, 'arn'>): TargetCall | undefined {
  const { service, resource } = parseArn(arn) ?? {};
  if (service === 'sns') return { service, operation: 'Publish', byRole: false };
  if (service === 'sqs') return { service, operation: 'SendMessage', byRole: false };
  const [, of, operation] =
    (service === 'scheduler' ? /^aws-sdk:([a-z]+):([a-z]\w*)$/.exec(resource ?? '') : null) ?? [];
  if (of === undefined || operation === undefined || !callable.has(of)) return undefined;
  const name = operation.charAt(0).toUpperCase() + operation.slice(1);
  return { service: of as ServiceName, operation: name, byRole: true }; // of the set
}
const callable: ReadonlySet<string> = new Set<ServiceName>(['kms', 'iam', 'sns', 'cloudtrail', 's3', 'logs']);

/** OURS: so many of its deeds a rule remembers. */
const mostRuns = 50;

export const DeliverEvent = events<{ readonly Name: string }>({
  name: 'DeliverEvent',
  dataEvent: true,
  refusals: ['ResourceNotFoundException'],
  asks: () => [],
  members: ['Name'],
  async run({ Name }, step) {
    const { view, identity, region, env } = step;
    const place = at.eventRule(identity.account, region, Name);
    const rule = view.get(place);
    if (!rule) return noRule(Name);
    const [next, left] = nextOf(rule, env.at);
    view.put(place, { ...rule, waiting: left });
    if (!next) return undefined;
    const results: TargetResult[] = [];
    for (const target of rule.targets) results.push(await invoke(rule, target, next.event, step));
    // A target may have changed the rule itself.
    const now = view.get(place);
    if (!now) return undefined;
    const run = {
      time: env.at,
      eventId: next.event.id,
      eventName: next.name,
      links: next.links,
      results,
    };
    view.put(place, { ...now, runs: [...now.runs, run].slice(-mostRuns) });
    return undefined;
  },
});

interface Next {
  readonly event: BusEvent;
  readonly name: string;
  readonly links: number;
}

/** The first event that has come and that the rule is for, and what is still on its way. Others are passed over. */
function nextOf(
  { pattern, state, waiting }: EventRuleRec,
  now: number,
): readonly [Next | undefined, readonly WaitingEvent[]] {
  const read = readEventPattern(pattern);
  for (let i = 0; i < waiting.length; i += 1) {
    const one = waiting[i];
    if (!one || one.due > now) return [undefined, waiting.slice(i)];
    if (state === 'DISABLED' || isPatternFault(read)) continue;
    const record = JSON.parse(one.event) as TrailEvent; // as `scheduleReactions` has written it
    const event = busEventsOf(record).find(read.matches);
    if (event) return [{ event, name: record.eventName, links: one.links }, waiting.slice(i + 1)];
  }
  return [undefined, []];
}

async function invoke(
  rule: EventRuleRec,
  target: EventTarget,
  event: BusEvent,
  step: Step,
): Promise<TargetResult> {
  const called = callOf(target);
  if (!called) throw new Error(`rule ${rule.arn} has the target ${target.arn}, which nothing calls`);
  const call = `${called.service ?? 'kms'}:${called.operation}`;
  const made = await (called.byRole
    ? asRole(rule, target, called, event, step)
    : asEventBridge(rule, target, called, event, step));
  const told = { target: target.id, call };
  if (made.ok) return { ...told, refused: undefined, message: undefined };
  return { ...told, refused: made.refusal.refused, message: made.refusal.message };
}

const no = (refused: string, message: string): Result => ({
  ok: false,
  refusal: { refused, message, status: 400, because: 'EventBridge User Guide, "Troubleshooting"' },
});

/** Topics and queues are called by EventBridge in its own name: their policies, and those of their keys, must allow it. */
function asEventBridge(
  { arn, account }: EventRuleRec,
  target: EventTarget,
  { service, operation }: TargetCall,
  event: BusEvent,
  step: Step,
): Promise<Result> {
  const text = inputFor(target, event);
  const to = parseArn(target.arn);
  const input =
    service === 'sns'
      ? { TopicArn: target.arn, Message: text }
      : {
          QueueUrl: `https://sqs.${to?.region ?? ''}.amazonaws.com/${to?.account ?? ''}/${to?.resource ?? ''}`,
          MessageBody: text,
        };
  return step.call({
    service,
    operation,
    input,
    region: (to?.region ?? step.region) as Region, // of no Region there is: no such topic
    as: { kind: 'service', service: 'events.amazonaws.com', sourceArn: arn, sourceAccount: account },
  });
}

/** Everything else by the role of the target, in a session that is named after the rule. */
async function asRole(
  rule: EventRuleRec,
  target: EventTarget,
  { service, operation }: TargetCall,
  event: BusEvent,
  step: Step,
): Promise<Result> {
  const role = target.role === undefined ? undefined : roleFor('events.amazonaws.com', target.role, step);
  if (!role) return no('AccessDeniedException', 'EventBridge could not assume the role of this target.');
  let input: unknown;
  try {
    input = JSON.parse(inputFor(target, event));
  } catch {
    input = undefined;
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return no('ValidationException', 'The input of this target is not a JSON object.');
  return step.call({
    service,
    operation,
    input: input as Readonly<Record<string, unknown>>,
    as: { kind: 'identity', identity: sessionOf(role, rule.name) },
  });
}
