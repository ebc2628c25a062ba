import type { FurtherMeasures, MaskMeasures } from '../metrics/measure-masks.js';
import type { MeasureName, Measures } from '../metrics/region-measures.js';
import { measureNames } from '../metrics/region-measures.js';
import { meanOf } from '../metrics/statistics.js';

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

/** Means over images; masks and images are added up. Undefined without images. */
export function meanRecord(records: readonly StageRecord[]): StageRecord | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const mean = (value: (record: StageRecord) => Measures): Measures => meanMeasures(records.map(value));
  const furtherNames = Object.keys(first.further) as (keyof FurtherMeasures)[];
  const further = furtherNames.map((name) => {
    const values = records.flatMap((record) => record.further[name] ?? []);
    return [name, meanOf(values) ?? null] as const;
  });
  return {
    ...mean((record) => record),
    boundary: mean((record) => record.boundary),
    masks: records.reduce((sum, { masks }) => sum + masks, 0),
    images: records.reduce((sum, { images }) => sum + images, 0),
    weighted: {
      ...mean((record) => record.weighted),
      boundary: mean((record) => record.weighted.boundary),
    },
    further: Object.fromEntries(further) as unknown as FurtherMeasures,
  };
}

function meanMeasures(all: readonly Measures[]): Measures {
  const entries = measureNames.map((name) => [name, meanOf(all.map((measures) => measures[name])) ?? 0] as const);
  return Object.fromEntries(entries) as Record<MeasureName, number>;
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
