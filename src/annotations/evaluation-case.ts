import type { Mask } from '../core/mask.js';
import type { Difficulty } from '../metrics/difficulty.js';
import type { AcceptedRegion, IdentifiedRegion } from '../metrics/region-origins.js';

/** A predicted region with its confidence in [0, 1], where it has one. */
export interface PredictedRegion extends IdentifiedRegion {
  readonly score: number | null;
}

/** What a model version said of an image. */
export interface CasePrediction {
  readonly id: string;
  readonly version: string;
  readonly regions: readonly PredictedRegion[];
}

/** What one person accepted for an image. */
export interface CaseAnnotation {
  readonly id: string;
  /** Null where the source does not say. */
  readonly annotator: string | null;
  /** ISO 8601 */
  readonly completedAt: string | null;
  /** Seconds that the person took. */
  readonly leadTimeS: number | null;
  readonly regions: readonly AcceptedRegion[];
  /** What the person was shown; null if nothing is known. */
  readonly prediction: CasePrediction | null;
}

/** One image that people have annotated: all that there is to measure of it. */
export interface EvaluationCase {
  /** Task id (of its further images and pages with what tells them apart), COCO image id or file stem. */
  readonly id: string;
  readonly file: string;
  /** In pixels; all masks have this size. */
  readonly width: number;
  readonly height: number;
  readonly difficulty: Difficulty | null;
  /** One per person, at least one; the first is what machines are measured against. */
  readonly annotations: readonly [CaseAnnotation, ...CaseAnnotation[]];
  /** The newest prediction of each model version. */
  readonly versions: readonly CasePrediction[];
  /** Whether region ids lead from predictions to annotations; if not, nothing can be said of accepted and edited regions. */
  readonly isTraced: boolean;
  /** Where the image is: an address in Label Studio's sense or a file name; null where the source does not say. */
  readonly imageAddress: string | null;
  /** The task's number in Label Studio, which opens cloud storages for it. */
  readonly task?: number | undefined;
  /** What a task of Label Studio holds besides. */
  readonly taskData?: Readonly<Record<string, unknown>>;
}

/** The stages of the pipeline that are measured; `predicted` is what the source stores, the others are computed anew. */
export const evaluatedStages = ['predicted', 'sam', 'removed', 'boosted'] as const;

/** A stage whose masks can be measured. */
export type EvaluatedStage = (typeof evaluatedStages)[number];

/** Masks of stages computed anew. */
export type ComputedStages = Readonly<Partial<Record<Exclude<EvaluatedStage, 'predicted'>, readonly Mask[]>>>;

/** Something that keeps a task, or a part of it, from being measured: what is wrong and what to do. */
export interface Problem {
  readonly id: string;
  readonly file: string;
  readonly message: string;
  readonly hint: string;
}

/** What a problem is about, as users know it: `film.png (#3)`. */
export function taskName({ id, file }: Pick<Problem, 'id' | 'file'>): string {
  return id === '' || id === file ? file : `${file} (#${id})`;
}

/** What a source has for one task: a case, or the reasons why there is none, or both. */
export interface SourceItem {
  readonly evaluated: EvaluationCase | null;
  readonly problems: readonly Problem[];
}

/** Annotated images one after the other; nothing is kept of those that went by. */
export interface EvaluationSource {
  /** For titles and messages. */
  readonly name: string;
  /** Number of annotated tasks, where it is known beforehand. */
  readonly total: number | null;
  items(): AsyncIterable<SourceItem>;
}
