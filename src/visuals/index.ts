export * from './plan.ts';
export { planEnvelope, countersOf } from './planEnvelope.ts';
export { checkPlan } from './checkPlan.ts';
export { gatesOf } from './gates.ts';
export { frameOf, type Frame } from './frame.ts';
export { textTwin, pictureSaid, gateSaid, type TwinRow } from './textTwin.ts';
export { asMermaid } from './mermaid.ts';
export * from './layout.ts';
export * as words from './words.ts';
