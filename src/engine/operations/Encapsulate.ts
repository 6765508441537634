import { primitives, publicKeyOf } from '../asymmetric.ts';
import type { Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { noteUse, usageOf } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encapsulate.html

export interface EncapsulateRequest {
  readonly KeyId: string;
  readonly EncapsulationAlgorithm: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}
export interface EncapsulateResponse {
  readonly KeyId: string;
  /** 32 bytes. */
  readonly SharedSecret: Bytes;
  readonly SharedSecretCiphertextBlob: Bytes;
  readonly EncapsulationAlgorithm: string;
}

export const Encapsulate = operation<EncapsulateRequest, EncapsulateResponse>({
  name: 'Encapsulate',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: [],
  find: keyNamedBy('kms:Encapsulate', 'withAliases'),
  permissions: onTheKey('kms:Encapsulate'),
  usage: ({ EncapsulationAlgorithm }, located) =>
    usageOf('Encapsulate', 'ENCAPSULATE_DECAPSULATE', theKey(located), EncapsulationAlgorithm),
  async run({ EncapsulationAlgorithm }, located, step) {
    const { rec } = theKey(located);
    const { encapsulate } = await primitives();
    const publicKey = await publicKeyOf(rec, step.view);
    if (publicKey.kind !== 'ML-KEM')
      throw new Error(`key ${rec.arn} of usage ${rec.KeyUsage} is no ML-KEM key`);
    const { sharedSecret, ciphertext } = encapsulate(publicKey, (n) => step.env.random(n));
    noteUse(rec, 'Encapsulate', step);
    return {
      KeyId: rec.arn,
      SharedSecret: sharedSecret,
      SharedSecretCiphertextBlob: ciphertext,
      EncapsulationAlgorithm,
    };
  },
  trail: { request: ['KeyId', 'EncapsulationAlgorithm'], response: 'none' },
});
