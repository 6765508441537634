import { macUnder } from '../mac.ts';
import type { Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { noteUse, usageOf } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html

export interface GenerateMacRequest {
  readonly KeyId: string;
  /** 1 to 4,096 bytes. */
  readonly Message: Bytes;
  readonly MacAlgorithm: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}
export interface GenerateMacResponse {
  readonly Mac: Bytes;
  readonly MacAlgorithm: string;
  readonly KeyId: string;
}

export const GenerateMac = operation<GenerateMacRequest, GenerateMacResponse>({
  name: 'GenerateMac',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: [],
  find: keyNamedBy('kms:GenerateMac', 'withAliases'),
  permissions: onTheKey('kms:GenerateMac'),
  context: ({ MacAlgorithm }) => ({ 'kms:MacAlgorithm': MacAlgorithm }),
  usage: ({ MacAlgorithm }, located) =>
    usageOf('GenerateMac', 'GENERATE_VERIFY_MAC', theKey(located), MacAlgorithm),
  async run({ Message, MacAlgorithm }, located, step) {
    const { rec } = theKey(located);
    const Mac = await macUnder(rec, MacAlgorithm, Message, step);
    noteUse(rec, 'GenerateMac', step);
    return { Mac, MacAlgorithm, KeyId: rec.arn };
  },
  trail: { request: ['KeyId', 'MacAlgorithm'], response: 'none' },
});
