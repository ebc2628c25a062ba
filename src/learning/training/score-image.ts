import type { MaterialProfile } from '../../booster/material-profile.js';
import { paintCandidates } from '../../booster/merge-candidates.js';
import { maskOfLabel } from '../../core/label-map.js';
import { type Mask, maskIou, unionOf } from '../../core/mask.js';
import { assignLabels, type PaintableLabels } from '../../label-studio/assign-labels.js';
import type { ScoredOutcome } from '../../metrics/calibration.js';
import { iouAt, overlapTable } from '../../metrics/overlap-table.js';
import { measureImage, measureMaterials } from '../../metrics/region-measures.js';
import { nameCandidates } from '../../pipeline/merge-masks.js';
import { type PipelineParameters, pipelineParameters } from '../../pipeline/pipeline-parameters.js';
import { withProfile } from '../../pipeline/use-profile.js';
import type { AcceptedMask, DescribedMasks, TrainingImage } from './training-image.js';

/** How well an image is painted; all in [0, 1]. */
export interface ImageScore {
  /** Mean over the accepted labels of the IoU with what is painted in that label. */
  readonly named: number;
  /** The paper's mIoU, names left aside. */
  readonly plain: number;
}

/** One painted material. */
export interface PaintedMask {
  readonly mask: Mask;
  /** The label that it is shown with; undefined: it is left out. */
  readonly label: string | undefined;
  readonly score: number;
}

/** Paintings of the same masks with the same names are the same: choices that are compared differ in few images. */
const paintings = new WeakMap<DescribedMasks, Map<string, Painting>>();
type Painting = readonly { readonly mask: Mask; readonly name: string | null; readonly score: number }[];

/** Paints an image as a prediction would, with a profile or without. */
export function paintImage(
  image: Pick<TrainingImage, 'width' | 'height'>,
  described: DescribedMasks,
  profile: MaterialProfile | undefined,
  labels: PaintableLabels<string>,
): PaintedMask[] {
  const named = nameCandidates(described, profile, described.nameSamples);
  const parameters = withProfile(pipelineParameters, profile);
  const known = paintings.get(described) ?? new Map<string, Painting>();
  paintings.set(described, known);
  const key = JSON.stringify([named, parameters.confidence]);
  const painting = known.get(key) ?? paint(image, described, named, parameters);
  known.set(key, painting);
  const names = painting.map(({ name }) => name);
  const shown = assignLabels(
    { names, ruledOut: profile?.labels.map(({ name }) => name) ?? [] },
    labels,
    (label) => label,
  );
  return painting.map(({ mask, score }, index) => ({ mask, score, label: shown[index] }));
}

function paint(
  image: Pick<TrainingImage, 'width' | 'height'>,
  described: DescribedMasks,
  named: ReturnType<typeof nameCandidates>,
  parameters: PipelineParameters,
): Painting {
  const { map, materials } = paintCandidates(image, described, named, parameters);
  return materials.map(({ label, score, members }) => ({
    mask: maskOfLabel(map, label),
    name: members[0]?.name ?? null,
    score,
  }));
}

/** Compares what is painted with what people accepted. */
export function scorePainting(painted: readonly PaintedMask[], accepted: readonly AcceptedMask[]): ImageScore {
  const table = overlapTable(
    painted.map(({ mask }) => mask),
    accepted.map(({ mask }) => mask),
  );
  const named = accepted.map(({ name, mask }) => {
    const [first, ...others] = painted.flatMap((each) => (each.label === name ? each.mask : []));
    return first === undefined ? 0 : maskIou(unionOf(first, ...others), mask);
  });
  return {
    named: named.reduce((sum, iou) => sum + iou, 0) / Math.max(1, named.length),
    plain: measureImage(measureMaterials(table))?.mIoU ?? 0,
  };
}

/** The raw score of each painted material beside the IoU that it turned out to have. */
export function outcomesOf(painted: readonly PaintedMask[], accepted: readonly AcceptedMask[]): ScoredOutcome[] {
  const table = overlapTable(
    painted.map(({ mask }) => mask),
    accepted.map(({ mask }) => mask),
  );
  return painted.map(({ score }, index) => ({
    score,
    iou: Math.max(0, ...accepted.map((_, truth) => iouAt(table, index, truth))),
  }));
}
