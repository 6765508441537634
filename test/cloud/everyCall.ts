import type { ServiceName } from '../../src/client/lab.ts';
import { a, allow, b, policy, rootOf, trust } from './house.ts';

/*
 * Every operation of every service around KMS, once, in an order in which each succeeds: one world does them all. Names
 * that AWS makes (ids, ARNs) are kept when they come, and are asked for by `name`.
 */

export interface EveryCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What later calls name, and where it is in the output: `Instances.0.InstanceId`. */
  readonly keep?: Readonly<Record<string, string>> | undefined;
}
type Keep = EveryCall['keep'];
/** Asks for its calls one by one: what an earlier one made is known by then. */
type Part = (name: (kept: string) => string) => Generator<EveryCall, void, void>;

const text = (said: string) => new TextEncoder().encode(said);
const of =
  (service: ServiceName, always: object = {}) =>
  (operation: string, input: object = {}, keep?: Keep): EveryCall => ({
    service,
    operation,
    input: { ...always, ...input },
    keep,
  });

const anything = policy(allow('*'));
const openKey = policy({ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' });

const kms: Part = function* () {
  yield of('kms')('CreateKey', { Policy: openKey }, { key: 'KeyMetadata.Arn' });
};

const iam: Part = function* (name) {
  const call = of('iam');
  const user = of('iam', { UserName: 'U' });
  const role = of('iam', { RoleName: 'R' });
  const group = of('iam', { GroupName: 'G' });
  const inline = { PolicyName: 'own', PolicyDocument: anything };
  const owns = (kind: 'User' | 'Role' | 'Group', one: typeof user) =>
    [
      one(`Put${kind}Policy`, inline),
      one(`Get${kind}Policy`, { PolicyName: 'own' }),
      one(`List${kind}Policies`),
      one(`Delete${kind}Policy`, { PolicyName: 'own' }),
    ] as const;
  const attached = (kind: 'User' | 'Role' | 'Group', one: typeof user) =>
    [
      one(`Attach${kind}Policy`, { PolicyArn: name('policy') }),
      one(`ListAttached${kind}Policies`),
      one(`Detach${kind}Policy`, { PolicyArn: name('policy') }),
    ] as const;
  const tags = (kind: 'User' | 'Role', one: typeof user) =>
    [
      one(`Tag${kind}`, { Tags: [{ Key: 'k', Value: 'v' }] }),
      one(`List${kind}Tags`),
      one(`Untag${kind}`, { TagKeys: ['k'] }),
    ] as const;
  yield user('CreateUser');
  yield user('GetUser');
  yield call('ListUsers');
  yield user('CreateAccessKey', {}, { accessKey: 'AccessKey.AccessKeyId' });
  yield user('ListAccessKeys');
  yield user('DeleteAccessKey', { AccessKeyId: name('accessKey') });
  yield role('CreateRole', {
    AssumeRolePolicyDocument: policy(trust({ AWS: rootOf(a), Service: 'lambda.amazonaws.com' })),
  });
  yield call('CreateServiceLinkedRole', { AWSServiceName: 'mrk.kms.amazonaws.com' });
  yield role('GetRole');
  yield call('ListRoles');
  yield role('UpdateRole', { Description: 'one' });
  yield role('UpdateAssumeRolePolicy', {
    PolicyDocument: policy(trust({ AWS: rootOf(a), Service: 'lambda.amazonaws.com' })),
  });
  yield group('CreateGroup');
  yield group('GetGroup');
  yield call('ListGroups');
  yield of('iam', { GroupName: 'G', UserName: 'U' })('AddUserToGroup');
  yield user('ListGroupsForUser');
  yield* owns('User', user);
  yield* owns('Role', role);
  yield* owns('Group', group);
  yield call('CreatePolicy', { PolicyName: 'P', PolicyDocument: anything }, { policy: 'Policy.Arn' });
  const PolicyArn = name('policy');
  yield call('GetPolicy', { PolicyArn });
  yield call('ListPolicies');
  yield call('CreatePolicyVersion', { PolicyArn, PolicyDocument: policy(allow('s3:*')) });
  yield call('GetPolicyVersion', { PolicyArn, VersionId: 'v2' });
  yield call('ListPolicyVersions', { PolicyArn });
  yield call('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v2' });
  yield call('DeletePolicyVersion', { PolicyArn, VersionId: 'v1' });
  yield* attached('User', user);
  yield* attached('Role', role);
  yield* attached('Group', group);
  yield user('PutUserPermissionsBoundary', { PermissionsBoundary: PolicyArn });
  yield user('DeleteUserPermissionsBoundary');
  yield role('PutRolePermissionsBoundary', { PermissionsBoundary: PolicyArn });
  yield role('DeleteRolePermissionsBoundary');
  yield* tags('User', user);
  yield* tags('Role', role);
  yield of('iam', { GroupName: 'G', UserName: 'U' })('RemoveUserFromGroup');
};

/** What the others have used until now. */
const iamEnds: Part = function* (name) {
  yield of('iam')('DeletePolicy', { PolicyArn: name('policy') });
  yield of('iam')('DeleteGroup', { GroupName: 'G' });
  yield of('iam')('DeleteUser', { UserName: 'U' });
  yield of('iam')('DeleteRole', { RoleName: 'R' });
};

const sts: Part = function* () {
  yield of('sts')('AssumeRole', { RoleArn: `arn:aws:iam::${a}:role/R`, RoleSessionName: 'work' });
  yield of('sts')('GetCallerIdentity');
};

const organizations: Part = function* (name) {
  const call = of('organizations');
  const scp = 'SERVICE_CONTROL_POLICY';
  yield call('CreateOrganization', { FeatureSet: 'ALL' });
  yield call('DescribeOrganization');
  yield call('ListRoots', {}, { root: 'Roots.0.Id' });
  yield call(
    'CreateOrganizationalUnit',
    { ParentId: name('root'), Name: 'Unit' },
    { unit: 'OrganizationalUnit.Id' },
  );
  yield call('InviteAccountToOrganization', { Target: { Id: b, Type: 'ACCOUNT' } });
  yield call('MoveAccount', {
    AccountId: b,
    SourceParentId: name('root'),
    DestinationParentId: name('unit'),
  });
  yield call('ListChildren', { ParentId: name('unit'), ChildType: 'ACCOUNT' });
  yield call('ListParents', { ChildId: b });
  yield call(
    'CreateAccount',
    { Email: 'one@example.com', AccountName: 'One' },
    { request: 'CreateAccountStatus.Id' },
  );
  yield call('DescribeCreateAccountStatus', { CreateAccountRequestId: name('request') });
  yield call(
    'CreatePolicy',
    { Name: 'Limits', Description: 'one', Type: scp, Content: anything },
    { scp: 'Policy.PolicySummary.Id' },
  );
  const PolicyId = name('scp');
  yield call('DescribePolicy', { PolicyId });
  yield call('UpdatePolicy', { PolicyId, Description: 'two' });
  yield call('ListPolicies', { Filter: scp });
  yield call('AttachPolicy', { PolicyId, TargetId: name('unit') });
  yield call('ListPoliciesForTarget', { TargetId: name('unit'), Filter: scp });
  yield call('DetachPolicy', { PolicyId, TargetId: name('unit') });
  yield call('DeletePolicy', { PolicyId });
  yield call('RemoveAccountFromOrganization', { AccountId: b });
  yield call('DeleteOrganizationalUnit', { OrganizationalUnitId: name('unit') });
};

const s3: Part = function* (name) {
  const call = of('s3', { Bucket: 'every-call' });
  const object = of('s3', { Bucket: 'every-call', Key: 'k' });
  const sse = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: name('key') };
  yield call('CreateBucket');
  yield of('s3')('ListBuckets');
  yield call('PutBucketEncryption', {
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  });
  yield call('GetBucketEncryption');
  yield call('PutBucketPolicy', {
    Policy: policy({
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:*',
      Resource: '*',
    }),
  });
  yield call('GetBucketPolicy');
  yield object('PutObject', { Body: text('body'), ...sse });
  yield object('GetObject');
  yield object('HeadObject');
  yield object('CopyObject', { Key: 'copy', CopySource: 'every-call/k' });
  yield call('ListObjectsV2');
  yield object('DeleteObject');
  yield object('DeleteObject', { Key: 'copy' });
  const uploading = { upload: 'UploadId' };
  yield object('CreateMultipartUpload', sse, uploading);
  yield object(
    'UploadPart',
    { UploadId: name('upload'), PartNumber: 1, Body: text('part') },
    { etag: 'ETag' },
  );
  yield object('CompleteMultipartUpload', {
    UploadId: name('upload'),
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag: name('etag') }] },
  });
  yield object('CreateMultipartUpload', sse, uploading);
  yield object('AbortMultipartUpload', { UploadId: name('upload') });
};
const s3Ends: Part = function* () {
  const call = of('s3', { Bucket: 'ends-here' });
  yield call('CreateBucket');
  yield call('PutBucketPolicy', {
    Policy: policy({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }),
  });
  yield call('DeleteBucketPolicy');
  yield call('DeleteBucket');
};

