export * from './alarms.ts';
export * from './findings.ts';
export * from './match.ts';
export * from './rules.ts';
