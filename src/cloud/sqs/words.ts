import { refuse, type Refusal } from '../../engine/index.ts';

/* SQS's refusals. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */

const list = 'SQS API Reference, Errors';

export const noQueue = (): Refusal =>
  refuse('QueueDoesNotExist', 'The specified queue does not exist.', list);
export const queueExists = (name: string): Refusal =>
  refuse(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for an attribute: ${name}`,
    list,
  );
export const invalidAttribute = (name: string, message: string): Refusal => refuse(name, message, list);
export const invalidContents = (message: string): Refusal => refuse('InvalidMessageContents', message, list);
export const badReceipt = (): Refusal =>
  refuse('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.', list);

/** One of SQS's own for each of KMS's; its sentence is handed on. */
const byName: Readonly<Record<string, string>> = {
  AccessDeniedException: 'KmsAccessDenied',
  DisabledException: 'KmsDisabled',
  InvalidKeyUsageException: 'KmsInvalidKeyUsage',
  KMSInvalidStateException: 'KmsInvalidState',
  NotFoundException: 'KmsNotFound',
  ThrottlingException: 'KmsThrottled',
};

export const kmsRefusals: readonly string[] = Object.values(byName);

/** OURS: what has no name of SQS's own is told as a state of the key. */
export const worded = ({ refused, message, because, status }: Refusal): Refusal =>
  refuse(byName[refused] ?? 'KmsInvalidState', message, because, status);