const cloudtrail: Part = function* (name) {
  const call = of('cloudtrail', { Name: 'every' });
  const selectors = of('cloudtrail', { TrailName: 'every' });
  yield call('CreateTrail', { S3BucketName: 'every-call', KmsKeyId: name('key') });
  yield call('StartLogging');
  yield selectors('PutEventSelectors', { EventSelectors: [{ ReadWriteType: 'All' }] });
  yield selectors('GetEventSelectors');
  yield call('UpdateTrail', { IsMultiRegionTrail: true });
  yield call('GetTrail');
  yield call('GetTrailStatus');
  yield of('cloudtrail')('DescribeTrails');
  yield of('cloudtrail')('ListTrails');
  yield of('cloudtrail')('LookupEvents');
  yield call('StopLogging');
  yield call('DeleteTrail');
};

const ec2: Part = function* (name) {
  const call = of('ec2');
  yield call(
    'CreateVpcEndpoint',
    { VpcId: 'vpc-1', ServiceName: 'com.amazonaws.us-east-1.kms' },
    { endpoint: 'VpcEndpoint.VpcEndpointId' },
  );
  yield call('ModifyVpcEndpoint', { VpcEndpointId: name('endpoint'), ResetPolicy: true });
  yield call('DeleteVpcEndpoints', { VpcEndpointIds: [name('endpoint')] });
  yield call(
    'CreateVolume',
    { AvailabilityZone: 'us-east-1a', Size: 1, Encrypted: true, KmsKeyId: name('key') },
    { volume: 'VolumeId' },
  );
  yield call('DescribeVolumes');
  yield call('RunInstances', {}, { instance: 'Instances.0.InstanceId' });
  yield call('DescribeInstances');
  const both = { VolumeId: name('volume'), InstanceId: name('instance') };
  yield call('AttachVolume', { ...both, Device: '/dev/sdf' });
  yield call('InstanceWrite', { ...both, Data: text('blocks') });
  yield call('InstanceRead', both);
  yield call('StopInstances', { InstanceIds: [name('instance')] });
  yield call('StartInstances', { InstanceIds: [name('instance')] });
  yield call('CreateSnapshot', { VolumeId: name('volume') }, { snapshot: 'SnapshotId' });
  yield call('DescribeSnapshots');
  yield call(
    'CopySnapshot',
    { SourceRegion: 'us-east-1', SourceSnapshotId: name('snapshot'), KmsKeyId: name('key') },
    { copy: 'SnapshotId' },
  );
  yield call('ModifySnapshotAttribute', {
    SnapshotId: name('copy'),
    OperationType: 'add',
    UserIds: [b],
  });
  yield call('DeleteSnapshot', { SnapshotId: name('copy') });
  yield call('DetachVolume', { VolumeId: name('volume') });
  yield call('DeleteVolume', { VolumeId: name('volume') });
  yield call('EnableEbsEncryptionByDefault');
  yield call('GetEbsEncryptionByDefault');
  yield call('ModifyEbsDefaultKmsKeyId', { KmsKeyId: name('key') });
  yield call('GetEbsDefaultKmsKeyId');
  yield call('ResetEbsDefaultKmsKeyId');
  yield call('DisableEbsEncryptionByDefault');
};

