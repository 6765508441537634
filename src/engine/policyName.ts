import { refuse, type Refusal } from './model/index.ts';

/** A key has one policy, named `default` (model.json crossMemberRules; other names are not found in peers). */
export const policyNameFault = (PolicyName: string | undefined): Refusal | undefined =>
  PolicyName === undefined || PolicyName === 'default'
    ? undefined
    : refuse('NotFoundException', `No such policy exists`, 'model.json crossMemberRules GetKeyPolicy');
