import { equalBytes } from '../crypto/index.ts';
import { macUnder } from '../mac.ts';
import { refuse, type Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { noteUse, usageOf } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html

export interface VerifyMacRequest {
  readonly KeyId: string;
  readonly Message: Bytes;
  readonly Mac: Bytes;
  readonly MacAlgorithm: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}
export interface VerifyMacResponse {
  readonly KeyId: string;
  /** Never false: a wrong MAC is an exception. */
  readonly MacValid: true;
  readonly MacAlgorithm: string;
}

export const VerifyMac = operation<VerifyMacRequest, VerifyMacResponse>({
  name: 'VerifyMac',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['KMSInvalidMacException'],
  find: keyNamedBy('kms:VerifyMac', 'withAliases'),
  permissions: onTheKey('kms:VerifyMac'),
  context: ({ MacAlgorithm }) => ({ 'kms:MacAlgorithm': MacAlgorithm }),
  usage: ({ MacAlgorithm }, located) =>
    usageOf('VerifyMac', 'GENERATE_VERIFY_MAC', theKey(located), MacAlgorithm),
  async run({ Message, Mac, MacAlgorithm }, located, step) {
    const { rec } = theKey(located);
    const right = await macUnder(rec, MacAlgorithm, Message, step);
    if (!equalBytes(right, Mac)) return refuse('KMSInvalidMacException', '', 'FACTS.md empty message');
    noteUse(rec, 'VerifyMac', step);
    return { KeyId: rec.arn, MacValid: true, MacAlgorithm };
  },
  trail: { request: ['KeyId', 'MacAlgorithm'], response: 'none' },
});
