import { refuse, type Refusal } from '../../engine/index.ts';

/* CloudWatch Logs' refusals. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html */

const list = 'CloudWatch Logs API Reference, Errors';

export const noGroup = (): Refusal =>
  refuse('ResourceNotFoundException', 'The specified log group does not exist.', list);
export const groupExists = (): Refusal =>
  refuse('ResourceAlreadyExistsException', 'The specified log group already exists', list);
export const full = (most: number): Refusal =>
  refuse('LimitExceededException', `KMS Lab keeps up to ${most} events in a log group.`, list); // OURS

/**
 * Whatever KMS has said, it is told as one thing (seen in reports of AssociateKmsKey).
 * OURS: that it is told so to who writes and reads, too.
 */
export const notAllowed =
  (arn: string) =>
  ({ because }: Refusal): Refusal =>
    refuse(
      'InvalidParameterException',
      `The specified KMS key does not exist or is not allowed to be used with Arn '${arn}'`,
      because,
    );
