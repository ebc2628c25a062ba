import { encodeBrushRle } from '../../label-studio/brush-codec.js';
import type { ResultMask } from '../../pipeline/result-masks.js';
import type { PaintedMicrograph } from '../segmentation-service.js';

/** Result masks as Label Studio takes them: brush run-lengths, straight from the masks' runs. */
export function paintedMicrograph(
  { width, height }: { readonly width: number; readonly height: number },
  masks: readonly (Pick<ResultMask, 'mask' | 'material' | 'score'> & { readonly name?: string | null })[],
  warnings: readonly string[],
  knownNames: readonly string[] = [],
): PaintedMicrograph {
  const materials = masks.map(({ mask, material, name = null, score }, index) => ({
    material: material ?? index + 1,
    name,
    areaPx: mask.areaPx,
    score,
    brushRle: encodeBrushRle(width, height, mask.runs),
  }));
  return { width, height, materials, knownNames, warnings };
}
