import type { Microstructure } from '../booster/build-microstructure.js';
import type { FoundMask } from '../booster/found-masks.js';
import type { MaterialMember } from '../booster/merge-candidates.js';
import { maskOfLabel } from '../core/label-map.js';
import type { Mask } from '../core/mask.js';

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

/** Over the members that SAM proposed; 0 if there is none. */
function areaWeightedMean(
  members: readonly MaterialMember<FoundMask>[],
  value: (proposal: FoundMask) => number,
): number {
  const proposals = members.flatMap(({ proposal }) => proposal ?? []);
  const area = proposals.reduce((sum, { mask }) => sum + mask.areaPx, 0);
  return area === 0 ? 0 : proposals.reduce((sum, each) => sum + each.mask.areaPx * value(each), 0) / area;
}
