import { refuse, type Refusal } from '../../engine/index.ts';

/*
 * IAM's errors. Names and statuses: botocore iam 2010-05-08. OURS: the reference has none of the texts; they are those that
 * people quote from AWS's answers.
 */

const because = 'botocore iam 2010-05-08, errors';

export const noSuchEntity = (what: string): Refusal =>
  refuse('NoSuchEntity', `${what} cannot be found.`, because, 404);

export const noSuchPolicy = (arn: string): Refusal =>
  refuse('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, because, 404);

export const alreadyExists = (message: string): Refusal =>
  refuse('EntityAlreadyExists', message, because, 409);

export const deleteConflict = (message: string): Refusal => refuse('DeleteConflict', message, because, 409);

export const limitExceeded = (quota: string, limit: number): Refusal =>
  refuse(
    'LimitExceeded',
    `Cannot exceed quota for ${quota}: ${limit}`,
    'IAM User Guide, reference_iam-quotas',
    409,
  );

export const malformedDocument = (message: string): Refusal =>
  refuse('MalformedPolicyDocument', message, because);

export const invalidInput = (message: string): Refusal => refuse('InvalidInput', message, because);

export const unmodifiable = (role: string): Refusal =>
  refuse(
    'UnmodifiableEntity',
    `Cannot perform the operation on the protected role '${role}' - this role is only modifiable by AWS`,
    because,
  );

/** Every operation on an entity may meet these. */
export const common = ['NoSuchEntity', 'LimitExceeded', 'UnmodifiableEntity', 'InvalidInput'] as const;
