export * from './plan.ts';
export { planEnvelope } from './planEnvelope.ts';
export { checkPlan } from './checkPlan.ts';
export { frameOf, type Frame } from './frame.ts';
export { textTwin, pictureSaid, gateSaid, type TwinRow } from './textTwin.ts';
export { factsSaid, type FactsSaid } from './factsSaid.ts';
export { asMermaid, callsMermaid, storyMermaid } from './mermaid.ts';
export * from './layout.ts';
export * as words from './words.ts';
export { envelopeStages, insideAt, wayPart, type CallStage } from './stages.ts';
export type { RailBeat, StoryPlan } from './storyPlan.ts';
export { planWrapping, fieldsOf, fieldAt, type WrapScene, type Station } from './planWrapping.ts';
export { planKeyLife, type LifeScene } from './planKeyLife.ts';
export * from './recipe/index.ts';
export {
  fleetMoment,
  peakOf,
  settingSaid,
  raceSentence,
  checkFleet,
  type FleetMoment,
  type FleetBar,
} from './planFleet.ts';
export * from './planFleetFork.ts';
export { checkStory } from './checkStory.ts';
export { planHandshake, type HandshakePlan, type PlannedDoor } from './planHandshake.ts';
export { planCalls } from './planCalls.ts';
export type { CallsPlan, CallsScene, CallsBeat, PlayedRun, HeldName, Held, LocalScene } from './callsPlan.ts';
export { legsFrame, stopOf, type Leg, type LegFrame } from './legs.ts';
