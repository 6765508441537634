import {
  isRefusal,
  parsePolicy,
  type KinesisStreamRec,
  type Operation,
  type Service,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/kinesis.json';
import { forgetRecords, recordOperations } from './records.ts';
import { kinesis, kmsFor, onStream, streamArn, streamFault, theStream, type OfStream } from './streams.ts';
import { invalidArgument, noStream, ofKey, streamExists } from './words.ts';

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html and its neighbours.

const CreateStream = kinesis<{ readonly StreamName: string }>({
  name: 'CreateStream',
  refusals: ['ResourceInUseException'],
  on: ({ StreamName }, { identity, region }) => streamArn(identity.account, region, StreamName),
  members: ['StreamName'],
  run({ StreamName }, { view, identity, region, env }) {
    const arn = streamArn(identity.account, region, StreamName);
    if (view.get(at.kinesisStream(arn))) return streamExists(StreamName);
    view.put(at.kinesisStream(arn), {
      arn,
      name: StreamName,
      account: identity.account,
      region,
      keyId: undefined,
      keyArn: undefined,
      policy: undefined,
      created: env.at,
    });
    return undefined;
  },
});

const DescribeStreamSummary = kinesis<OfStream, object>({
  name: 'DescribeStreamSummary',
  readOnly: true,
  refusals: ['ResourceNotFoundException', 'InvalidArgumentException'],
  exists: streamFault,
  asks: onStream('kinesis:DescribeStreamSummary'),
  members: ['StreamName', 'StreamARN'],
  run(named, step) {
    const { name, arn, keyId, created } = theStream(named, step);
    return {
      StreamDescriptionSummary: {
        StreamName: name,
        StreamARN: arn,
        StreamStatus: 'ACTIVE',
        RetentionPeriodHours: 24,
        StreamCreationTimestamp: new Date(created),
        OpenShardCount: 1,
        ...(keyId === undefined ? { EncryptionType: 'NONE' } : { EncryptionType: 'KMS', KeyId: keyId }),
      },
    };
  },
});

const ListStreams = kinesis<object, object>({
  name: 'ListStreams',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, { view, identity, region }) {
    const found = view.range('ref', { prefix: below.kinesisStreams(identity.account, region), n: 100 });
    return {
      StreamNames: found.map(({ rec }) => (rec as KinesisStreamRec).name),
      HasMoreStreams: false,
    };
  },
});

interface KeyChange extends OfStream {
  readonly KeyId: string;
}
const changing = ['ResourceNotFoundException', 'InvalidArgumentException', ...ofKey];

/** From here on records are encrypted; those that are there stay as they are (services.json Kinesis "rules"). */
const StartStreamEncryption = kinesis<KeyChange>({
  name: 'StartStreamEncryption',
  refusals: changing,
  exists: streamFault,
  asks: onStream('kinesis:StartStreamEncryption'),
  members: ['StreamName', 'StreamARN', 'KeyId'],
  async run({ KeyId, ...named }, step) {
    const stream = theStream(named, step);
    const key = await kmsFor(step).describe(KeyId);
    if (isRefusal(key)) return key;
    // OURS: an alias means what it meant then, whoever writes, from whatever account.
    step.view.put(at.kinesisStream(stream.arn), { ...stream, keyId: KeyId, keyArn: key.arn });
    return undefined;
  },
});

const StopStreamEncryption = kinesis<KeyChange>({
  name: 'StopStreamEncryption',
  refusals: changing,
  exists: streamFault,
  asks: onStream('kinesis:StopStreamEncryption'),
  members: ['StreamName', 'StreamARN', 'KeyId'],
  run(named, step) {
    const stream = theStream(named, step);
    step.view.put(at.kinesisStream(stream.arn), { ...stream, keyId: undefined, keyArn: undefined });
    return undefined;
  },
});

interface OfResource {
  readonly ResourceARN: string;
}
const asStream = ({ ResourceARN }: OfResource): OfStream => ({ StreamARN: ResourceARN });

const PutResourcePolicy = kinesis<OfResource & { readonly Policy: string }>({
  name: 'PutResourcePolicy',
  refusals: changing,
  exists: (input, step) => streamFault(asStream(input), step),
  asks: (input, step) => onStream('kinesis:PutResourcePolicy')(asStream(input), step),
  members: ['ResourceARN', 'Policy'],
  run({ Policy, ...named }, step) {
    if (isRefusal(parsePolicy(Policy, 'key'))) return invalidArgument('Policy is not a valid policy.');
    const stream = theStream(asStream(named), step);
    step.view.put(at.kinesisStream(stream.arn), { ...stream, policy: Policy });
    return undefined;
  },
});

const GetResourcePolicy = kinesis<OfResource, object>({
  name: 'GetResourcePolicy',
  readOnly: true,
  refusals: changing,
  exists: (input, step) => streamFault(asStream(input), step),
  asks: (input, step) => onStream('kinesis:GetResourcePolicy')(asStream(input), step),
  members: ['ResourceARN'],
  run(named, step) {
    const { policy } = theStream(asStream(named), step);
    return policy === undefined ? noStream(`policy of ${named.ResourceARN}`) : { Policy: policy };
  },
});

const DeleteStream = kinesis<OfStream>({
  name: 'DeleteStream',
  refusals: ['ResourceNotFoundException', 'InvalidArgumentException'],
  exists: streamFault,
  asks: onStream('kinesis:DeleteStream'),
  members: ['StreamName', 'StreamARN'],
  run(named, step) {
    const stream = theStream(named, step);
    forgetRecords(stream, step);
    step.view.put(at.kinesisStream(stream.arn), undefined);
    return undefined;
  },
});

export const kinesisOperations: readonly Operation[] = [
  CreateStream,
  DescribeStreamSummary,
  ListStreams,
  StartStreamEncryption,
  StopStreamEncryption,
  ...recordOperations,
  PutResourcePolicy,
  GetResourcePolicy,
  DeleteStream,
];

export const kinesisService: Service = makeService('kinesis', shapes, kinesisOperations, jsonErrors);
