import type { MaterialProfile } from '../../booster/material-profile.js';
import { maskOfLabel } from '../../core/label-map.js';
import type { Mask } from '../../core/mask.js';
import { maskIou, unionOf } from '../../core/mask.js';
import type { MaterialCount } from '../../core/material-count.js';
import { assignLabels, type PaintableLabels } from '../../label-studio/assign-labels.js';
import type { ScoredOutcome } from '../../metrics/calibration.js';
import { iouAt, overlapTable } from '../../metrics/overlap-table.js';
import { measureImage, measureMaterials } from '../../metrics/region-measures.js';
import { defaultSegmentOptions, pipelineParameters } from '../pipeline-parameters.js';
import { mergeDescribed } from '../segment-micrograph.js';
import { withProfile } from '../use-profile.js';
import type { AcceptedMask, DescribedMasks, TrainingImage } from './training-image.js';

/** How well an image is painted; all in [0, 1]. */
export interface ImageScore {
  /** Mean over the accepted labels of the IoU with what is painted in that label. */
  readonly named: number;
  /** The paper's mIoU, names left aside. */
  readonly plain: number;
}

/** What profiles are compared under. */
export interface ScoringOptions {
  readonly labels: PaintableLabels<string>;
  readonly materials: MaterialCount;
}

/** One painted material. */
export interface PaintedMask {
  readonly mask: Mask;
  /** The label that it is shown with; undefined: it is left out. */
  readonly label: string | undefined;
  readonly score: number;
}

/** Paints an image as a prediction would, with a profile or without. */
export function paintImage(
  image: Pick<TrainingImage, 'width' | 'height'>,
  described: DescribedMasks,
  profile: MaterialProfile | undefined,
  { labels, materials }: ScoringOptions,
): PaintedMask[] {
  const options = { materials, seed: defaultSegmentOptions.seed, profile, nameSamples: described.nameSamples };
  const structure = mergeDescribed(image, described, options, withProfile(pipelineParameters, profile));
  const names = structure.materials.map(({ members }) => members[0]?.name);
  const ruledOut = profile?.labels.map(({ name }) => name) ?? [];
  const shown = assignLabels({ names, ruledOut }, labels, (label) => label);
  return structure.materials.map(({ label, score }, index) => ({
    mask: maskOfLabel(structure.map, label),
    label: shown[index],
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
