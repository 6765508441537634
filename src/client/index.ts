export * from './api.ts';
export { StorageFault } from './commits.ts';
export { EnvelopeFault, type EnvelopeProblem } from './envelope/index.ts';
export { GenesisError } from './genesis.ts';
export { openLab, type LabOptions, type LocalLab } from './local.ts';
export { connectLab, serveLab, type PortLike } from './remote/index.ts';
export { World, type Answered, type Surroundings } from './world.ts';
export * from './words.ts';
