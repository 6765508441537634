import { isRefusal, parseArn, type EventTarget, type Operation, type Refusal } from '../../engine/index.ts';
import { arnOf, events, onRule, putRule, ruleOf, type OfRule } from './declare.ts';
import { callOf } from './deliver.ts';
import { isPath } from './input.ts';
import { invalid, noRule, tooMany } from './words.ts';

/* What a rule calls. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */

/**
 * OURS: an input is set up once and shown like a policy, in the record, the trail and the history. No plaintext comes by it:
 * KMS's operations that take bytes refuse the text that a rule sends (SerializationException).
 */
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

export const targetOperations: readonly Operation[] = [PutTargets, RemoveTargets, ListTargetsByRule];
