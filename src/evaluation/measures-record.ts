import type { FurtherMeasures, MaskMeasures } from '../metrics/measure-masks.js';
import { measureNames, type Measures } from '../metrics/region-measures.js';

/** MEASURES of `metrics.json` (CONTRACT, "evaluate"). */
export interface MeasuresRecord extends Measures {
  readonly boundary: Measures;
  /** Predicted masks, summed over the images. */
  readonly masks: number;
  readonly images: number;
}

/** Everything that is measured of one stage on one image, or its means over images. */
export interface StageRecord extends MeasuresRecord {
  /** Easy labels 10 : hard ones 1. */
  readonly weighted: Measures & { readonly boundary: Measures };
  readonly further: FurtherMeasures;
}

/** The part of a record that intervals and tests are made for. */
export type ComparableRecord = Measures & { readonly boundary: Measures };

/** The record of one stage of one image. */
export function stageRecord(measured: MaskMeasures): StageRecord {
  return {
    ...measured.plain,
    boundary: measured.boundary,
    masks: measured.maskCount,
    images: 1,
    weighted: { ...measured.weighted, boundary: measured.weightedBoundary },
    further: measured.further,
  };
}

/** The figures of a {@link ComparableRecord}: first those of the masks, then those of their boundaries. */
export const comparableColumns = 2 * measureNames.length;

/** The figures of a record that are compared, in the order of {@link fromComparable}. */
export function comparableFigures(record: ComparableRecord): number[] {
  return [...figuresOf(record), ...figuresOf(record.boundary)];
}

/** Values in the order of {@link comparableFigures} under their names. */
export function fromComparable<Value>(
  values: readonly Value[],
): Readonly<Record<keyof Measures, Value>> & { readonly boundary: Readonly<Record<keyof Measures, Value>> } {
  const named = (offset: number) =>
    Object.fromEntries(measureNames.map((name, index) => [name, values[offset + index]])) as Record<
      keyof Measures,
      Value
    >;
  return { ...named(0), boundary: named(measureNames.length) };
}

/** Every further measure, in the order of its figure. A record, because the type then asks for all of them: one left out has no mean. */
const everyFurther: Readonly<Record<keyof FurtherMeasures, true>> = {
  dice: true,
  panoptic_quality: true,
  segmentation_quality: true,
  recognition_quality: true,
  objective: true,
  splits: true,
  merges: true,
  adapted_rand_error: true,
  split_bits: true,
  merge_bits: true,
};
const furtherNames = Object.keys(everyFurther) as (keyof FurtherMeasures)[];

/** Where the parts of a record stand in its figures: compared ones, weighted ones, further ones, then masks and images. */
const weightedFrom = comparableColumns;
const furtherFrom = weightedFrom + comparableColumns;
const masksAt = furtherFrom + furtherNames.length;

/** The number of figures that make a record. */
export const recordColumns = masksAt + 2;

/** A record as a row of numbers; NaN where there is no figure. The comparable ones come first. */
export function recordFigures(record: StageRecord): number[] {
  return [
    ...comparableFigures(record),
    ...comparableFigures(record.weighted),
    ...furtherNames.map((name) => record.further[name] ?? NaN),
    record.masks,
    record.images,
  ];
}

/** Adds up records and gives their mean; what it takes in memory does not depend on how many there are. */
export class RecordMeans {
  readonly #sums = new Float64Array(recordColumns);
  readonly #counts = new Float64Array(recordColumns);

  add(record: StageRecord): void {
    this.addFigures(recordFigures(record), 0);
  }

  /** Adds the record whose figures start at `from`. */
  addFigures(figures: readonly number[], from: number): void {
    for (let column = 0; column < recordColumns; column++) {
      const figure = figures[from + column] ?? NaN;
      if (Number.isNaN(figure)) continue;
      this.#sums[column] = (this.#sums[column] as number) + figure;
      this.#counts[column] = (this.#counts[column] as number) + 1;
    }
  }

  /** Means over the records; masks and images are added up. Undefined without any. */
  mean(): StageRecord | undefined {
    const images = this.#sums[masksAt + 1] ?? 0;
    if (images === 0) return undefined;
    const means = Array.from(this.#sums, (sum, column) => sum / (this.#counts[column] as number));
    const further = furtherNames.map((name, index) => {
      const mean = means[furtherFrom + index] as number;
      return [name, Number.isNaN(mean) ? null : mean] as const;
    });
    return {
      ...fromComparable(means),
      masks: this.#sums[masksAt] ?? 0,
      images,
      weighted: fromComparable(means.slice(weightedFrom)),
      further: Object.fromEntries(further) as unknown as FurtherMeasures,
    };
  }
}

/** Means over images; masks and images are added up. Undefined without images. */
export function meanRecord(records: readonly StageRecord[]): StageRecord | undefined {
  const means = new RecordMeans();
  for (const record of records) means.add(record);
  return means.mean();
}

/** The contract's part of a record. */
export function measuresOf({ boundary, masks, images, ...record }: StageRecord): MeasuresRecord {
  return { ...pick(record), boundary, masks, images };
}

/** The weighted measures in the same shape. */
export function weightedMeasuresOf({ weighted, masks, images }: StageRecord): MeasuresRecord {
  return { ...pick(weighted), boundary: weighted.boundary, masks, images };
}

function pick(measures: Measures): Measures {
  const { mIoU, mRecall, mPrecision, mFPR, best_iou } = measures;
  return { mIoU, mRecall, mPrecision, mFPR, best_iou };
}

function figuresOf(measures: Measures): number[] {
  return measureNames.map((name) => measures[name]);
}
