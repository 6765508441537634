import type { Refusal } from './call.ts';

/**
 * KMS says no. `because` names the researched fact.
 * @param message AWS's exact text; empty where AWS sends none.
 */
export const refuse = (refused: string, message: string, because: string, status = 400): Refusal => ({
  refused,
  message,
  status,
  because,
});
