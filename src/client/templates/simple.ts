import type { GenesisAccount } from '../api.ts';
import { defaultAccounts } from '../genesis.ts';
import type { Template } from './template.ts';

const [main] = defaultAccounts;
const bare: GenesisAccount = { id: '111122223333', name: 'Main' };

/** Accounts and principals, nothing else. */
export const simple: readonly Template[] = [
  { id: 'empty', genesis: { accounts: [bare] }, calls: [] },
  { id: 'oneAccount', genesis: { accounts: main ? [main] : [] }, calls: [] },
  { id: 'twoAccounts', genesis: { accounts: defaultAccounts }, calls: [] },
];
