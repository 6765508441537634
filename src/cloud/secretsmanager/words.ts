import { refuse, type Refusal } from '../../engine/index.ts';

/* Secrets Manager's refusals. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */

const list = 'Secrets Manager API Reference, Errors';

export const notFound = (): Refusal =>
  refuse('ResourceNotFoundException', "Secrets Manager can't find the specified secret.", list);
export const noValue = (what: string): Refusal =>
  refuse(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${what}`,
    list,
  );
export const exists = (name: string): Refusal =>
  refuse('ResourceExistsException', `The operation failed because the secret ${name} already exists.`, list);
export const markedForDeletion = (): Refusal =>
  refuse(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
    list,
  );
export const invalidRequest = (message: string): Refusal => refuse('InvalidRequestException', message, list);
export const invalidParameter = (message: string): Refusal =>
  refuse('InvalidParameterException', message, list);
export const malformedPolicy = (message: string): Refusal =>
  refuse('MalformedPolicyDocumentException', message, list);

/** A denial of KMS is told without its sentence (seen in reports). */
const noKms = (because: string): Refusal =>
  refuse('AccessDeniedException', 'Access to KMS is not allowed', because);

/**
 * OURS: that everything else that KMS may say (disabled, pending deletion, not there, throttled) is told by these two, which
 * the API Reference explains by the state of the key.
 */
export const notEncrypted = ({ refused, because, status }: Refusal): Refusal =>
  refused === 'AccessDeniedException'
    ? noKms(because)
    : refuse(
        'EncryptionFailure',
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.",
        because,
        status,
      );
export const notDecrypted = ({ refused, because, status }: Refusal): Refusal =>
  refused === 'AccessDeniedException'
    ? noKms(because)
    : refuse(
        'DecryptionFailure',
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
        because,
        status,
      );

export const ofSecret = ['ResourceNotFoundException', 'InvalidRequestException'] as const;
export const ofKey = ['AccessDeniedException', 'EncryptionFailure', 'DecryptionFailure'] as const;
