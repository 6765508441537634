import type { EventRuleRec, Operation, Step } from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import { isPatternFault, readEventPattern, type BusEvent } from '../watch/eventPattern.ts';
import { arnOf, events, onName, putRule, ruleOf, type Named } from './declare.ts';
import { targetOperations } from './targets.ts';
import { hasTargets, invalid, noRule, tooMany, wrongPattern } from './words.ts';

/*
 * Rules of EventBridge. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
 * OURS: the default bus alone, and rules with a pattern, not with a schedule.
 */

const shown = ({ name, arn, pattern, state, description }: EventRuleRec) => ({
  Name: name,
  Arn: arn,
  EventPattern: pattern,
  State: state,
  ...(description === undefined ? {} : { Description: description }),
  EventBusName: 'default',
});

/** EventBridge User Guide, "Quotas": rules of one bus. */
const mostRules = 300;
const rulesOf = ({ view, identity, region }: Step): readonly EventRuleRec[] =>
  view
    .range('ref', { prefix: below.eventRules(identity.account, region), n: mostRules })
    .map(({ rec }) => rec as EventRuleRec); // by its prefix

const PutRule = events<
  Named & {
    readonly EventPattern: string;
    readonly State?: EventRuleRec['state'];
    readonly Description?: string;
  },
  object
>({
  name: 'PutRule',
  refusals: ['InvalidEventPatternException', 'LimitExceededException'],
  on: onName,
  members: ['Name', 'EventPattern', 'State', 'Description'],
  run({ Name, EventPattern, State = 'ENABLED', Description }, step) {
    const read = readEventPattern(EventPattern);
    if (isPatternFault(read)) return wrongPattern(read.fault);
    const old = ruleOf(Name, step);
    if (!old && rulesOf(step).length >= mostRules)
      return tooMany(`The requested resource exceeds the maximum number allowed.`);
    const rule: EventRuleRec = {
      targets: [],
      waiting: [],
      runs: [],
      created: step.env.at,
      ...old,
      name: Name,
      arn: arnOf(Name, step),
      account: step.identity.account,
      region: step.region,
      description: Description,
      pattern: EventPattern,
      eventNames: read.eventNames,
      state: State,
    };
    putRule(rule, step);
    return { RuleArn: rule.arn };
  },
  shows: (made) => ({ ...made }),
});

const switched = (name: 'EnableRule' | 'DisableRule', state: EventRuleRec['state']): Operation =>
  events<Named>({
    name,
    refusals: ['ResourceNotFoundException'],
    on: onName,
    members: ['Name'],
    run({ Name }, step) {
      const rule = ruleOf(Name, step);
      if (!rule) return noRule(Name);
      putRule({ ...rule, state }, step);
      return undefined;
    },
  });

const DescribeRule = events<Named, object>({
  name: 'DescribeRule',
  readOnly: true,
  refusals: ['ResourceNotFoundException'],
  on: onName,
  members: ['Name'],
  run({ Name }, step) {
    const rule = ruleOf(Name, step);
    return rule ? { ...shown(rule), CreatedBy: rule.account } : noRule(Name);
  },
});

const ListRules = events<object, object>({
  name: 'ListRules',
  readOnly: true,
  refusals: [],
  members: [],
  run: (_, step) => ({ Rules: rulesOf(step).map(shown) }),
});

const DeleteRule = events<Named>({
  name: 'DeleteRule',
  refusals: ['ValidationException'],
  on: onName,
  members: ['Name'],
  run({ Name }, step) {
    const rule = ruleOf(Name, step);
    if (rule && rule.targets.length > 0) return hasTargets();
    // A rule that is not there is gone already.
    step.view.put(at.eventRule(step.identity.account, step.region, Name), undefined);
    return undefined;
  },
});

const TestEventPattern = events<{ readonly EventPattern: string; readonly Event: string }, object>({
  name: 'TestEventPattern',
  readOnly: true,
  refusals: ['InvalidEventPatternException', 'ValidationException'],
  members: [],
  run({ EventPattern, Event }) {
    const read = readEventPattern(EventPattern);
    if (isPatternFault(read)) return wrongPattern(read.fault);
    try {
      // Whatever has been given: a pattern looks at what is there.
      return { Result: read.matches(JSON.parse(Event) as BusEvent) };
    } catch {
      return invalid('Parameter Event is not valid.');
    }
  },
});

export const ruleOperations: readonly Operation[] = [
  PutRule,
  DescribeRule,
  switched('EnableRule', 'ENABLED'),
  switched('DisableRule', 'DISABLED'),
  DeleteRule,
  ListRules,
  ...targetOperations,
  TestEventPattern,
];