const secretsmanager: Part = function* (name) {
  const call = of('secretsmanager', { SecretId: 'S' });
  yield of('secretsmanager')('CreateSecret', { Name: 'S', SecretString: 'one', KmsKeyId: name('key') });
  yield call('PutSecretValue', { SecretString: 'two' });
  yield call('UpdateSecret', { Description: 'three' });
  yield call('GetSecretValue');
  yield of('secretsmanager')('BatchGetSecretValue', { SecretIdList: ['S'] });
  yield call('DescribeSecret');
  yield of('secretsmanager')('ListSecrets');
  yield call('PutResourcePolicy', {
    ResourcePolicy: policy({
      Effect: 'Allow',
      Principal: { AWS: rootOf(b) },
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
    }),
  });
  yield call('DeleteResourcePolicy');
  const there = { AddReplicaRegions: [{ Region: 'eu-west-1' }] };
  yield call('ReplicateSecretToRegions', there);
  yield call('RemoveRegionsFromReplication', { RemoveReplicaRegions: ['eu-west-1'] });
  yield call('DeleteSecret');
  yield call('RestoreSecret');
};

const messages: Part = function* (name) {
  const QueueUrl = `https://sqs.us-east-1.amazonaws.com/${a}/Q`;
  const queue = of('sqs', { QueueUrl });
  const TopicArn = `arn:aws:sns:us-east-1:${a}:T`;
  const topic = of('sns', { TopicArn });
  yield of('sqs')('CreateQueue', { QueueName: 'Q', Attributes: { KmsMasterKeyId: name('key') } });
  yield queue('SetQueueAttributes', { Attributes: { VisibilityTimeout: '0' } });
  yield queue('GetQueueAttributes', { AttributeNames: ['All'] });
  yield of('sqs')('GetQueueUrl', { QueueName: 'Q' });
  yield of('sqs')('ListQueues');
  yield queue('SendMessage', { MessageBody: 'one' });
  yield queue('ReceiveMessage', {}, { receipt: 'Messages.0.ReceiptHandle' });
  yield queue('DeleteMessage', { ReceiptHandle: name('receipt') });
  yield of('sns')('CreateTopic', { Name: 'T', Attributes: { KmsMasterKeyId: name('key') } });
  yield topic('SetTopicAttributes', { AttributeName: 'KmsMasterKeyId', AttributeValue: name('key') });
  yield topic('GetTopicAttributes');
  yield of('sns')('ListTopics');
  yield topic('Subscribe', { Protocol: 'sqs', Endpoint: `arn:aws:sqs:us-east-1:${a}:Q` });
  yield topic('ListSubscriptionsByTopic');
  yield topic('Publish', { Message: 'one' });
  yield topic('DeleteTopic');
  yield queue('DeleteQueue');
};

