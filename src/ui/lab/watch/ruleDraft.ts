import type { Around, Watchers } from '../../../client/index.ts';
import type { AccountId, Region } from '../../../engine/index.ts';
import { bucketStatements } from '../trail/needs.ts';

/* What the editor of rules holds, and the calls that it becomes. */

/** Objects on lines of their own, what is in a list on one. */
function pretty(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const members = Object.entries(value).map(
    ([name, one]) => `${inner}${JSON.stringify(name)}: ${pretty(one, inner)}`,
  );
  return `{\n${members.join(',\n')}\n${indent}}`;
}

type Rule = Watchers['rules'][number];
type Template = ReturnType<Around['ruleTemplates']>[number];

export interface DraftTarget {
  id: string;
  /** `kms:EnableKey`, `sns:Publish` */
  call: string;
  /** ARN of the role, or of the topic. */
  as: string;
  template: string;
}
export interface RuleDraft {
  name: string;
  pattern: string;
  state: Rule['state'];
  targets: DraftTarget[];
  /** Targets that the rule has now, and that go. */
  readonly had: readonly string[];
}

/** The calls that a target may make here. */
export const targetCalls = [
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:CancelKeyDeletion',
  'kms:RevokeGrant',
  'kms:PutKeyPolicy',
  'kms:DisableKeyRotation',
  'kms:EnableKeyRotation',
  'kms:TagResource',
  'sns:Publish',
] as const;

export const roleArn = (account: string, role: string): string => `arn:aws:iam::${account}:role/${role}`;
export const topicArn = (account: string, region: string, topic: string): string =>
  `arn:aws:sns:${region}:${account}:${topic}`;

export interface Place {
  readonly account: AccountId;
  readonly region: Region;
}

const asOf = (call: string, { account, region }: Place, around: Around): string =>
  call === 'sns:Publish'
    ? topicArn(account, region, around.responderTopic)
    : roleArn(account, around.responderRole);

export const newTarget = (
  n: number,
  call: string,
  template: string,
  place: Place,
  around: Around,
): DraftTarget => ({
  id: `target-${n}`,
  call,
  as: asOf(call, place, around),
  template,
});

export const draftOfTemplate = (
  { id, pattern, targets }: Template,
  place: Place,
  around: Around,
): RuleDraft => ({
  name: id,
  pattern: pretty(pattern),
  state: 'ENABLED',
  targets: targets.map(({ call, template }, i) => newTarget(i + 1, call, template, place, around)),
  had: [],
});

export function draftOfRule({ name, pattern, state, targets }: Rule): RuleDraft {
  let shown = pattern;
  try {
    shown = pretty(JSON.parse(pattern));
  } catch {
    // It stays as it is.
  }
  return {
    name,
    pattern: shown,
    state,
    targets: targets.map(({ id, arn, role, template, input }) => ({
      id,
      call: callOfArn(arn),
      as: role ?? arn,
      template: template ?? input ?? '',
    })),
    had: targets.map(({ id }) => id),
  };
}

/** `kms:EnableKey` of `arn:aws:scheduler:::aws-sdk:kms:enableKey`. */
export function callOfArn(arn: string): string {
  const [, service, operation] = /aws-sdk:(\w+):(\w+)$/.exec(arn) ?? [];
  if (service !== undefined && operation !== undefined)
    return `${service}:${operation.charAt(0).toUpperCase()}${operation.slice(1)}`;
  return arn.includes(':sqs:') ? 'sqs:SendMessage' : 'sns:Publish';
}

export interface PlannedCall {
  readonly service: 'events' | 'iam' | 's3' | 'cloudtrail' | 'sns';
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export function callsOfDraft(draft: RuleDraft, around: Around): readonly PlannedCall[] {
  const { name, pattern, state, targets, had } = draft;
  const gone = had.filter((id) => !targets.some((one) => one.id === id));
  const calls: PlannedCall[] = [
    { service: 'events', operation: 'PutRule', input: { Name: name, EventPattern: pattern, State: state } },
  ];
  if (gone.length > 0)
    calls.push({ service: 'events', operation: 'RemoveTargets', input: { Rule: name, Ids: gone } });
  const Targets = targets.map(({ id, call, as, template }) => {
    const used = Object.entries(around.templatePaths).filter(([path]) => template.includes(`<${path}>`));
    return {
      Id: id,
      Arn: around.targetArnOf(call, as),
      ...(call === 'sns:Publish' ? {} : { RoleArn: as }),
      ...(template.trim() === ''
        ? {}
        : {
            InputTransformer: { InputPathsMap: Object.fromEntries(used), InputTemplate: template },
          }),
    };
  });
  if (Targets.length > 0)
    calls.push({ service: 'events', operation: 'PutTargets', input: { Rule: name, Targets } });
  return calls;
}

/** What a rule needs that is not there yet: somebody to act as, a topic, a trail that has the records. */
export interface Needs {
  readonly role: boolean;
  readonly topic: boolean;
  readonly trail: boolean;
}

const document = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

export function callsOfNeeds(needs: Needs, place: Place, around: Around): readonly PlannedCall[] {
  const calls: PlannedCall[] = [];
  if (needs.trail) {
    const Bucket = `trail-logs-${place.account}`;
    const name = 'all-events';
    calls.push(
      { service: 's3', operation: 'CreateBucket', input: { Bucket } },
      {
        service: 's3',
        operation: 'PutBucketPolicy',
        input: {
          Bucket,
          Policy: document(
            ...bucketStatements({
              ...place,
              name,
              bucket: Bucket,
              bucketRegion: place.region,
              keyArn: undefined,
            }),
          ),
        },
      },
      {
        service: 'cloudtrail',
        operation: 'CreateTrail',
        input: { Name: name, S3BucketName: Bucket, IsMultiRegionTrail: true },
      },
      { service: 'cloudtrail', operation: 'StartLogging', input: { Name: name } },
    );
  }
  if (needs.role)
    calls.push(
      {
        service: 'iam',
        operation: 'CreateRole',
        input: {
          RoleName: around.responderRole,
          AssumeRolePolicyDocument: document({
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sts:AssumeRole',
          }),
        },
      },
      {
        service: 'iam',
        operation: 'PutRolePolicy',
        input: {
          RoleName: around.responderRole,
          PolicyName: 'respond',
          PolicyDocument: document({ Effect: 'Allow', Action: around.responderActions, Resource: '*' }),
        },
      },
    );
  if (needs.topic)
    calls.push({
      service: 'sns',
      operation: 'CreateTopic',
      input: {
        Name: around.responderTopic,
        Attributes: {
          Policy: document({
            Sid: 'EventBridgeTells',
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: '*',
          }),
        },
      },
    });
  return calls;
}
