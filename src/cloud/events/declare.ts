import type { EventRuleRec, Step } from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at } from '../refs.ts';

export const events = declareIn('events');

export interface Named {
  readonly Name: string;
}
export interface OfRule {
  readonly Rule: string;
}

export const arnOf = (name: string, { identity, region }: Step): string =>
  `arn:aws:events:${region}:${identity.account}:rule/${name}`;
export const onName = ({ Name }: Named, step: Step): string => arnOf(Name, step);
export const onRule = ({ Rule }: OfRule, step: Step): string => arnOf(Rule, step);

export const ruleOf = (name: string, { view, identity, region }: Step): EventRuleRec | undefined =>
  view.get(at.eventRule(identity.account, region, name));
export const putRule = (rule: EventRuleRec, { view }: Pick<Step, 'view'>): void =>
  view.put(at.eventRule(rule.account, rule.region, rule.name), rule);
