export { envelopeEncrypt, type EncryptInput } from './envelopeEncrypt.ts';
export { envelopeDecrypt, type DecryptInput } from './envelopeDecrypt.ts';
export { runOf, type FlowContext, type LearnerEvent } from './context.ts';
export * from './run.ts';
export { sha256OfBlob } from './sha256.ts';
export * from './fleet.ts';
