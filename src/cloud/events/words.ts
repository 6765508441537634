import { refuse, type Refusal } from '../../engine/index.ts';

/* EventBridge's refusals. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */

const list = 'EventBridge API Reference, Errors';

// The names are the API's; OURS: sentences of which no recording was seen.
export const noRule = (name: string): Refusal =>
  refuse('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`, list);
export const wrongPattern = (fault: string): Refusal => refuse('InvalidEventPatternException', fault, list);
export const hasTargets = (): Refusal =>
  refuse('ValidationException', "Rule can't be deleted since it has targets.", list);
export const invalid = (message: string): Refusal => refuse('ValidationException', message, list);
export const tooMany = (message: string): Refusal => refuse('LimitExceededException', message, list);
