import type { EvaluatedStage, Problem } from '../annotations/evaluation-case.js';
import type { RegionChanges } from '../core/region-changes.js';
import type { CalibrationBin } from '../metrics/calibration.js';
import type { Difficulty } from '../metrics/difficulty.js';
import type { Gain, MeasureIntervals } from './comparisons.js';
import type { MeasuresRecord, StageRecord } from './measures-record.js';

/** One entry for each stage that was measured. */
export type PerStage<Value> = Readonly<Partial<Record<EvaluatedStage, Value>>>;

/** One image of `metrics.json`; a stage that could not be measured is left out. */
export interface ImageRecord extends PerStage<StageRecord> {
  readonly id: string;
  readonly file: string;
  readonly difficulty: Difficulty | null;
  readonly annotator: string | null;
  readonly completed_at: string | null;
  /** Of the prediction that the annotator was shown. */
  readonly model_version: string | null;
  readonly lead_time_s: number | null;
  readonly regions: RegionChanges;
  /** Pixels whose label the annotator changed. */
  readonly edited_px: number;
  /** The same as a share of the image. */
  readonly edited_share: number;
}

/** Means over all images that were measured, by stage. */
export type Summary = PerStage<MeasuresRecord> & {
  readonly by_difficulty: Readonly<Partial<Record<Difficulty, PerStage<MeasuresRecord>>>>;
  /** Easy labels 10 : hard ones 1. */
  readonly weighted: PerStage<MeasuresRecord>;
  /** Measures beside the paper's. */
  readonly further: PerStage<StageRecord['further']>;
};

/** 95 % intervals of those means. */
export type Intervals = PerStage<MeasureIntervals> & {
  readonly by_difficulty: Readonly<Partial<Record<Difficulty, PerStage<MeasureIntervals>>>>;
};

/** How long annotators took, in seconds an annotation. */
export interface LeadTimes {
  readonly mean: number;
  readonly median: number;
  readonly annotations: number;
}

/** How well the predictions of one model version fit what was accepted. */
export interface VersionRecord {
  readonly predicted: MeasuresRecord;
  readonly intervals: MeasureIntervals;
  /** Of the images whose annotators were shown this version. */
  readonly regions: RegionChanges;
}

/** One annotator's images: how well predictions fit there, and how long they took. */
export interface AnnotatorRecord {
  readonly images: number;
  readonly predicted: MeasuresRecord | null;
  readonly lead_time_s: LeadTimes | null;
  readonly regions: RegionChanges;
}

/** How accurate predictions were on the images that were finished on one day. */
export interface DayRecord {
  /** YYYY-MM-DD, UTC */
  readonly day: string;
  readonly images: number;
  readonly mIoU: number;
}

/** All figures of an evaluation but those of single images. */
export interface EvaluationFigures {
  readonly summary: Summary;
  /** Bootstrap 95 % intervals over images. */
  readonly intervals: Intervals;
  /** What one stage gains over another on the same images, as `boosted_over_sam`. */
  readonly gain: Readonly<Record<string, Gain>>;
  readonly versions: Readonly<Record<string, VersionRecord>>;
  /** Each model version against the one before, on the images that both predicted. */
  readonly version_changes: readonly { readonly from: string; readonly to: string; readonly change: Gain }[];
  readonly annotators: Readonly<Record<string, AnnotatorRecord>>;
  /** How well people agree with each other: a ceiling for machines; null unless an image has several annotators. */
  readonly agreement: MeasuresRecord | null;
  readonly regions: RegionChanges;
  readonly regions_by_difficulty: Readonly<Partial<Record<Difficulty, RegionChanges>>>;
  readonly edited: { readonly px: number; readonly share: number };
  readonly lead_time_s: LeadTimes | null;
  /** Pixels of each true label by predicted label; `predicted` null: no mask there. */
  readonly label_confusion: readonly {
    readonly truth: string;
    readonly predicted: string | null;
    readonly area_px: number;
  }[];
  readonly calibration: { readonly bins: readonly CalibrationBin[]; readonly error: number; readonly regions: number };
  readonly over_time: readonly DayRecord[];
  readonly problems: readonly Problem[];
}

/** Everything that `evaluate` finds: `metrics.json` (CONTRACT, "evaluate"). */
export interface Evaluation extends EvaluationFigures {
  readonly source: string;
  readonly images: readonly ImageRecord[];
}
