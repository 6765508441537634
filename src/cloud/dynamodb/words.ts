import { refuse, type Refusal } from '../../engine/index.ts';

/* DynamoDB's refusals. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html */

const list = 'DynamoDB API Reference, Errors';

export const noTable = (name: string): Refusal =>
  refuse('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`, list);
export const inUse = (name: string): Refusal =>
  refuse('ResourceInUseException', `Table already exists: ${name}`, list);
export const invalid = (message: string): Refusal => refuse('ValidationException', message, list);

export const ofKey = ['AccessDeniedException', 'ThrottlingException', 'ValidationException'] as const;

/**
 * OURS: the words and the codes. A denial is handed on with KMS's sentence, a key that cannot be used is told as one, and a
 * KMS that is too busy makes the table so.
 */
export function worded({ refused, message, because, status }: Refusal): Refusal {
  const said = message === '' ? refused : message;
  if (refused === 'AccessDeniedException')
    return refuse('AccessDeniedException', `KMS key access denied error: ${said}`, because, status);
  if (refused === 'ThrottlingException') return refuse('ThrottlingException', said, because, status);
  return refuse('ValidationException', `KMS key cannot be used: ${refused}: ${said}`, because, status);
}

/** Whether a refusal speaks of the key itself, and not of who asked. */
export const ofTheKey = ({ refused }: Refusal): boolean => refused === 'ValidationException';
