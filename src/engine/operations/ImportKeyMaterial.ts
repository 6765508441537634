import { materialIdentifier } from '../crypto/index.ts';
import { invalidCiphertext } from '../ciphertext.ts';
import { changeState } from '../changeState.ts';
import { storeMaterial } from '../hsm.ts';
import { longestValidityMs, notExternal, readImportToken, readMaterial, type Material } from '../imports.ts';
import { materialsOf } from '../materials.ts';
import { isPrimary, relatedKeys } from '../multiRegion.ts';
import {
  epochMs,
  isRefusal,
  ref,
  refuse,
  type Bytes,
  type EpochMs,
  type KeyRec,
  type MaterialRec,
  type Refusal,
} from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey, type Step } from '../operation.ts';
import { primitives } from '../asymmetric.ts';
import { pendingMaterial } from '../rotation.ts';

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
    const placed = place(input, rec, material, step);
    if (isRefusal(placed)) return placed;
    const imported = {
      expires: input.ValidTo ? epochMs(input.ValidTo.getTime()) : undefined,
      description: input.KeyMaterialDescription,
      fingerprint: material.fingerprint,
    };
    const { materialId, version, rotated } = placed;
    await storeMaterial(step, rec.arn, material.secret, {
      materialId,
      version,
      publicKey: material.publicKey,
      rotated,
      imported,
    });
    settle(rec, materialId, version, step);
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
  return plain ? readMaterial(plain, rec.KeySpec, step.region) : invalidCiphertext;
}

type Placed = Pick<MaterialRec, 'materialId' | 'version' | 'rotated'>;

/** Which version the material is: one that the key has had before, its first, or a new one that waits for rotation. */
function place(
  input: ImportKeyMaterialRequest,
  rec: KeyRec,
  { fingerprint }: Material,
  step: Step,
): Placed | Refusal {
  const incorrect = refuse('IncorrectKeyMaterialException', '', 'specs.json import wrongMaterial');
  const materials = materialsOf(rec.arn, step.view);
  const known = materials.find(({ imported }) => imported?.fingerprint === fingerprint);
  // The same material as in a related key has the same identifier there.
  const related = relatedKeys(rec, step.view)
    .flatMap((key) => materialsOf(key.arn, step.view))
    .find(({ imported }) => imported?.fingerprint === fingerprint);
  const fresh = (): string => related?.materialId ?? materialIdentifier(step.env.random(32));
  if (input.ImportType === 'NEW_KEY_MATERIAL' && materials.length > 0) {
    if (input.KeyMaterialId !== undefined) {
      return refuse('ValidationException', '', 'model.json crossMemberRules ImportKeyMaterial');
    }
    if (rec.KeySpec !== 'SYMMETRIC_DEFAULT' || known) return incorrect;
    if (rec.MultiRegion && !isPrimary(rec, step.view) && !related) return incorrect;
    const materialId = fresh();
    const pending = pendingMaterial(rec, step.view);
    if (pending) {
      return refuse(
        'KMSInvalidStateException',
        `New key material (id: ${materialId}) cannot be imported into KMS key ${rec.arn}, because another key material (id: ${pending.materialId}) is pending rotation.`,
        'FACTS.md import',
      );
    }
    return { materialId, version: (materials.at(-1)?.version ?? -1) + 1, rotated: undefined };
  }
  if (materials.length === 0) {
    // A replica takes what its primary has.
    const mustMatch = rec.MultiRegion && !isPrimary(rec, step.view);
    return mustMatch && !related ? incorrect : { materialId: fresh(), version: 0, rotated: undefined };
  }
  if (!known || (input.KeyMaterialId !== undefined && input.KeyMaterialId !== known.materialId))
    return incorrect;
  const { materialId, version, rotated } = known;
  return { materialId, version, rotated };
}

/** The first material becomes current; a key that has all its materials again is usable again. */
function settle(rec: KeyRec, materialId: string, version: number, step: Step): void {
  const complete = materialsOf(rec.arn, step.view).every(({ wrapped }) => wrapped !== undefined);
  const currentMaterial = rec.currentMaterial ?? materialId;
  if (rec.KeyState === 'PendingImport' && complete) {
    changeState(rec, 'ImportKeyMaterial', step, { currentMaterial });
  } else if (version === 0 && rec.currentMaterial === undefined) {
    step.view.put(ref.key(rec.arn), { ...rec, currentMaterial });
  }
}
