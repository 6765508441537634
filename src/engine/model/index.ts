export * from './ids.ts';
export * from './arn.ts';
export * from './records.ts';
export * from './world.ts';
export * from './refs.ts';
export * from './env.ts';
export * from './call.ts';
export * from './trace.ts';
