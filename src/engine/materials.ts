import { indexKey, under, type KeyArn, type MaterialRec, type Region, type View } from './model/index.ts';

/** All versions of a key's material, oldest first. At most one for each rotation: 25 on demand and one a period. */
export const materialsOf = (key: KeyArn, view: View): readonly MaterialRec[] =>
  view.range('ref', { prefix: under.materials(key), n: 10_000 }).map(({ rec }) => rec as MaterialRec);

/**
 * The material that a blob names. Related multi-Region keys share their materials: then the one of `region` is taken,
 * else any, so that a caller learns what it may not use here.
 */
export function materialById(materialId: string, region: Region, view: View): MaterialRec | undefined {
  const found = view
    .range('materialById', { prefix: indexKey.materialById(materialId), n: 64 })
    .map(({ rec }) => rec as MaterialRec);
  return found.find(({ key }) => key.split(':')[3] === region) ?? found[0];
}

/** The version that a key encrypts with now. */
export const currentMaterialOf = (
  key: { readonly arn: KeyArn; readonly currentMaterial: string | undefined },
  view: View,
): MaterialRec | undefined => {
  if (key.currentMaterial === undefined) return undefined;
  const region = key.arn.split(':')[3] as Region;
  const rec = materialById(key.currentMaterial, region, view);
  return rec?.key === key.arn ? rec : undefined;
};
