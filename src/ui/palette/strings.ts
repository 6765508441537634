/** Words of the command palette. */
export const words = {
  title: 'Find or do',
  placeholder: 'A key, alias, principal, scene, question, operation, or what to do',
  groups: {
    key: 'Keys and aliases',
    principal: 'Principals',
    scene: 'Scenes',
    question: 'Questions and labs',
    operation: 'Operations',
    world: 'Worlds',
    action: 'Actions',
    help: 'Help',
  },
  none: (text: string) => `Nothing is called “${text}”.`,
  count: (n: number) => (n === 1 ? '1 result' : `${n} results`),
  more: (n: number) => `and ${n} more: type on`,
  actAs: 'act as',
  open: 'open',
  call: 'call it on the open key',
  region: (region: string) => `in ${region}`,
} as const;
