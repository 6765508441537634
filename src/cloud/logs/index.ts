import {
  epochMs,
  fromUtf8,
  isRefusal,
  ref,
  toHex,
  utf8,
  type Bytes,
  type LogEventRec,
  type LogGroupRec,
  type Operation,
  type Refusal,
  type Service,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type DataKey, type Kms } from '../callingKms.ts';
import { declareIn } from '../declare.ts';
import { heldKey, holderName, holdKey, mustOpen, ownKey, sealData } from '../keeping.ts';
import { at, below } from '../refs.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/logs.json';
import { metricFilterOperations } from './metricFilters.ts';
import { full, groupExists, noGroup, notAllowed } from './words.ts';

/*
 * Log groups. CloudWatch Logs asks KMS in its own name, whoever writes or reads (services.json CloudWatchLogs): what counts
 * is the key policy, with the ARN of the log group as the condition that everybody forgets.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */

const logs = declareIn('logs');

interface OfGroup {
  readonly logGroupName: string;
}
const arnOf = (name: string, { identity, region }: Step): string =>
  `arn:aws:logs:${region}:${identity.account}:log-group:${name}`;
const onGroup = ({ logGroupName }: OfGroup, step: Step): string => arnOf(logGroupName, step);
const groupOf = (name: string, { view, identity, region }: Step): LogGroupRec | undefined =>
  view.get(at.logGroup(identity.account, region, name));
const put = (rec: LogGroupRec, { view }: Step): void =>
  view.put(at.logGroup(rec.account, rec.region, rec.name), rec);

type Group = Pick<LogGroupRec, 'arn' | 'account' | 'region'>;

const kmsFor = ({ arn, account, region }: Group, step: Step): Kms =>
  kmsAs(
    step,
    { kind: 'service', service: `logs.${region}.amazonaws.com`, sourceArn: arn, sourceAccount: account },
    { worded: notAllowed(arn) },
  );
const contextOf = ({ arn }: Group) => ({ 'aws:logs:arn': arn });

/** services.json "associate": DescribeKey, and a test of what it will have to do. OURS: which calls the test is of. */
async function tryKey(keyId: string, group: Group, step: Step): Promise<Refusal | undefined> {
  const kms = kmsFor(group, step);
  const described = await kms.describe(keyId);
  if (isRefusal(described)) return described;
  const key = await kms.dataKey(keyId, contextOf(group));
  if (isRefusal(key)) return key;
  const opened = await kms.decrypt(key.wrapped, contextOf(group));
  return isRefusal(opened) ? opened : undefined;
}

const CreateLogGroup = logs<OfGroup & { readonly kmsKeyId?: string }>({
  name: 'CreateLogGroup',
  refusals: ['ResourceAlreadyExistsException', 'InvalidParameterException'],
  on: onGroup,
  members: ['logGroupName', 'kmsKeyId'],
  async run({ logGroupName, kmsKeyId }, step) {
    if (groupOf(logGroupName, step)) return groupExists();
    const group: LogGroupRec = {
      arn: arnOf(logGroupName, step),
      name: logGroupName,
      account: step.identity.account,
      region: step.region,
      keyId: kmsKeyId,
      created: step.env.at,
    };
    const fault = kmsKeyId === undefined ? undefined : await tryKey(kmsKeyId, group, step);
    if (fault) return fault;
    put(group, step);
    return undefined;
  },
});

const AssociateKmsKey = logs<OfGroup & { readonly kmsKeyId: string }>({
  name: 'AssociateKmsKey',
  refusals: ['ResourceNotFoundException', 'InvalidParameterException'],
  on: onGroup,
  members: ['logGroupName', 'kmsKeyId'],
  async run({ logGroupName, kmsKeyId }, step) {
    const group = groupOf(logGroupName, step);
    if (!group) return noGroup();
    const fault = await tryKey(kmsKeyId, group, step);
    if (fault) return fault;
    put({ ...group, keyId: kmsKeyId }, step);
    return undefined;
  },
});

const DisassociateKmsKey = logs<OfGroup>({
  name: 'DisassociateKmsKey',
  refusals: ['ResourceNotFoundException'],
  on: onGroup,
  members: ['logGroupName'],
  run({ logGroupName }, step) {
    const group = groupOf(logGroupName, step);
    if (!group) return noGroup();
    put({ ...group, keyId: undefined }, step);
    return undefined;
  },
});

/** OURS: as many as a group of this world holds. */
const mostEvents = 1000;
const eventsOf = ({ arn }: Group, { view }: Step): readonly LogEventRec[] =>
  view.range('ref', { prefix: below.logEvents(arn), n: mostEvents }).map(({ rec }) => rec as LogEventRec);

/** OURS: changes of a key "take up to five minutes to take effect"; so long a plaintext data key is held. */
const reuseSeconds = 300;

async function writingKey(group: LogGroupRec, keyId: string, step: Step): Promise<DataKey | Refusal> {
  const holder = holderName('logs', group.region, group.arn, 'write', keyId);
  const what = `to write to ${group.name}`;
  const known = await heldKey(step, holder, what);
  if (known) return known;
  const key = await kmsFor(group, step).dataKey(keyId, contextOf(group));
  if (!isRefusal(key)) await holdKey(step, { holder, what, key, forSeconds: reuseSeconds });
  return key;
}

