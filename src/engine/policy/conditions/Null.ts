import type { ConditionOperator } from './operator.ts';

/** `true`: the key must be absent or empty. `false`: it must be present. The tests are asked with the key's absence. */
export const Null: ConditionOperator = {
  name: 'Null',
  negated: false,
  asksPresence: true,
  prepare: (value) => (absent) => absent === value.toLowerCase(),
};
