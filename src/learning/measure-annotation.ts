import { readLabelStudioTask } from '../annotations/read-label-studio-task.js';
import { evaluateCase } from '../evaluation/evaluate-case.js';
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
  const { evaluated, problems } = await readLabelStudioTask(
    { id: task, data: {}, annotations: [annotation], predictions },
    {
      config: labelConfig === undefined ? undefined : parseLabelConfig(labelConfig),
      difficultyField: 'difficulty',
      maxPixels,
    },
  );
  const reasons = problems.map(({ message }) => message);
  if (evaluated === null) return { entry: null, reasons };
  const [reference] = evaluated.annotations;
  const { stages, counts, editedPx } = evaluateCase(evaluated, {}, new Map());
  if (stages.predicted === undefined || reference.prediction === null) return { entry: null, reasons };
  const { mIoU, mRecall, mPrecision, mFPR, best_iou, boundary } = stages.predicted;
  const entry: AccuracyEntry = {
    project,
    task,
    annotation: reference.id,
    annotator: reference.annotator,
    at: reference.completedAt ?? new Date().toISOString(),
    modelVersion: reference.prediction.version,
    measures: { mIoU, mRecall, mPrecision, mFPR, best_iou, boundary },
    regions: counts,
    editedShare: editedPx / (evaluated.width * evaluated.height),
    leadTimeS: reference.leadTimeS,
  };
  return { entry };
}
