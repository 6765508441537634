import type { Drill, DrillStep } from './drill.ts';

/*
 * The incidents of guides.md "Watching" and of the list. Each begins in a world of two accounts with an
 * administrator; everybody else is made by calls.
 */

const account = '111122223333';
export const drillAdmin = `arn:aws:iam::${account}:user/Admin`;
const outsider = 'arn:aws:iam::444455556666:user/Admin';
const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const user = (name: string): string => `arn:aws:iam::${account}:user/${name}`;
const minute = 60;
const hourly = 3600;

const document = (Action: string | readonly string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

const person = (UserName: string, actions: string | readonly string[]): readonly DrillStep[] => [
  { service: 'iam', operation: 'CreateUser', by: drillAdmin, input: { UserName } },
  {
    service: 'iam',
    operation: 'PutUserPolicy',
    by: drillAdmin,
    input: { UserName, PolicyName: 'work', PolicyDocument: document(actions) },
  },
];
const app = (RoleName: string, actions: string | readonly string[]): readonly DrillStep[] => [
  {
    service: 'iam',
    operation: 'CreateRole',
    by: drillAdmin,
    input: {
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      }),
    },
  },
  {
    service: 'iam',
    operation: 'PutRolePolicy',
    by: drillAdmin,
    input: { RoleName, PolicyName: 'work', PolicyDocument: document(actions) },
  },
];
const key = (name: string, input: Readonly<Record<string, unknown>> = {}): DrillStep => ({
  operation: 'CreateKey',
  by: drillAdmin,
  input: { Description: name, ...input },
  makes: { [name]: 'KeyMetadata.Arn' },
});
const dataKey = (of: string, by: string): DrillStep => ({
  operation: 'GenerateDataKey',
  by,
  input: { KeyId: `{${of}}`, KeySpec: 'AES_256', EncryptionContext: { app: of } },
  makes: { wrapped: 'CiphertextBlob' },
});
const decrypts = (
  of: string,
  by: string,
  times: number,
  every: number,
  more: { readonly from?: string; readonly refused?: string } = {},
): DrillStep => ({
  operation: 'Decrypt',
  by,
  input: { CiphertextBlob: '{wrapped}', EncryptionContext: { app: of } },
  times,
  every,
  ...more,
});
/** Long enough for the trail to have everything. */
const delivered: DrillStep = { wait: 10 * minute };
const useKeys = ['kms:GenerateDataKey', 'kms:Decrypt', 'kms:DescribeKey'];

const disabled: Drill = {
  id: 'disabled',
  steps: [
    key('orders'),
    key('archive'),
    ...app('OrdersApp', useKeys),
    ...person('Carol', ['kms:List*', 'kms:DescribeKey', 'kms:DisableKey']),
    dataKey('orders', role('OrdersApp')),
    decrypts('orders', role('OrdersApp'), 3, 20 * minute),
    { wait: 17 * minute },
    { operation: 'DescribeKey', by: user('Carol'), input: { KeyId: '{archive}' } },
    { operation: 'DisableKey', by: user('Carol'), input: { KeyId: '{orders}' } },
    { wait: 13 * minute },
    // Six hours unnoticed.
    decrypts('orders', role('OrdersApp'), 6, hourly, { refused: 'DisabledException' }),
    delivered,
  ],
  cause: { eventName: 'DisableKey', by: 'user/Carol' },
  goals: [
    { kind: 'state', key: 'orders', is: 'Enabled' },
    { kind: 'may', principal: role('OrdersApp'), operation: 'Decrypt', key: 'orders' },
    { kind: 'mayNot', principal: user('Carol'), operation: 'DisableKey', key: 'orders' },
  ],
  seenBy: ['keyDisabled', 'disabledKeyUsed'],
};

const spike: Drill = {
  id: 'spike',
  steps: [
    key('customers'),
    ...app('ReportsApp', useKeys),
    ...app('ShopApp', useKeys),
    dataKey('customers', role('ShopApp')),
    decrypts('customers', role('ShopApp'), 4, hourly),
    decrypts('customers', role('ReportsApp'), 3, hourly),
    { wait: hourly },
    decrypts('customers', role('ReportsApp'), 40, 3, { from: '203.0.113.77' }),
    decrypts('customers', role('ShopApp'), 1, 1),
    delivered,
  ],
  cause: { eventName: 'Decrypt', by: 'role/ReportsApp' },
  goals: [
    { kind: 'mayNot', principal: role('ReportsApp'), operation: 'Decrypt', key: 'customers' },
    { kind: 'may', principal: role('ShopApp'), operation: 'Decrypt', key: 'customers' },
    { kind: 'state', key: 'customers', is: 'Enabled' },
  ],
  seenBy: ['manyDecrypts', 'decryptSpike', 'newPlace'],
};

