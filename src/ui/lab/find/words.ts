import type { FindKind } from '../../../client/index.ts';

/** Words of the place where everything is found. */
export const findWords = {
  title: 'Find',
  label: 'Find anything in this world',
  placeholder: 'Alias, key ID, ARN, description, grant, grantee, user, role, operation, error, request ID…',
  lead: 'Every key, alias, grant, principal and event of this world, in every account and Region. Words may stand in any order.',
  kinds: {
    alias: 'Aliases',
    key: 'Keys',
    principal: 'Principals',
    grant: 'Grants',
    event: 'Events',
  } satisfies Readonly<Record<FindKind, string>>,
  all: 'All',
  show: 'Show',
  tries: 'For example',
  examples: ['alias/', 'AccessDenied', 'PendingDeletion', 'CreateGrant', 'RSA', 'user/Admin'],
  none: (text: string) => `Nothing has “${text}” in its name.`,
  count: (n: number, more: boolean) => `${n.toLocaleString('en-US')}${more ? '+' : ''}`,
  building: (n: number) =>
    `The index is being made: ${n.toLocaleString('en-US')} names so far. Results come as they are found.`,
  whole: (n: number, ms: number) =>
    `${n.toLocaleString('en-US')} names looked through in ${ms.toLocaleString('en-US')} ms.`,
  more: (n: number) => `${n.toLocaleString('en-US')} more: add a word`,
  results: (n: number) => (n === 1 ? '1 result' : `${n.toLocaleString('en-US')} results`),
} as const;
