import type { Operation } from '../../engine/index.ts';
import { secrets } from './secrets.ts';

/**
 * Many secrets by one call: a GetSecretValue for each, with its own permission, its own line in the trail and its own
 * Decrypt. One that cannot be read stands among the errors, and the others are there.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
 */
const BatchGetSecretValue = secrets<{ readonly SecretIdList: readonly string[] }, object>({
  name: 'BatchGetSecretValue',
  readOnly: true,
  refusals: [],
  members: ['SecretIdList'],
  async run({ SecretIdList }, step) {
    const SecretValues: object[] = [];
    const Errors: object[] = [];
    for (const SecretId of SecretIdList) {
      const result = await step.call({
        service: 'secretsmanager',
        operation: 'GetSecretValue',
        input: { SecretId },
        as: { kind: 'forward', via: 'secretsmanager' },
      });
      if (result.ok) SecretValues.push({ ...(result.output as object) });
      else {
        const { refused, message } = result.refusal;
        Errors.push({ SecretId, ErrorCode: refused, Message: message });
      }
    }
    return { SecretValues, Errors };
  },
});

export const batchOperations: readonly Operation[] = [BatchGetSecretValue];
