export { connectLab } from './connect.ts';
export { serveLab } from './serve.ts';
export type { PortLike } from './wire.ts';
