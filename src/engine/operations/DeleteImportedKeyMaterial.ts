import { dropMaterial } from '../dropMaterial.ts';
import { notExternal } from '../imports.ts';
import { currentMaterialOf, materialsOf } from '../materials.ts';
import { refuse } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html

export interface DeleteImportedKeyMaterialRequest {
  readonly KeyId: string;
  readonly KeyMaterialId?: string;
}
export interface DeleteImportedKeyMaterialResponse {
  readonly KeyId: string;
  readonly KeyMaterialId?: string;
}

export const DeleteImportedKeyMaterial = operation<
  DeleteImportedKeyMaterialRequest,
  DeleteImportedKeyMaterialResponse
>({
  name: 'DeleteImportedKeyMaterial',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['UnsupportedOperationException', 'NotFoundException'],
  find: keyNamedBy('kms:DeleteImportedKeyMaterial', 'withoutAliases'),
  permissions: onTheKey('kms:DeleteImportedKeyMaterial'),
  run({ KeyMaterialId }, located, step) {
    const { rec } = theKey(located);
    const fault = notExternal(rec);
    if (fault) return fault;
    const material =
      KeyMaterialId === undefined
        ? currentMaterialOf(rec, step.view)
        : materialsOf(rec.arn, step.view).find(({ materialId }) => materialId === KeyMaterialId);
    if (KeyMaterialId !== undefined && !material) {
      // OURS: code and text for a material that the key has not are in no recording.
      return refuse('NotFoundException', '', 'operations.json DeleteImportedKeyMaterial errors');
    }
    if (material?.wrapped) dropMaterial(rec, material, 'DeleteImportedKeyMaterial', step);
    const shown = rec.KeySpec === 'SYMMETRIC_DEFAULT' && material;
    return { KeyId: rec.arn, ...(shown ? { KeyMaterialId: material.materialId } : {}) };
  },
  trail: {
    request: ['KeyId', 'KeyMaterialId'],
    response: ({ KeyId, KeyMaterialId }) => ({
      keyId: KeyId,
      ...(KeyMaterialId === undefined ? {} : { keyMaterialId: KeyMaterialId }),
    }),
  },
});
