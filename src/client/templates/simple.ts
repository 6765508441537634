import type { GenesisAccount } from '../api.ts';
import { defaultAccounts } from '../genesis.ts';
import { ceiling, keepKeys, member, organization, organizationsBy, unit } from './organization.ts';
import type { Template } from './template.ts';

const [main] = defaultAccounts;
const bare: GenesisAccount = { id: '111122223333', name: 'Main' };

const call = organizationsBy('arn:aws:iam::111122223333:user/Admin');

/** Accounts and principals, and of two accounts their organization. */
export const simple: readonly Template[] = [
  { id: 'empty', genesis: { accounts: [bare] }, calls: [] },
  { id: 'oneAccount', genesis: { accounts: main ? [main] : [] }, calls: [] },
  {
    id: 'twoAccounts',
    genesis: { accounts: defaultAccounts },
    calls: [
      ...organization(call),
      unit(call, 'partners', 'Partners'),
      ...member(call, '444455556666', 'partners'),
      ...ceiling(call, {
        ...keepKeys,
        to: 'partners',
        statement: { Action: ['kms:ScheduleKeyDeletion', 'kms:DeleteImportedKeyMaterial'], Resource: '*' },
      }),
    ],
  },
];