const small: Part = function* (name) {
  const ssm = of('ssm');
  yield ssm('PutParameter', { Name: 'p', Value: 'v', Type: 'SecureString', KeyId: name('key') });
  yield ssm('GetParameter', { Name: 'p', WithDecryption: true });
  yield ssm('GetParameters', { Names: ['p'], WithDecryption: true });
  yield ssm('DescribeParameters');
  yield ssm('DeleteParameter', { Name: 'p' });
  const lambda = of('lambda', { FunctionName: 'f' });
  yield lambda('CreateFunction', {
    Role: `arn:aws:iam::${a}:role/R`,
    Environment: { Variables: { A: 'b' } },
    KMSKeyArn: name('key'),
  });
  yield lambda('UpdateFunctionConfiguration', { Environment: { Variables: { A: 'c' } } });
  yield lambda('GetFunctionConfiguration');
  yield lambda('Invoke');
  yield of('lambda')('ListFunctions');
  yield lambda('DeleteFunction');
  const table = of('dynamodb', { TableName: 'every' });
  const SSESpecification = { Enabled: true, KMSMasterKeyId: name('key') };
  const key = { id: { S: '1' } };
  yield table('CreateTable', { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] });
  yield table('UpdateTable', { SSESpecification });
  yield table('DescribeTable');
  yield of('dynamodb')('ListTables');
  yield table('PutItem', { Item: key });
  yield table('GetItem', { Key: key });
  yield table('DeleteItem', { Key: key });
  yield table('DeleteTable');
};

