import { refuse, type Refusal } from '../../engine/index.ts';

/* Lambda's refusals. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */

const list = 'Lambda API Reference, Invoke and CreateFunction, Errors';

export const notFound = (arn: string): Refusal =>
  refuse('ResourceNotFoundException', `Function not found: ${arn}`, list, 404);
export const conflict = (name: string): Refusal =>
  refuse('ResourceConflictException', `Function already exist: ${name}`, list, 409);
export const invalid = (message: string): Refusal => refuse('InvalidParameterValueException', message, list);

export const ofInvoke = [
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'ServiceException',
] as const;

const byName: Readonly<Record<string, readonly [string, string]>> = {
  AccessDeniedException: ['KMSAccessDeniedException', 'KMS access was denied'],
  DisabledException: ['KMSDisabledException', 'the KMS key used is disabled'],
  KMSInvalidStateException: [
    'KMSInvalidStateException',
    'the KMS key used is in an invalid state for Decrypt',
  ],
  NotFoundException: ['KMSNotFoundException', 'the KMS key was not found'],
};

/**
 * A function that does not come to life. The reason and what KMS said stand one behind the other, as reports have it.
 * OURS: that everything else (throttling) is a ServiceException.
 */
export function notDecrypted({ refused, message, because }: Refusal): Refusal {
  const [name, why] = byName[refused] ?? ['ServiceException', 'of an internal service error'];
  return refuse(
    name,
    `Lambda was unable to decrypt the environment variables because ${why}. Please check the function's KMS key settings. KMS Exception: ${refused} KMS Message: ${message}`,
    because,
    name === 'ServiceException' ? 500 : 502,
  );
}

/** Variables that cannot be set. OURS: the text; reports have one for access that was denied. */
export const notConfigured = ({ refused, message, because }: Refusal): Refusal =>
  refuse(
    'InvalidParameterValueException',
    `Lambda was unable to configure access to your environment variables because ${byName[refused]?.[1] ?? 'of the KMS key'}. Please check your KMS permissions. KMS Exception: ${refused} KMS Message: ${message}`,
    because,
  );

/** As it stands in the answer of who may see a function and not its variables. */
export const notShown = (refusal: Refusal): Refusal => refusal;