async function readingKey(
  group: LogGroupRec,
  { wrapped, keyArn }: LogEventRec,
  step: Step,
): Promise<Bytes | Refusal> {
  if (!wrapped || !keyArn) return ownKey(step, 'logs', group.region);
  const holder = holderName('logs', group.region, group.arn, 'read', toHex(wrapped.slice(-12)));
  const what = `to read from ${group.name}`;
  const known = await heldKey(step, holder, what);
  if (known) return known.plain;
  const plain = await kmsFor(group, step).decrypt(wrapped, contextOf(group));
  if (isRefusal(plain)) return plain;
  await holdKey(step, { holder, what, key: { plain, wrapped, keyArn }, forSeconds: reuseSeconds });
  return plain;
}

const counterOf = (arn: string): string => `logEvents/${arn}`;
const placeOf = (arn: string, number: number): string => `${arn}|${number}`;

const PutLogEvents = logs<
  OfGroup & {
    readonly logStreamName: string;
    readonly logEvents: readonly { readonly timestamp: number; readonly message: string }[];
  },
  object
>({
  name: 'PutLogEvents',
  dataEvent: true,
  refusals: ['ResourceNotFoundException', 'InvalidParameterException', 'LimitExceededException'],
  // OURS: streams come by being written to.
  asks: ({ logGroupName, logStreamName }, step) => [
    { action: 'logs:PutLogEvents', on: `${arnOf(logGroupName, step)}:log-stream:${logStreamName}` },
  ],
  members: ['logGroupName', 'logStreamName'],
  async run({ logGroupName, logStreamName, logEvents }, step) {
    const group = groupOf(logGroupName, step);
    if (!group) return noGroup();
    if (eventsOf(group, step).length + logEvents.length > mostEvents) return full(mostEvents);
    const key = group.keyId === undefined ? undefined : await writingKey(group, group.keyId, step);
    if (key && isRefusal(key)) return key;
    const plainKey = key?.plain ?? (await ownKey(step, 'logs', group.region));
    const under = key ? `a data key under ${key.keyArn}` : "CloudWatch Logs' own key";
    for (const { timestamp, message } of logEvents) {
      const number = step.view.count(counterOf(group.arn), 1);
      const bytes = utf8(message);
      step.note({ kind: 'dataSealed', what: `an event of ${group.name}`, byteLength: bytes.length, under });
      step.view.put(at.logEvent(group.arn, number), {
        group: group.arn,
        number,
        stream: logStreamName,
        timestamp: epochMs(timestamp),
        keyArn: key?.keyArn,
        wrapped: key?.wrapped,
        sealed: sealData(step, plainKey, bytes, placeOf(group.arn, number)),
      });
    }
    return {};
  },
});

const FilterLogEvents = logs<OfGroup & { readonly filterPattern?: string }, object>({
  name: 'FilterLogEvents',
  readOnly: true,
  refusals: ['ResourceNotFoundException', 'InvalidParameterException'],
  on: onGroup,
  members: ['logGroupName', 'filterPattern'],
  // OURS: a pattern is a text that must stand in the message.
  async run({ logGroupName, filterPattern = '' }, step) {
    const group = groupOf(logGroupName, step);
    if (!group) return noGroup();
    const events: object[] = [];
    for (const rec of eventsOf(group, step)) {
      const key = await readingKey(group, rec, step);
      // OURS: events of several keys are read together or not at all.
      if (isRefusal(key)) return key;
      const message = fromUtf8(mustOpen(key, rec.sealed, placeOf(group.arn, rec.number))) ?? '';
      if (message.includes(filterPattern))
        events.push({ logStreamName: rec.stream, timestamp: rec.timestamp, message });
    }
    return { events };
  },
});

const DescribeLogGroups = logs<object, object>({
  name: 'DescribeLogGroups',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, { view, identity, region }) {
    const found = view.range('ref', { prefix: below.logGroups(identity.account, region), n: 1000 });
    const logGroups = found.map(({ rec }) => {
      const { name, arn, keyId, created } = rec as LogGroupRec;
      return {
        logGroupName: name,
        arn,
        creationTime: created,
        ...(keyId === undefined ? {} : { kmsKeyId: keyId }),
      };
    });
    return { logGroups };
  },
});

const DeleteLogGroup = logs<OfGroup>({
  name: 'DeleteLogGroup',
  refusals: ['ResourceNotFoundException'],
  on: onGroup,
  members: ['logGroupName'],
  run({ logGroupName }, step) {
    const group = groupOf(logGroupName, step);
    if (!group) return noGroup();
    for (const { number } of eventsOf(group, step)) step.view.put(at.logEvent(group.arn, number), undefined);
    step.view.put(ref.counter(counterOf(group.arn)), undefined);
    step.view.put(at.logGroup(group.account, group.region, group.name), undefined);
    return undefined;
  },
});

export const logsOperations: readonly Operation[] = [
  CreateLogGroup,
  AssociateKmsKey,
  DisassociateKmsKey,
  PutLogEvents,
  FilterLogEvents,
  DescribeLogGroups,
  DeleteLogGroup,
  ...metricFilterOperations,
];

export const logsService: Service = makeService('logs', shapes, logsOperations, {
  ...jsonErrors,
  invalid: 'InvalidParameterException',
});