const doomed: Drill = {
  id: 'doomed',
  steps: [
    key('backups'),
    ...app('BackupApp', useKeys),
    ...person('Cleaner', ['kms:List*', 'kms:DescribeKey', 'kms:ScheduleKeyDeletion']),
    dataKey('backups', role('BackupApp')),
    { wait: 26 * hourly },
    {
      operation: 'ScheduleKeyDeletion',
      by: user('Cleaner'),
      input: { KeyId: '{backups}', PendingWindowInDays: 7 },
    },
    { wait: 30 * hourly },
    decrypts('backups', role('BackupApp'), 2, 5 * minute, { refused: 'KMSInvalidStateException' }),
    delivered,
  ],
  cause: { eventName: 'ScheduleKeyDeletion', by: 'user/Cleaner' },
  goals: [
    { kind: 'state', key: 'backups', is: 'Enabled' },
    { kind: 'mayNot', principal: user('Cleaner'), operation: 'ScheduleKeyDeletion', key: 'backups' },
  ],
  seenBy: ['deletionScheduled', 'pendingKeyUsed'],
};

const grant: Drill = {
  id: 'grant',
  steps: [
    key('payroll'),
    ...app('PayrollApp', useKeys),
    ...person('Mallory', ['kms:CreateGrant', 'kms:DescribeKey', 'kms:ListGrants']),
    dataKey('payroll', role('PayrollApp')),
    decrypts('payroll', role('PayrollApp'), 2, hourly),
    decrypts('payroll', user('Mallory'), 2, minute, { refused: 'AccessDeniedException' }),
    {
      operation: 'CreateGrant',
      by: user('Mallory'),
      input: { KeyId: '{payroll}', GranteePrincipal: user('Mallory'), Operations: ['Decrypt'] },
    },
    { wait: 6 * minute },
    decrypts('payroll', user('Mallory'), 5, minute),
    delivered,
  ],
  cause: { eventName: 'CreateGrant', by: 'user/Mallory' },
  goals: [
    { kind: 'noGrantFor', principal: user('Mallory'), key: 'payroll' },
    { kind: 'mayNot', principal: user('Mallory'), operation: 'Decrypt', key: 'payroll' },
    { kind: 'mayNot', principal: user('Mallory'), operation: 'CreateGrant', key: 'payroll' },
    { kind: 'may', principal: role('PayrollApp'), operation: 'Decrypt', key: 'payroll' },
  ],
  seenBy: ['grantMade', 'grantToSelf'],
};

const opened: Drill = {
  id: 'public',
  steps: [
    key('media'),
    ...app('MediaApp', useKeys),
    ...person('Dave', ['kms:PutKeyPolicy', 'kms:GetKeyPolicy', 'kms:DescribeKey']),
    dataKey('media', role('MediaApp')),
    { wait: hourly },
    {
      operation: 'PutKeyPolicy',
      by: user('Dave'),
      input: {
        KeyId: '{media}',
        PolicyName: 'default',
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'EnableIamPolicies',
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${account}:root` },
              Action: 'kms:*',
              Resource: '*',
            },
            {
              Sid: 'JustMakeItWork',
              Effect: 'Allow',
              Principal: { AWS: '*' },
              Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
              Resource: '*',
            },
          ],
        }),
      },
    },
    { wait: 2 * hourly },
    decrypts('media', outsider, 4, minute),
    delivered,
  ],
  cause: { eventName: 'PutKeyPolicy', by: 'user/Dave' },
  goals: [
    { kind: 'mayNot', principal: outsider, operation: 'Decrypt', key: 'media' },
    { kind: 'may', principal: role('MediaApp'), operation: 'Decrypt', key: 'media' },
    { kind: 'may', principal: drillAdmin, operation: 'PutKeyPolicy', key: 'media' },
  ],
  seenBy: ['policyChanged', 'publicPolicy', 'otherAccount', 'newAccount'],
};

/** The owner's copy of the material that expires, 32 bytes in hex: shown, so that it can be imported again. */
export const ownersCopy = '6b6d73206c6162206f776e65727320636f7079206f66206d6174657269616c21';

const expired: Drill = {
  id: 'expired',
  steps: [
    key('records', { Origin: 'EXTERNAL' }),
    ...app('RecordsApp', useKeys),
    { importInto: 'records', material: ownersCopy, validForSeconds: 2 * 24 * hourly, by: drillAdmin },
    dataKey('records', role('RecordsApp')),
    decrypts('records', role('RecordsApp'), 2, hourly),
    { wait: 50 * hourly },
    decrypts('records', role('RecordsApp'), 3, 10 * minute, { refused: 'KMSInvalidStateException' }),
    delivered,
  ],
  cause: { eventName: 'DeleteExpiredKeyMaterial', by: 'AWS Internal' },
  goals: [
    { kind: 'state', key: 'records', is: 'Enabled' },
    { kind: 'may', principal: role('RecordsApp'), operation: 'Decrypt', key: 'records' },
  ],
  seenBy: ['materialGone'],
};

export const drills: readonly Drill[] = [disabled, spike, doomed, grant, opened, expired];
