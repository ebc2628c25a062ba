import { readLabelStudioTask } from '../annotations/read-label-studio-task.js';
import { sumChanges } from '../core/region-changes.js';
import { evaluateCase } from '../evaluation/evaluate-case.js';
import { meanRecord } from '../evaluation/measures-record.js';
import { parseLabelConfig } from '../label-studio/label-config.js';
import type { AccuracyEntry } from './accuracy-store.js';

/** One submitted annotation and the predictions of its task, as Label Studio writes them. */
export interface SubmittedAnnotation {
  readonly project: string;
  readonly task: string;
  readonly annotation: unknown;
  readonly predictions: readonly unknown[];
  /** The project's label config, if it is known. */
  readonly labelConfig: string | undefined;
  readonly maxPixels: number;
}

/** The accuracy of an annotation's prediction, or why it can't be told. */
export type MeasuredAnnotation =
  { readonly entry: AccuracyEntry } | { readonly entry: null; readonly reasons: readonly string[] };

/** Measures the prediction that an annotation started from. A skipped task gives no entry and no reason. */
export async function measureAnnotation(submitted: SubmittedAnnotation): Promise<MeasuredAnnotation> {
  const { project, task, annotation, predictions, labelConfig, maxPixels } = submitted;
  const items = await readLabelStudioTask(
    { id: task, data: {}, annotations: [annotation], predictions },
    {
      config: labelConfig === undefined ? undefined : parseLabelConfig(labelConfig),
      difficultyField: 'difficulty',
      maxPixels,
    },
  );
  const reasons = items.flatMap(({ problems }) => problems.map(({ message }) => message));
  const cases = items.flatMap(({ evaluated }) => evaluated ?? []);
  const [first] = cases;
  // An annotation has one entry: where one of its images can't be measured, the others would pass for the whole.
  if (first === undefined || cases.length < items.length) return { entry: null, reasons };
  const outcomes = cases.map((evaluated) => evaluateCase(evaluated, {}, new Map()));
  const predicted = outcomes.flatMap(({ stages }) => stages.predicted ?? []);
  const measured = predicted.length < cases.length ? undefined : meanRecord(predicted);
  const [reference] = first.annotations;
  if (measured === undefined || reference.prediction === null) return { entry: null, reasons };
  const { mIoU, mRecall, mPrecision, mFPR, best_iou, boundary } = measured;
  const entry: AccuracyEntry = {
    project,
    task,
    annotation: reference.id,
    annotator: reference.annotator,
    at: reference.completedAt ?? new Date().toISOString(),
    modelVersion: reference.prediction.version,
    measures: { mIoU, mRecall, mPrecision, mFPR, best_iou, boundary },
    regions: sumChanges(outcomes.map(({ counts }) => counts)),
    editedShare: sum(outcomes.map(({ editedPx }) => editedPx)) / sum(cases.map(({ width, height }) => width * height)),
    leadTimeS: reference.leadTimeS,
  };
  return { entry };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
