import { type CocoRle, encodeCocoRle } from '../../core/coco-rle.js';
import type { Micrograph } from '../../core/micrograph.js';
import type { Stage } from '../../pipeline/pipeline-parameters.js';
import type { ResultMask } from '../../pipeline/result-masks.js';
import type { Timings } from '../../pipeline/timings.js';

/** `NAME.masks.json` (CONTRACT, "segment"). */
export interface MasksReport {
  readonly image: { readonly file: string; readonly width: number; readonly height: number };
  readonly model: string;
  readonly stage: Stage;
  readonly materials: number | null;
  readonly masks: readonly {
    readonly rle: CocoRle;
    readonly area: number;
    readonly bbox: readonly [number, number, number, number];
    readonly predicted_iou: number;
    readonly stability_score: number;
    readonly point: readonly [number, number] | null;
    readonly material: number | null;
    /** Only with a profile: the name of the material, null for what is unlike anything that the profile has seen. */
    readonly label?: string | null;
    readonly score: number;
  }[];
  readonly timings_ms: Timings;
}

export function masksReport(
  micrograph: Micrograph,
  model: string,
  stage: Stage,
  masks: readonly ResultMask[],
  timings: Timings,
  hasNames = false,
): MasksReport {
  const { name, width, height } = micrograph;
  return {
    image: { file: name, width, height },
    model,
    stage,
    materials: stage === 'boosted' ? masks.length : null,
    masks: masks.map(({ mask, predictedIou, stabilityScore, point, material, name, score }) => ({
      rle: encodeCocoRle(mask),
      area: mask.areaPx,
      bbox: [mask.box.x, mask.box.y, mask.box.width, mask.box.height],
      predicted_iou: predictedIou,
      stability_score: stabilityScore,
      point: point && [point.x, point.y],
      material,
      ...(hasNames ? { label: name } : {}),
      score,
    })),
    timings_ms: timings,
  };
}
