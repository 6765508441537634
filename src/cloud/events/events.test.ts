import { describe, expect, it } from 'vitest';
import {
  a,
  adminOf,
  allow,
  by,
  done,
  house,
  makeKey,
  policy,
  refused,
  trust,
} from '../../../test/cloud/house.ts';
import type { Lab } from '../../client/lab.ts';
import { mostLinks } from '../../engine/index.ts';

/** A trail, a role that EventBridge may take, and what it may do. */
async function watched(lab: Lab, actions: readonly string[] = ['kms:*']) {
  const ask = by(lab, adminOf(a));
  await ask('s3', 'CreateBucket', { Bucket: 'trail-logs' });
  await ask('s3', 'PutBucketPolicy', {
    Bucket: 'trail-logs',
    Policy: policy({
      ...allow(['s3:GetBucketAcl', 's3:PutObject']),
      Principal: { Service: 'cloudtrail.amazonaws.com' },
    }),
  });
  await ask('cloudtrail', 'CreateTrail', { Name: 'all', S3BucketName: 'trail-logs' });
  await ask('cloudtrail', 'StartLogging', { Name: 'all' });
  await ask('iam', 'CreateRole', {
    RoleName: 'Responder',
    AssumeRolePolicyDocument: policy(trust({ Service: 'events.amazonaws.com' })),
  });
  await ask('iam', 'PutRolePolicy', {
    RoleName: 'Responder',
    PolicyName: 'work',
    PolicyDocument: policy(allow(actions)),
  });
  return ask;
}
const responder = `arn:aws:iam::${a}:role/Responder`;
const onKey = (operation: string, template = '{"KeyId": <key>}') => ({
  Id: operation,
  Arn: `arn:aws:scheduler:::aws-sdk:kms:${operation}`,
  RoleArn: responder,
  InputTransformer: { InputPathsMap: { key: '$.detail.resources[0].ARN' }, InputTemplate: template },
});
const named = (...eventName: readonly string[]) =>
  JSON.stringify({ source: ['aws.kms'], detail: { eventName, errorCode: [{ exists: false }] } });
const stateOf = async (lab: Lab, KeyId: string) => {
  const { KeyMetadata } = await done(lab, {
    operation: 'DescribeKey',
    input: { KeyId },
    principal: adminOf(a),
  });
  return (KeyMetadata as { readonly KeyState: string }).KeyState;
};
const eventsNamed = async (lab: Lab, name: string) =>
  (await lab.trail()).filter(({ eventName }) => eventName === name);

