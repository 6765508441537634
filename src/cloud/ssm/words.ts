import { refuse, type Refusal } from '../../engine/index.ts';

/* Refusals of the Parameter Store. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */

const list = 'Systems Manager API Reference, PutParameter and GetParameter, Errors';

export const notFound = (name: string): Refusal =>
  refuse('ParameterNotFound', `Parameter ${name} not found.`, list); // OURS: the text
export const alreadyExists = (): Refusal =>
  refuse(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    list,
  );
export const invalid = (message: string): Refusal => refuse('ValidationException', message, list);

export const ofKey = ['AccessDeniedException', 'InvalidKeyId', 'ThrottlingException'] as const;

/**
 * A denial is handed on with KMS's sentence; a key that cannot be used is an InvalidKeyId. OURS: that this is said of every
 * other no of KMS, and that its sentence stands in it.
 */
export function worded({ refused, message, because, status }: Refusal): Refusal {
  const name =
    refused === 'AccessDeniedException' || refused === 'ThrottlingException' ? refused : 'InvalidKeyId';
  return refuse(name, message === '' ? refused : message, because, status);
}
