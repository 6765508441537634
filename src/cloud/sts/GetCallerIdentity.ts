import { operation, type Operation } from '../../engine/index.ts';

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html

export const GetCallerIdentity: Operation = operation<object, object>({
  name: 'GetCallerIdentity',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: [],
  find: () => ({ keys: [] }),
  // "No permissions are required to perform this operation", even with an explicit deny.
  permissions: () => [],
  run(_input, _located, { identity }) {
    const { arn, account, principalId, kind } = identity;
    const UserId = kind === 'session' ? `${principalId}:${arn.slice(arn.lastIndexOf('/') + 1)}` : principalId;
    return { UserId, Account: account, Arn: arn };
  },
  trail: { request: undefined, response: 'none' },
});
