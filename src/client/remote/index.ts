export { connectLab } from './connect.ts';
export { Line, remoteWorld, worldOver } from './line.ts';
export { invoke, withOnce, worldMethods } from './methods.ts';
export { serveLab, serveWorld } from './serve.ts';
export type { Handle, PortLike } from './wire.ts';