const logs: Part = function* (name) {
  const call = of('logs', { logGroupName: 'g' });
  yield call('CreateLogGroup');
  yield call('AssociateKmsKey', { kmsKeyId: name('key') });
  yield call('PutLogEvents', { logStreamName: 's', logEvents: [{ timestamp: 1, message: 'm' }] });
  yield call('FilterLogEvents');
  yield of('logs')('DescribeLogGroups');
  yield call('PutMetricFilter', {
    filterName: 'disabled',
    filterPattern: '{ $.eventName = DisableKey }',
    metricTransformations: [{ metricName: 'Disabled', metricNamespace: 'Own', metricValue: '1' }],
  });
  yield of('logs')('DescribeMetricFilters');
  yield call('DeleteMetricFilter', { filterName: 'disabled' });
  yield call('DisassociateKmsKey');
  yield call('DeleteLogGroup');
};

const databases: Part = function* (name) {
  const call = of('rds', { DBInstanceIdentifier: 'db' });
  const made = { DBInstanceClass: 'db.t4g.micro', Engine: 'postgres' };
  yield call('CreateDBInstance', { ...made, StorageEncrypted: true, KmsKeyId: name('key') });
  yield call('DescribeDBInstances');
  yield call('ModifyDBInstance', { DBInstanceClass: 'db.t4g.small' });
  yield call('DatabaseWrite', { Data: text('row') });
  yield call('DatabaseRead');
  yield call('StopDBInstance');
  yield call('StartDBInstance');
  yield call('CreateDBSnapshot', { DBSnapshotIdentifier: 's' });
  yield of('rds')('CopyDBSnapshot', {
    SourceDBSnapshotIdentifier: 's',
    TargetDBSnapshotIdentifier: 'c',
    KmsKeyId: name('key'),
  });
  yield of('rds')('DescribeDBSnapshots');
  yield of('rds')('ModifyDBSnapshotAttribute', {
    DBSnapshotIdentifier: 'c',
    AttributeName: 'restore',
    ValuesToAdd: [b],
  });
  yield of('rds')('RestoreDBInstanceFromDBSnapshot', {
    DBInstanceIdentifier: 'again',
    DBSnapshotIdentifier: 'c',
  });
  yield of('rds')('DeleteDBSnapshot', { DBSnapshotIdentifier: 'c' });
  yield call('DeleteDBInstance', { SkipFinalSnapshot: true });
  const warehouse = of('redshift', { ClusterIdentifier: 'w' });
  yield warehouse('CreateCluster', { NodeType: 'ra3.large', Encrypted: true, KmsKeyId: name('key') });
  yield warehouse('DescribeClusters');
  yield warehouse('BlockWrite', { Data: text('block') });
  yield warehouse('BlockRead', { Block: 1 });
  yield warehouse('ModifyCluster', { Encrypted: true, KmsKeyId: name('key') });
  yield warehouse('RotateEncryptionKey');
  yield warehouse('CreateClusterSnapshot', { SnapshotIdentifier: 's' });
  const redshift = of('redshift');
  yield redshift('DescribeClusterSnapshots');
  yield redshift('RestoreFromClusterSnapshot', { ClusterIdentifier: 'r', SnapshotIdentifier: 's' });
  yield redshift('DeleteClusterSnapshot', { SnapshotIdentifier: 's' });
  yield redshift('CreateSnapshotCopyGrant', { SnapshotCopyGrantName: 'g', KmsKeyId: name('key') });
  yield redshift('DescribeSnapshotCopyGrants');
  yield redshift('DeleteSnapshotCopyGrant', { SnapshotCopyGrantName: 'g' });
  yield redshift('CreateCluster', { ClusterIdentifier: 'clear', NodeType: 'ra3.large' });
  yield redshift('EnableSnapshotCopy', { ClusterIdentifier: 'clear', DestinationRegion: 'us-west-2' });
  yield redshift('DisableSnapshotCopy', { ClusterIdentifier: 'clear' });
  yield warehouse('PauseCluster');
  yield warehouse('ResumeCluster');
  yield warehouse('DeleteCluster', { SkipFinalClusterSnapshot: true });
};

