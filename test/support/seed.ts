import fc from 'fast-check';

/** Random worlds of the decision's tests come from one seed, which is told always: KMS_SEED repeats a run. */
export const seed = Number(process.env['KMS_SEED'] ?? Date.now() % 2 ** 31);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
process.stdout.write(`policies: KMS_SEED=${seed}\n`);
