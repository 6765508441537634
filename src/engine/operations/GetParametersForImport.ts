import { makeImportToken, notExternal, wrappingFault } from '../imports.ts';
import type { Bytes, KeySpec } from '../model/index.ts';
import { placeFault } from '../keySpecs.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html

export interface GetParametersForImportRequest {
  readonly KeyId: string;
  readonly WrappingAlgorithm: string;
  readonly WrappingKeySpec: KeySpec;
}
export interface GetParametersForImportResponse {
  readonly KeyId: string;
  readonly ImportToken: Bytes;
  /** DER SubjectPublicKeyInfo of the wrapping key. */
  readonly PublicKey: Bytes;
  readonly ParametersValidTo: Date;
}

export const GetParametersForImport = operation<
  GetParametersForImportRequest,
  GetParametersForImportResponse
>({
  name: 'GetParametersForImport',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['UnsupportedOperationException', 'ValidationException'],
  find: keyNamedBy('kms:GetParametersForImport', 'withoutAliases'),
  permissions: onTheKey('kms:GetParametersForImport'),
  context: ({ WrappingAlgorithm, WrappingKeySpec }) => ({
    'kms:WrappingAlgorithm': WrappingAlgorithm,
    'kms:WrappingKeySpec': WrappingKeySpec,
  }),
  async run({ WrappingAlgorithm, WrappingKeySpec }, located, step) {
    const { rec } = theKey(located);
    const fault =
      notExternal(rec) ??
      placeFault(WrappingKeySpec, step.region) ??
      wrappingFault(rec.KeySpec, WrappingKeySpec, WrappingAlgorithm);
    if (fault) return fault;
    const { ImportToken, PublicKey, until } = await makeImportToken(
      rec,
      WrappingKeySpec,
      WrappingAlgorithm,
      step,
    );
    return { KeyId: rec.arn, ImportToken, PublicKey, ParametersValidTo: new Date(until) };
  },
  trail: { request: ['KeyId', 'WrappingAlgorithm', 'WrappingKeySpec'], response: 'none' },
});
