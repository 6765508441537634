import { primitives, publicKeyOf } from '../asymmetric.ts';
import type { SigningAlgorithm } from '../crypto/asymmetric/index.ts';
import { messageFault, signed, type MessageType } from '../messages.ts';
import { refuse, type Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { noteUse, usageOf } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html

export interface VerifyRequest {
  readonly KeyId: string;
  readonly Message: Bytes;
  readonly MessageType?: MessageType;
  readonly Signature: Bytes;
  readonly SigningAlgorithm: SigningAlgorithm;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}
export interface VerifyResponse {
  readonly KeyId: string;
  /** Never false: a wrong signature is an exception. */
  readonly SignatureValid: true;
  readonly SigningAlgorithm: SigningAlgorithm;
}

export const Verify = operation<VerifyRequest, VerifyResponse>({
  name: 'Verify',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['ValidationException', 'KMSInvalidSignatureException'],
  find: keyNamedBy('kms:Verify', 'withAliases'),
  permissions: onTheKey('kms:Verify'),
  context: ({ MessageType = 'RAW', SigningAlgorithm }) => ({
    'kms:MessageType': MessageType,
    'kms:SigningAlgorithm': SigningAlgorithm,
  }),
  usage: ({ SigningAlgorithm }, located) =>
    usageOf('Verify', 'SIGN_VERIFY', theKey(located), SigningAlgorithm),
  async run(
    { Message, MessageType: messageType = 'RAW', Signature, SigningAlgorithm: algorithm },
    located,
    step,
  ) {
    const { rec } = theKey(located);
    const fault = messageFault(algorithm, messageType, Message);
    if (fault) return fault;
    const { verify } = await primitives();
    const publicKey = await publicKeyOf(rec, step.view);
    const valid = verify({ algorithm, publicKey, signature: Signature, ...signed(messageType, Message) });
    if (!valid) return refuse('KMSInvalidSignatureException', '', 'FACTS.md empty message');
    noteUse(rec, 'Verify', step);
    return { KeyId: rec.arn, SignatureValid: true, SigningAlgorithm: algorithm };
  },
  trail: {
    request: ['KeyId', 'MessageType', 'SigningAlgorithm'],
    defaults: () => ({ MessageType: 'RAW' }),
    response: 'none',
  },
});