const streams: Part = function* (name) {
  const StreamARN = `arn:aws:kinesis:us-east-1:${a}:stream/every`;
  const call = of('kinesis', { StreamName: 'every' });
  const encryption = { EncryptionType: 'KMS', KeyId: name('key') };
  yield call('CreateStream');
  yield call('DescribeStreamSummary');
  yield of('kinesis')('ListStreams');
  yield call('StartStreamEncryption', encryption);
  yield call('PutRecord', { Data: text('record'), PartitionKey: 'p' });
  yield call(
    'GetShardIterator',
    { ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' },
    { iterator: 'ShardIterator' },
  );
  yield of('kinesis')('GetRecords', { ShardIterator: name('iterator') });
  yield of('kinesis', { ResourceARN: StreamARN })('PutResourcePolicy', {
    Policy: policy({
      Effect: 'Allow',
      Principal: { AWS: rootOf(b) },
      Action: ['kinesis:PutRecord'],
      Resource: StreamARN,
    }),
  });
  yield of('kinesis', { ResourceARN: StreamARN })('GetResourcePolicy');
  yield call('StopStreamEncryption', encryption);
  yield call('DeleteStream');
  const encryptionConfig = [{ resources: ['secrets'], provider: { keyArn: name('key') } }];
  const cluster = of('eks', { clusterName: 'c' });
  yield of('eks')('CreateCluster', { name: 'c' });
  yield cluster('AssociateEncryptionConfig', { encryptionConfig });
  yield cluster('SecretWrite', { secretName: 's', Data: text('secret') });
  yield cluster('SecretRead', { secretName: 's' });
  yield cluster('ApiServerRestart');
  yield of('eks')('DescribeCluster', { name: 'c' });
  yield of('eks')('ListClusters');
  yield of('eks')('DeleteCluster', { name: 'c' });
};

const watching: Part = function* () {
  const EventPattern = JSON.stringify({ source: ['aws.kms'], detail: { eventName: ['DisableKey'] } });
  const rule = of('events', { Name: 'rule' });
  const targets = of('events', { Rule: 'rule' });
  yield rule('PutRule', { EventPattern });
  yield rule('DescribeRule');
  yield rule('DisableRule');
  yield rule('EnableRule');
  yield of('events')('ListRules');
  yield targets('PutTargets', { Targets: [{ Id: 't', Arn: `arn:aws:sns:us-east-1:${a}:T` }] });
  yield targets('ListTargetsByRule');
  yield targets('RemoveTargets', { Ids: ['t'] });
  yield of('events')('TestEventPattern', {
    EventPattern,
    Event: JSON.stringify({
      ...{ id: '1', source: 'aws.kms', account: a, time: '2026-03-01T12:00:00Z', region: 'us-east-1' },
      ...{ 'detail-type': 'AWS API Call via CloudTrail', resources: [], detail: {} },
    }),
  });
  yield rule('DeleteRule');
  const monitoring = of('monitoring');
  yield monitoring('PutMetricAlarm', {
    AlarmName: 'disabled',
    Namespace: 'Own',
    MetricName: 'Disabled',
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  });
  yield monitoring('DescribeAlarms');
  yield monitoring('DeleteAlarms', { AlarmNames: ['disabled'] });
};

/** After the replica is there; `eu-west-1` is where it is made a secret of its own. */
export const inReplicaRegion: Part = function* () {
  yield of('secretsmanager')('StopReplicationToReplica', { SecretId: 'S' });
};

export const everyCall: readonly Part[] = [
  ...[kms, iam, sts, organizations, s3, cloudtrail, ec2, secretsmanager, messages, small, logs],
  ...[watching, databases, streams, s3Ends, iamEnds],
];
