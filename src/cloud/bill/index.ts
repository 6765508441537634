export * from './bill.ts';
export * from './prices.ts';
export * from './uses.ts';
export * from './whatIf.ts';
