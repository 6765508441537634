/** "Why was I denied?" for a real denial: reads what was pasted, decides it again, explains it. Pure; nothing leaves. */
export { maskInput, partOfAccount, type Masker } from './mask.ts';
export { worldOf, type DenialWorld } from './world.ts';
export {
  someoneElse,
  someoneOfAccount,
  studyDenial,
  withoutAccessKeyIds,
  type DenialProposal,
  type DenialReport,
  type EditedDocument,
} from './study.ts';
export {
  denialFields,
  type DenialFacts,
  type DenialField,
  type DenialInput,
  type NamedReason,
  type PasteFault,
  type PolicyField,
  type SaidReason,
  type Unknown,
  type Verdict,
} from './types.ts';
