export * from './plan.ts';
export { planEnvelope } from './planEnvelope.ts';
export { checkPlan } from './checkPlan.ts';
export { frameOf, type Frame } from './frame.ts';
export { textTwin, pictureSaid, gateSaid, type TwinRow } from './textTwin.ts';
export { factsSaid, type FactsSaid } from './factsSaid.ts';
export { asMermaid } from './mermaid.ts';
export * from './layout.ts';
export * as words from './words.ts';
