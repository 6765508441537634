/** Encryption of whole files under a data key, in frames. Runs in the worker and in Node. */
export { EnvelopeFault, type EnvelopeProblem } from './EnvelopeFault.ts';
export { openFrames, readHeader, sealFrames, type OpenRequest, type SealRequest } from './frames.ts';
export { type FileHeader, type SealedHeader } from './header.ts';
