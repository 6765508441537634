import fc from 'fast-check';

/** Random worlds of this room's tests come from one seed, which is told always: KMS_SEED repeats a run. */
export const seed = Number(process.env['KMS_SEED'] ?? Date.now() % 2 ** 31);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
console.log(`policy: KMS_SEED=${seed}`);
