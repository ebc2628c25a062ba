import type { CocoRle } from '../core/coco-rle.js';
import { encodeCocoRle } from '../core/coco-rle.js';
import { maskOfLabel } from '../core/label-map.js';
import type { Mask } from '../core/mask.js';
import type { Microstructure } from '../booster/build-microstructure.js';
import type { MaterialMember } from '../booster/merge-candidates.js';
import type { FoundMask } from '../booster/found-masks.js';
import type { Micrograph } from '../core/micrograph.js';
import type { Stage } from './pipeline-parameters.js';
import type { Timings } from './timings.js';

/** One mask of the result, before it is written down. */
export interface ResultMask {
  readonly mask: Mask;
  readonly predictedIou: number;
  readonly stabilityScore: number;
  readonly point: { readonly x: number; readonly y: number } | null;
  readonly material: number | null;
  /** What a profile calls the material; null: nothing that it has seen. */
  readonly name: string | null;
  readonly score: number;
}

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

/** The masks of each stage as far as the pipeline went. */
export interface StagedMasks {
  readonly proposals: readonly FoundMask[];
  readonly removal: { readonly kept: readonly FoundMask[] } | null;
  readonly microstructure: Microstructure<MaterialMember<FoundMask>> | null;
}

/** The masks of the stage that was reached: SAM's, those kept, or one per material. */
export function resultMasks({ microstructure, removal, proposals }: StagedMasks): ResultMask[] {
  if (microstructure === null) {
    return (removal?.kept ?? proposals).map((proposal) => ({
      ...proposal,
      material: null,
      name: null,
    }));
  }
  return microstructure.materials.map(({ label, score, members }) => ({
    mask: maskOfLabel(microstructure.map, label),
    predictedIou: areaWeightedMean(members, ({ predictedIou }) => predictedIou),
    stabilityScore: areaWeightedMean(members, ({ stabilityScore }) => stabilityScore),
    point: null,
    material: label,
    name: members[0]?.name ?? null,
    score,
  }));
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

/** Over the members that SAM proposed; 0 if there is none. */
function areaWeightedMean(
  members: readonly MaterialMember<FoundMask>[],
  value: (proposal: FoundMask) => number,
): number {
  const proposals = members.flatMap(({ proposal }) => proposal ?? []);
  const area = proposals.reduce((sum, { mask }) => sum + mask.areaPx, 0);
  return area === 0 ? 0 : proposals.reduce((sum, each) => sum + each.mask.areaPx * value(each), 0) / area;
}
