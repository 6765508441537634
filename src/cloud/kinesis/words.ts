import { refuse, type Refusal } from '../../engine/index.ts';

/* Kinesis's refusals. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html#API_PutRecord_Errors */

const list = 'Kinesis API Reference, Errors';

export const noStream = (name: string): Refusal =>
  refuse('ResourceNotFoundException', `Stream ${name} not found.`, list);
export const streamExists = (name: string): Refusal =>
  refuse('ResourceInUseException', `Stream ${name} already exists.`, list);
export const invalidArgument = (message: string): Refusal =>
  refuse('InvalidArgumentException', message, list);
export const expiredIterator = (): Refusal =>
  refuse('ExpiredIteratorException', 'Iterator expired. Iterators are good for five minutes.', list);

const byName: Readonly<Record<string, string>> = {
  AccessDeniedException: 'KMSAccessDeniedException',
  DisabledException: 'KMSDisabledException',
  KMSInvalidStateException: 'KMSInvalidStateException',
  NotFoundException: 'KMSNotFoundException',
  ThrottlingException: 'KMSThrottlingException',
};

export const ofKey: readonly string[] = Object.values(byName);

/** One of Kinesis's own for each of KMS's. OURS: what has no name of its own is told as a state of the key. */
export const worded = ({ refused, message, because, status }: Refusal): Refusal =>
  refuse(byName[refused] ?? 'KMSInvalidStateException', message, because, status);
