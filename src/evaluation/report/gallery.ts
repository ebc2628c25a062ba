import type { EvaluatedStage, EvaluationCase } from '../../annotations/evaluation-case.js';
import { type LabelMap, paintLabelMap } from '../../core/label-map.js';
import type { Mask } from '../../core/mask.js';
import type { GreyImage } from '../../core/micrograph.js';
import type { RegionChanges } from '../../core/region-changes.js';
import { type Colour, colourOf } from '../../imaging/palette.js';
import { renderThumbnail, thumbnailBackground, thumbnailSize } from '../../imaging/region-thumbnail.js';
import { unionByLabel } from '../../metrics/label-confusion.js';
import { matchOneToOne } from '../../metrics/matching.js';
import { overlapTable } from '../../metrics/overlap-table.js';

/** An image that is shown in the report. */
export interface GalleryCandidate {
  readonly evaluated: EvaluationCase;
  readonly stage: EvaluatedStage;
  readonly masks: readonly Mask[];
  readonly mIoU: number;
  readonly regions: RegionChanges;
}

/** One image of the report: pictures as data URIs. */
export interface GalleryImage {
  readonly id: string;
  readonly file: string;
  readonly stage: EvaluatedStage;
  readonly mIoU: number;
  readonly regions: RegionChanges;
  /** Width and height of each picture in pixels. */
  readonly size: { readonly width: number; readonly height: number };
  readonly truth: string;
  readonly predicted: string;
  readonly difference: string;
  /** The labels and their colours. */
  readonly legend: readonly { readonly label: string; readonly colour: Colour }[];
}

const shownAtEachEnd = 6;
const longestSide = 320;

/** What a pixel of the difference picture says, as labels 1 to 3, with its colour. */
export const differenceKinds: readonly { readonly meaning: string; readonly colour: Colour }[] = [
  { meaning: 'missed', colour: [0, 114, 178] },
  { meaning: 'wrong material', colour: [230, 159, 0] },
  { meaning: 'beyond the ground truth', colour: [204, 121, 167] },
];
const missed = 1;
const wrongMaterial = 2;
const beyond = 3;

/** Keeps the worst and the best images that it is offered, and forgets the others. */
export class GalleryPicker {
  #worstFirst: GalleryCandidate[] = [];

  offer(candidate: GalleryCandidate): void {
    const sorted = [...this.#worstFirst, candidate].sort((a, b) => a.mIoU - b.mIoU);
    const surplus = sorted.length - 2 * shownAtEachEnd;
    if (surplus > 0) sorted.splice(shownAtEachEnd, surplus);
    this.#worstFirst = sorted;
  }

  /** The worst first; an image is in one of both lists only. */
  picked(): { readonly worst: readonly GalleryCandidate[]; readonly best: readonly GalleryCandidate[] } {
    const half = Math.min(shownAtEachEnd, Math.ceil(this.#worstFirst.length / 2));
    return { worst: this.#worstFirst.slice(0, half), best: this.#worstFirst.slice(half).reverse() };
  }
}

/** Draws ground truth, prediction and difference over the micrograph, or over plain grey where there is none. */
export async function renderGalleryImage(
  { evaluated, stage, masks, mIoU, regions }: GalleryCandidate,
  micrograph: GreyImage | null,
): Promise<GalleryImage> {
  const { id, file, width, height } = evaluated;
  const truths = unionByLabel(evaluated.annotations[0].regions);
  const predictedLabels = labelsOfMatches(
    masks,
    truths.map(({ mask }) => mask),
  );
  const truth = paintLabelMap(
    width,
    height,
    truths.map(({ mask }, index) => ({ mask, label: index + 1 })),
  );
  const largestFirst = masks
    .map((mask, index) => ({ mask, label: predictedLabels[index] ?? 255 }))
    .sort((a, b) => b.mask.areaPx - a.mask.areaPx);
  const predicted = paintLabelMap(width, height, largestFirst);
  const size = thumbnailSize(width, height, longestSide);
  const fits = micrograph !== null && micrograph.width === width && micrograph.height === height;
  const background = thumbnailBackground(fits ? micrograph : null, size);
  const colours = Array.from({ length: 255 }, (_, index) => colourOf(index));
  const picture = async (map: LabelMap, palette: readonly Colour[]): Promise<string> =>
    `data:image/webp;base64,${(await renderThumbnail(background, map, palette)).toString('base64')}`;
  return {
    id,
    file,
    stage,
    mIoU,
    regions,
    size,
    truth: await picture(truth, colours),
    predicted: await picture(predicted, colours),
    difference: await picture(
      differenceMap(truth, predicted),
      differenceKinds.map(({ colour }) => colour),
    ),
    legend: truths.map(({ label }, index) => ({ label, colour: colourOf(index) })),
  };
}

/** A mask gets the label of the ground truth that it stands for; one that stands for none a label of its own. */
function labelsOfMatches(masks: readonly Mask[], truths: readonly Mask[]): number[] {
  const matches = matchOneToOne(overlapTable(masks, truths));
  const matched = new Map(matches.map(({ mask, truth }) => [mask, truth + 1]));
  let next = truths.length;
  return masks.map((_, mask) => matched.get(mask) ?? Math.min(254, ++next));
}

function differenceMap(truth: LabelMap, predicted: LabelMap): LabelMap {
  const labels = truth.labels.map((label, index) => {
    const other = predicted.labels[index] ?? 0;
    if (label === other) return 0;
    if (other === 0) return missed;
    return label === 0 ? beyond : wrongMaterial;
  });
  return { width: truth.width, height: truth.height, labels };
}