describe('a rule of EventBridge', () => {
  it('enables a key again five minutes after it was disabled, by its role, and the trail has it', async () => {
    const lab = await house();
    const ask = await watched(lab);
    await ask('events', 'PutRule', { Name: 'again', EventPattern: named('DisableKey') });
    await ask('events', 'PutTargets', { Rule: 'again', Targets: [onKey('enableKey')] });
    const KeyId = await makeKey(lab, a);
    await ask('kms', 'DisableKey', { KeyId });
    await lab.advance({ seconds: 299 });
    expect(await stateOf(lab, KeyId)).toBe('Disabled');
    await lab.advance({ seconds: 1 });
    expect(await stateOf(lab, KeyId)).toBe('Enabled');
    const [record] = await eventsNamed(lab, 'EnableKey');
    expect(record?.userIdentity).toMatchObject({ type: 'AssumedRole' });
    expect(String(record?.userIdentity['arn'])).toBe(`arn:aws:sts::${a}:assumed-role/Responder/again`);
  });

  it('does nothing without a trail that has the record', async () => {
    const lab = await house();
    const ask = await watched(lab);
    await ask('events', 'PutRule', { Name: 'again', EventPattern: named('DisableKey') });
    await ask('events', 'PutTargets', { Rule: 'again', Targets: [onKey('enableKey')] });
    await ask('cloudtrail', 'PutEventSelectors', {
      TrailName: 'all',
      EventSelectors: [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }],
    });
    const KeyId = await makeKey(lab, a);
    await lab.advance({ seconds: 5 });
    await ask('kms', 'DisableKey', { KeyId });
    await lab.advance({ hours: 1 });
    expect(await stateOf(lab, KeyId)).toBe('Disabled');
  });

  it('is refused what its role may not, and remembers that', async () => {
    const lab = await house();
    const ask = await watched(lab, ['kms:DescribeKey']);
    await ask('events', 'PutRule', { Name: 'cancel', EventPattern: named('ScheduleKeyDeletion') });
    await ask('events', 'PutTargets', { Rule: 'cancel', Targets: [onKey('cancelKeyDeletion')] });
    const KeyId = await makeKey(lab, a);
    await ask('kms', 'ScheduleKeyDeletion', { KeyId });
    await lab.advance({ seconds: 300 });
    expect(await stateOf(lab, KeyId)).toBe('PendingDeletion');
    const [record] = await eventsNamed(lab, 'CancelKeyDeletion');
    expect(record?.errorCode).toBe('AccessDeniedException');
    expect(JSON.stringify(await lab.snapshot())).toContain('"refused":"AccessDeniedException"');
  });

  it('tells a topic in its own name, whose policy has to allow that', async () => {
    const lab = await house();
    const ask = await watched(lab);
    const { TopicArn } = await ask('sns', 'CreateTopic', { Name: 'alarms' });
    const { QueueUrl } = await ask('sqs', 'CreateQueue', { QueueName: 'inbox' });
    const QueueArn = `arn:aws:sqs:us-east-1:${a}:inbox`;
    const allowTo = (Service: string, action: string) => policy({ ...allow(action), Principal: { Service } });
    await ask('sqs', 'SetQueueAttributes', {
      QueueUrl,
      Attributes: { Policy: allowTo('sns.amazonaws.com', 'sqs:SendMessage') },
    });
    await ask('sns', 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: QueueArn });
    await ask('events', 'PutRule', { Name: 'tell', EventPattern: named('DisableKey') });
    await ask('events', 'PutTargets', {
      Rule: 'tell',
      Targets: [
        {
          Id: 'topic',
          Arn: TopicArn,
          InputTransformer: {
            InputPathsMap: { what: '$.detail.eventName', who: '$.detail.userIdentity.arn' },
            InputTemplate: '"<who> called <what>"',
          },
        },
      ],
    });
    const received = async () => {
      const { Messages = [] } = await ask('sqs', 'ReceiveMessage', { QueueUrl });
      return (Messages as readonly { readonly Body: string }[]).map(({ Body }) => Body);
    };
    const KeyId = await makeKey(lab, a);
    await ask('kms', 'DisableKey', { KeyId });
    await lab.advance({ seconds: 300 });
    expect(await received()).toEqual([]);
    await ask('sns', 'SetTopicAttributes', {
      TopicArn,
      AttributeName: 'Policy',
      AttributeValue: allowTo('events.amazonaws.com', 'sns:Publish'),
    });
    await ask('kms', 'EnableKey', { KeyId });
    await ask('kms', 'DisableKey', { KeyId });
    await lab.advance({ seconds: 300 });
    expect(await received()).toEqual([`"${adminOf(a)} called DisableKey"`]);
  });

  it('goes on in a world that comes from a file, with its alarms', async () => {
    const lab = await house();
    const ask = await watched(lab);
    await ask('events', 'PutRule', { Name: 'again', EventPattern: named('DisableKey') });
    await ask('events', 'PutTargets', { Rule: 'again', Targets: [onKey('enableKey')] });
    await ask('logs', 'CreateLogGroup', { logGroupName: 'aws-cloudtrail-logs' });
    await ask('logs', 'PutMetricFilter', {
      logGroupName: 'aws-cloudtrail-logs',
      filterName: 'disabled',
      filterPattern: '{ $.eventName = "DisableKey" }',
      metricTransformations: [{ metricName: 'disabled', metricNamespace: 'Trail', metricValue: '1' }],
    });
    await ask('monitoring', 'PutMetricAlarm', {
      AlarmName: 'disabled',
      Namespace: 'Trail',
      MetricName: 'disabled',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
    const KeyId = await makeKey(lab, a);
    await ask('kms', 'DisableKey', { KeyId });
    const file = JSON.stringify(await lab.snapshot());
    const other = await house();
    await other.restore(JSON.parse(file));
    expect(await stateOf(other, KeyId)).toBe('Disabled');
    await other.advance({ seconds: 300 });
    expect(await stateOf(other, KeyId)).toBe('Enabled');
    const asked = by(other, adminOf(a));
    expect(await asked('monitoring', 'DescribeAlarms')).toMatchObject({
      MetricAlarms: [{ AlarmName: 'disabled', TreatMissingData: 'missing' }],
    });
    expect(await asked('logs', 'DescribeMetricFilters')).toMatchObject({
      metricFilters: [{ filterName: 'disabled', filterPattern: '{ $.eventName = "DisableKey" }' }],
    });
    // A record that is not what it must be changes nothing.
    await expect(other.restore(JSON.parse(file.replace('"ENABLED"', '"ASLEEP"')))).rejects.toThrow();
  });

  it('two rules that undo each other come to an end', async () => {
    const lab = await house();
    const ask = await watched(lab);
    for (const [name, target] of [
      ['DisableKey', 'enableKey'],
      ['EnableKey', 'disableKey'],
    ] as const) {
      await ask('events', 'PutRule', { Name: target, EventPattern: named(name) });
      await ask('events', 'PutTargets', { Rule: target, Targets: [onKey(target)] });
    }
    const KeyId = await makeKey(lab, a);
    await ask('kms', 'DisableKey', { KeyId });
    await lab.advance({ days: 2 });
    const made = [...(await eventsNamed(lab, 'EnableKey')), ...(await eventsNamed(lab, 'DisableKey'))];
    expect(made).toHaveLength(1 + 1 + mostLinks);
  });

  it('reading operations wait only for rules that want them', async () => {
    const lab = await house();
    const ask = await watched(lab);
    await ask('events', 'PutRule', { Name: 'reads', EventPattern: named('DescribeKey') });
    await ask('events', 'PutTargets', { Rule: 'reads', Targets: [onKey('disableKey')] });
    const KeyId = await makeKey(lab, a);
    expect(await stateOf(lab, KeyId)).toBe('Enabled');
    await lab.advance({ seconds: 400 });
    expect(await eventsNamed(lab, 'DisableKey')).toEqual([]);
    await ask('events', 'PutRule', {
      Name: 'reads',
      EventPattern: named('DescribeKey'),
      State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    });
    await stateOf(lab, KeyId);
    await lab.advance({ seconds: 400 });
    expect(await eventsNamed(lab, 'DisableKey')).toHaveLength(1);
  });

  it('hears from KMS itself that material has gone, without a trail', async () => {
    const lab = await house();
    const ask = await watched(lab);
    await ask('cloudtrail', 'StopLogging', { Name: 'all' });
    const { TopicArn } = await ask('sns', 'CreateTopic', { Name: 'alarms' });
    await ask('events', 'PutRule', {
      Name: 'gone',
      EventPattern: JSON.stringify({ 'detail-type': ['KMS CMK Deletion'] }),
    });
    await ask('events', 'PutTargets', { Rule: 'gone', Targets: [{ Id: 'topic', Arn: TopicArn }] });
    const KeyId = await makeKey(lab, a);
    await ask('kms', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    await lab.advance({ days: 8 });
    expect(JSON.stringify(await lab.snapshot())).toContain('"call":"sns:Publish"');
  });

  it('refuses patterns, targets and inputs that it cannot read; a rule with targets stays', async () => {
    const lab = await house();
    const ask = await watched(lab);
    const say = (operation: string, input: object) =>
      refused(lab, { service: 'events', operation, input: { ...input }, principal: adminOf(a) });
    expect(await say('PutRule', { Name: 'x', EventPattern: '{"source": "aws.kms"}' })).toMatch(
      /^InvalidEventPatternException: Event pattern is not valid/,
    );
    await ask('events', 'PutRule', { Name: 'x', EventPattern: named('DisableKey') });
    expect(await say('PutTargets', { Rule: 'y', Targets: [onKey('enableKey')] })).toMatch(
      /^ResourceNotFound/,
    );
    expect(
      await say('PutTargets', { Rule: 'x', Targets: [{ Id: 'a', Arn: 'arn:aws:ec2:::instance/i' }] }),
    ).toMatch(/^ValidationException/);
    await ask('events', 'PutTargets', { Rule: 'x', Targets: [onKey('enableKey')] });
    expect(await say('DeleteRule', { Name: 'x' })).toMatch(/has targets/);
    await ask('events', 'RemoveTargets', { Rule: 'x', Ids: ['enableKey'] });
    await ask('events', 'DeleteRule', { Name: 'x' });
    expect(await say('DescribeRule', { Name: 'x' })).toMatch(/^ResourceNotFound/);
  });
});
