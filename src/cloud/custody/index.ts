export { custodies, questions, type CustodyAnswer, type CustodyDoor } from './asked.ts';
export * from './compare.ts';
export * from './stated.ts';
