import { materialStateOf } from '../materialState.ts';
import { materialsOf } from '../materials.ts';
import { isRefusal, type KeyRec, type MaterialRec, type View } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { pageOf, planPage, type PageRequest } from '../pages.ts';
import { rotationFault } from '../rotation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html

export interface ListKeyRotationsRequest extends PageRequest {
  readonly KeyId: string;
  readonly IncludeKeyMaterial?: 'ALL_KEY_MATERIAL' | 'ROTATIONS_ONLY';
}
export interface ListKeyRotationsResponse {
  readonly Rotations: readonly Readonly<Record<string, unknown>>[];
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

export const ListKeyRotations = operation<ListKeyRotationsRequest, ListKeyRotationsResponse>({
  name: 'ListKeyRotations',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['InvalidMarkerException', 'UnsupportedOperationException'],
  find: keyNamedBy('kms:ListKeyRotations', 'withoutAliases'),
  permissions: onTheKey('kms:ListKeyRotations'),
  run(input, located, { view }) {
    const { rec } = theKey(located);
    const fault = rotationFault(rec);
    if (fault) return fault;
    const plan = planPage('ListKeyRotations', input);
    if (isRefusal(plan)) return plan;
    // specs.json "listing": by default the materials made by completed rotations only.
    const wanted = materialsOf(rec.arn, view).filter(
      ({ rotated }) => input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL' || rotated !== undefined,
    );
    const { after } = plan;
    const left = after === undefined ? wanted : wanted.filter(({ version }) => version > Number(after));
    const { page, members } = pageOf('ListKeyRotations', left, plan, ({ version }) => String(version));
    return { Rotations: page.map((material) => entry(material, rec, view)), ...members };
  },
  trail: { request: ['KeyId', 'IncludeKeyMaterial'], response: 'none' },
});

function entry(material: MaterialRec, rec: KeyRec, view: View): Readonly<Record<string, unknown>> {
  const { materialId, rotated, imported, wrapped } = material;
  const [KeyMaterialState] = materialStateOf(material, rec, view).split('/');
  return {
    KeyId: rec.arn,
    KeyMaterialId: materialId,
    ...(imported?.description === undefined ? {} : { KeyMaterialDescription: imported.description }),
    ...(imported ? { ImportState: wrapped ? 'IMPORTED' : 'PENDING_IMPORT' } : {}),
    KeyMaterialState,
    ...(imported && wrapped
      ? {
          ExpirationModel:
            imported.expires === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES',
        }
      : {}),
    ...(imported?.expires !== undefined && wrapped ? { ValidTo: new Date(imported.expires) } : {}),
    ...(rotated ? { RotationDate: new Date(rotated.at), RotationType: rotated.type } : {}),
  };
}
