import {
  isRefusal,
  parseArn,
  type EventRuleRec,
  type EventTarget,
  type Operation,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at, below } from '../refs.ts';
import { isPatternFault, readEventPattern, type BusEvent } from '../watch/eventPattern.ts';
import { callOf } from './deliver.ts';
import { isPath } from './input.ts';
import { hasTargets, invalid, noRule, tooMany, wrongPattern } from './words.ts';

/*
 * Rules of EventBridge and their targets. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
 * OURS: the default bus alone, and rules with a pattern, not with a schedule.
 */

const events = declareIn('events');

interface Named {
  readonly Name: string;
}
interface OfRule {
  readonly Rule: string;
}

const arnOf = (name: string, { identity, region }: Step): string =>
  `arn:aws:events:${region}:${identity.account}:rule/${name}`;
const onName = ({ Name }: Named, step: Step): string => arnOf(Name, step);
const onRule = ({ Rule }: OfRule, step: Step): string => arnOf(Rule, step);

export const ruleOf = (name: string, { view, identity, region }: Step): EventRuleRec | undefined =>
  view.get(at.eventRule(identity.account, region, name));
export const putRule = (rule: EventRuleRec, { view }: Pick<Step, 'view'>): void =>
  view.put(at.eventRule(rule.account, rule.region, rule.name), rule);

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

interface Target {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly Input?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
}

function targetOf({ Id, Arn, RoleArn, Input, InputTransformer }: Target): EventTarget | Refusal {
  const target: EventTarget = {
    id: Id,
    arn: Arn,
    role: RoleArn,
    input: Input,
    paths: InputTransformer?.InputPathsMap,
    template: InputTransformer?.InputTemplate,
  };
  if (!parseArn(Arn) || !callOf(target))
    return invalid(`KMS Lab has no target for ${Arn}: a topic, a queue or arn:aws:scheduler:::aws-sdk:….`);
  if (Input !== undefined && InputTransformer) return invalid('Only one of Input and InputTransformer.');
  const wrong = Object.entries(target.paths ?? {}).find(([, path]) => !isPath(path));
  return wrong ? invalid(`Invalid InputPathsMap: ${wrong[0]}`) : target;
}

const PutTargets = events<OfRule & { readonly Targets: readonly Target[] }, object>({
  name: 'PutTargets',
  refusals: ['ResourceNotFoundException', 'ValidationException', 'LimitExceededException'],
  // Who gives a service a role must be allowed to (IAM User Guide, "Granting a user permissions to pass a role").
  asks: ({ Rule, Targets }, step) => [
    { action: 'events:PutTargets', on: arnOf(Rule, step) },
    ...Targets.flatMap(({ RoleArn }) =>
      RoleArn === undefined
        ? []
        : [
            {
              action: 'iam:PassRole',
              on: RoleArn,
              context: { 'iam:PassedToService': 'events.amazonaws.com' },
            },
          ],
    ),
  ],
  members: ['Rule', 'Targets'],
  run({ Rule, Targets }, step) {
    const rule = ruleOf(Rule, step);
    if (!rule) return noRule(Rule);
    const targets = new Map(rule.targets.map((one) => [one.id, one]));
    for (const given of Targets) {
      const target = targetOf(given);
      if (isRefusal(target)) return target;
      targets.set(target.id, target);
    }
    // EventBridge User Guide, "Quotas": five targets of a rule.
    if (targets.size > 5) return tooMany('The requested resource exceeds the maximum number allowed.');
    putRule({ ...rule, targets: [...targets.values()] }, step);
    return { FailedEntryCount: 0, FailedEntries: [] };
  },
  shows: (made) => ({ ...made }),
});

const RemoveTargets = events<OfRule & { readonly Ids: readonly string[] }, object>({
  name: 'RemoveTargets',
  refusals: ['ResourceNotFoundException'],
  on: onRule,
  members: ['Rule', 'Ids'],
  run({ Rule, Ids }, step) {
    const rule = ruleOf(Rule, step);
    if (!rule) return noRule(Rule);
    putRule({ ...rule, targets: rule.targets.filter(({ id }) => !Ids.includes(id)) }, step);
    return { FailedEntryCount: 0, FailedEntries: [] };
  },
  shows: (made) => ({ ...made }),
});

const ListTargetsByRule = events<OfRule, object>({
  name: 'ListTargetsByRule',
  readOnly: true,
  refusals: ['ResourceNotFoundException'],
  on: onRule,
  members: ['Rule'],
  run({ Rule }, step) {
    const rule = ruleOf(Rule, step);
    if (!rule) return noRule(Rule);
    return {
      Targets: rule.targets.map(({ id, arn, role, input, paths, template }) => ({
        Id: id,
        Arn: arn,
        ...(role === undefined ? {} : { RoleArn: role }),
        ...(input === undefined ? {} : { Input: input }),
        ...(template === undefined
          ? {}
          : { InputTransformer: { InputPathsMap: paths ?? {}, InputTemplate: template } }),
      })),
    };
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
  PutTargets,
  RemoveTargets,
  ListTargetsByRule,
  TestEventPattern,
];
