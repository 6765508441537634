/** Words of the access decision. */
export const decisionWords = {
  statement: (n: number) => `Statement ${n}`,
  applies: 'applies',
  doesNotApply: 'does not apply',
  delegates: 'lets IAM decide',
  matches: 'matches: ',
  misses: 'does not match: ',
  policySays: 'policy',
  requestHas: 'request',
  nothing: 'nothing',
} as const;
