import { evaluatedStages } from '../../annotations/evaluation-case.js';
import type { RegionChanges } from '../../core/region-changes.js';
import type { ImageRecord, PerStage } from '../evaluation.js';

/** What the report shows of single images: so many and no more, however large the project is. */
export interface ImageOverview {
  readonly images: number;
  /** For each stage, how many images have an mIoU in each twentieth of [0, 1]. */
  readonly distributions: PerStage<readonly number[]>;
  /** Images by when they were finished, evenly thinned out. */
  readonly timeline: readonly FinishedImage[];
  /** The worst first; images without a figure come before all others. */
  readonly worst: readonly ImageRecord[];
}

/** When people finished an image, and how good its prediction was. */
export interface FinishedImage {
  readonly file: string;
  /** ISO 8601 */
  readonly completedAt: string;
  readonly mIoU: number;
  readonly regions: RegionChanges;
}

/** Rows of the report's table; all images are in metrics.json. */
const mostRows = 500;

/** Thousands of dots say no more than some hundred. */
const mostDots = 1000;

const distributionBins = 20;

/** Takes images one by one, and keeps what the report shows of them. */
export class ImageOverviewBuilder {
  readonly #distributions: Partial<Record<keyof PerStage<unknown>, number[]>> = {};
  #images = 0;
  #worst: { readonly mIoU: number; readonly image: ImageRecord }[] = [];
  #timeline: FinishedImage[] = [];
  #finished = 0;
  #step = 1;

  add(image: ImageRecord): void {
    this.#images++;
    for (const stage of evaluatedStages) this.#count(stage, image[stage]?.mIoU);
    this.#addWorst(image);
    const { file, completed_at: completedAt, predicted, regions } = image;
    if (completedAt === null || predicted === undefined) return;
    this.#addFinished({ file, completedAt, mIoU: predicted.mIoU, regions });
  }

  build(): ImageOverview {
    return {
      images: this.#images,
      distributions: this.#distributions,
      timeline: this.#timeline,
      worst: this.#sortedWorst().map(({ image }) => image),
    };
  }

  #count(stage: keyof PerStage<unknown>, mIoU: number | undefined): void {
    if (mIoU === undefined) return;
    const counts = (this.#distributions[stage] ??= new Array<number>(distributionBins).fill(0));
    const bin = Math.max(0, Math.min(distributionBins - 1, Math.floor(mIoU * distributionBins)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }

  #addWorst(image: ImageRecord): void {
    const shown = image.predicted ?? image.boosted ?? image.removed ?? image.sam;
    this.#worst.push({ mIoU: shown?.mIoU ?? -1, image });
    if (this.#worst.length >= 2 * mostRows) this.#worst = this.#sortedWorst();
  }

  #sortedWorst() {
    return this.#worst.toSorted((a, b) => a.mIoU - b.mIoU).slice(0, mostRows);
  }

  /** Every `step`-th image is kept; the step doubles when there are too many. */
  #addFinished(image: FinishedImage): void {
    if (this.#finished++ % this.#step !== 0) return;
    this.#timeline.push(image);
    if (this.#timeline.length <= mostDots) return;
    this.#timeline = this.#timeline.filter((_, index) => index % 2 === 0);
    this.#step *= 2;
  }
}
