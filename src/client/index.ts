export * from './api.ts';
export { openLab, type LabOptions, type LocalLab } from './local.ts';
export { accessKeyIdsIn, findAccessKeys, type FoundAccessKey } from './accessKeys.ts';
export { platformTabs, type ChannelLike, type LocksLike, type Tabs } from './tabs/surroundings.ts';
export { connectLab, serveLab, type PortLike } from './remote/index.ts';
export type { Surroundings } from './step.ts';
export { World, type Answered } from './world.ts';
export * from './words.ts';
/** What a learner did, apart from the worlds. */
export { openStudyStore, type StudyRow, type StudyStore } from '../store/index.ts';
export * from './denial/index.ts';
/** Readers of the trail, the bill, alarms, drills: loaded by the screens that need them. */
export const loadAround = () => import('./around/index.ts');
export type Around = Awaited<ReturnType<typeof loadAround>>;
/** The AWS Encryption SDK at work beside its model: loaded by the screen that shows it. */
export const loadCaching = () => import('./caching/index.ts');
export type Caching = Awaited<ReturnType<typeof loadCaching>>;
export type { CachingPlace, CachingRun, CachingSetting } from './caching/index.ts';
