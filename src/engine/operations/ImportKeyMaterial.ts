import { primitives } from '../asymmetric.ts';
import { invalidCiphertext } from '../ciphertext.ts';
import { longestValidityMs, notExternal, readImportToken, readMaterial, type Material } from '../imports.ts';
import {
  epochMs,
  isRefusal,
  refuse,
  type Bytes,
  type EpochMs,
  type KeyRec,
  type Refusal,
} from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey, type Step } from '../operation.ts';
import { placeMaterial } from '../placeMaterial.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html

export interface ImportKeyMaterialRequest {
  readonly KeyId: string;
  readonly ImportToken: Bytes;
  readonly EncryptedKeyMaterial: Bytes;
  readonly ValidTo?: Date;
  readonly ExpirationModel?: 'KEY_MATERIAL_EXPIRES' | 'KEY_MATERIAL_DOES_NOT_EXPIRE';
  readonly ImportType?: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL';
  readonly KeyMaterialDescription?: string;
  readonly KeyMaterialId?: string;
}
export interface ImportKeyMaterialResponse {
  readonly KeyId: string;
  /** Symmetric encryption keys only. */
  readonly KeyMaterialId?: string;
}

export const ImportKeyMaterial = operation<ImportKeyMaterialRequest, ImportKeyMaterialResponse>({
  name: 'ImportKeyMaterial',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [
    'UnsupportedOperationException',
    'ValidationException',
    'InvalidImportTokenException',
    'ExpiredImportTokenException',
    'InvalidCiphertextException',
    'IncorrectKeyMaterialException',
    'KMSInvalidStateException',
  ],
  find: keyNamedBy('kms:ImportKeyMaterial', 'withoutAliases'),
  permissions: onTheKey('kms:ImportKeyMaterial'),
  context: ({ ExpirationModel = 'KEY_MATERIAL_EXPIRES', ValidTo }) => ({
    'kms:ExpirationModel': ExpirationModel,
    ...(ValidTo ? { 'kms:ValidTo': String(Math.floor(ValidTo.getTime() / 1000)) } : {}),
  }),
  async run(input, located, step) {
    const { rec } = theKey(located);
    const fault = notExternal(rec) ?? validityFault(input, step.env.at);
    if (fault) return fault;
    const material = await unwrapped(input, rec, step);
    if (isRefusal(material)) return material;
    const { ImportType, KeyMaterialId, KeyMaterialDescription, ValidTo } = input;
    const asked = {
      importType: ImportType,
      KeyMaterialId,
      description: KeyMaterialDescription,
      expires: ValidTo ? epochMs(ValidTo.getTime()) : undefined,
    };
    const materialId = await placeMaterial(rec, material, asked, step);
    if (isRefusal(materialId)) return materialId;
    return { KeyId: rec.arn, ...(rec.KeySpec === 'SYMMETRIC_DEFAULT' ? { KeyMaterialId: materialId } : {}) };
  },
  trail: {
    request: ['KeyId', 'ValidTo', 'ExpirationModel', 'ImportType', 'KeyMaterialDescription'],
    defaults: () => ({ ExpirationModel: 'KEY_MATERIAL_EXPIRES' }),
    response: ({ KeyId, KeyMaterialId }) => ({
      keyId: KeyId,
      ...(KeyMaterialId === undefined ? {} : { keyMaterialId: KeyMaterialId }),
    }),
  },
});

/** FACTS.md "Import"; specs.json import "expiry": in the future, at most 365 days ahead. */
function validityFault(
  { ExpirationModel = 'KEY_MATERIAL_EXPIRES', ValidTo }: ImportKeyMaterialRequest,
  at: EpochMs,
): Refusal | undefined {
  const wrong = (message: string) => refuse('ValidationException', message, 'specs.json import expiry');
  if (ExpirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    return ValidTo
      ? wrong('A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE')
      : undefined;
  }
  if (!ValidTo) return wrong('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES');
  const ahead = ValidTo.getTime() - at;
  return ahead > 0 && ahead <= longestValidityMs
    ? undefined
    : wrong('ValidTo must be in the future and at most 365 days ahead.');
}

/** Token, then unwrapping, then what was inside (specs.json import "order"). */
async function unwrapped(
  input: ImportKeyMaterialRequest,
  rec: KeyRec,
  step: Step,
): Promise<Material | Refusal> {
  const token = await readImportToken(input.ImportToken, rec, step);
  if (isRefusal(token)) return token;
  const { openPrivateKey, unwrapForImport } = await primitives();
  const privateKey = openPrivateKey(token.wrappingSpec, token.wrapping);
  const plain = unwrapForImport({
    algorithm: token.algorithm,
    privateKey,
    wrapped: input.EncryptedKeyMaterial,
  });
  return plain ? readMaterial(plain, rec.KeySpec, rec.arn) : invalidCiphertext;
}
