import { primitives, privateKeyOf } from '../asymmetric.ts';
import { invalidCiphertext } from '../ciphertext.ts';
import type { Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { noteUse, usageOf } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Decapsulate.html

export interface DecapsulateRequest {
  readonly KeyId: string;
  readonly SharedSecretCiphertextBlob: Bytes;
  readonly EncapsulationAlgorithm: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}
export interface DecapsulateResponse {
  readonly KeyId: string;
  /** 32 bytes; of altered ciphertext too: ML-KEM rejects implicitly. */
  readonly SharedSecret: Bytes;
  readonly EncapsulationAlgorithm: string;
}

export const Decapsulate = operation<DecapsulateRequest, DecapsulateResponse>({
  name: 'Decapsulate',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['InvalidCiphertextException'],
  find: keyNamedBy('kms:Decapsulate', 'withAliases'),
  permissions: onTheKey('kms:Decapsulate'),
  usage: ({ EncapsulationAlgorithm }, located) =>
    usageOf('Decapsulate', 'ENCAPSULATE_DECAPSULATE', theKey(located), EncapsulationAlgorithm),
  async run({ SharedSecretCiphertextBlob, EncapsulationAlgorithm }, located, step) {
    const { rec } = theKey(located);
    const { decapsulate } = await primitives();
    const privateKey = await privateKeyOf(step, rec);
    if (privateKey.kind !== 'ML-KEM')
      throw new Error(`key ${rec.arn} of usage ${rec.KeyUsage} is no ML-KEM key`);
    const SharedSecret = decapsulate(privateKey, SharedSecretCiphertextBlob);
    // operations.json: only a wrong length is told apart.
    if (!SharedSecret) return invalidCiphertext;
    noteUse(rec, 'Decapsulate', step);
    return { KeyId: rec.arn, SharedSecret, EncapsulationAlgorithm };
  },
  trail: { request: ['KeyId', 'EncapsulationAlgorithm'], response: 'none' },
});
