import { primitives, privateKeyOf } from '../asymmetric.ts';
import type { SigningAlgorithm } from '../crypto/asymmetric/index.ts';
import { messageFault, signed, type MessageType } from '../messages.ts';
import type { Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { noteUse, usageOf } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html

export interface SignRequest {
  readonly KeyId: string;
  /** 1 to 4,096 bytes. */
  readonly Message: Bytes;
  readonly MessageType?: MessageType;
  readonly GrantTokens?: readonly string[];
  readonly SigningAlgorithm: SigningAlgorithm;
  readonly DryRun?: boolean;
}
export interface SignResponse {
  readonly KeyId: string;
  readonly Signature: Bytes;
  readonly SigningAlgorithm: SigningAlgorithm;
}

export const Sign = operation<SignRequest, SignResponse>({
  name: 'Sign',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['ValidationException'],
  find: keyNamedBy('kms:Sign', 'withAliases'),
  permissions: onTheKey('kms:Sign'),
  context: ({ MessageType = 'RAW', SigningAlgorithm }) => ({
    'kms:MessageType': MessageType,
    'kms:SigningAlgorithm': SigningAlgorithm,
  }),
  usage: ({ SigningAlgorithm }, located) => usageOf('Sign', 'SIGN_VERIFY', theKey(located), SigningAlgorithm),
  async run({ Message, MessageType: messageType = 'RAW', SigningAlgorithm: algorithm }, located, step) {
    const { rec } = theKey(located);
    const fault = messageFault(algorithm, messageType, Message);
    if (fault) return fault;
    const { sign } = await primitives();
    const privateKey = await privateKeyOf(step, rec);
    const random = (n: number) => step.env.random(n);
    const Signature = sign({ algorithm, privateKey, random, ...signed(messageType, Message) });
    noteUse(rec, 'Sign', step);
    return { KeyId: rec.arn, Signature, SigningAlgorithm: algorithm };
  },
  trail: {
    request: ['KeyId', 'MessageType', 'SigningAlgorithm'],
    defaults: () => ({ MessageType: 'RAW' }),
    response: 'none',
  },
});
