import type { CasePrediction, EvaluationCase, PredictedRegion } from './evaluation-case.js';

/** What files say of an image: no persons, times or versions. */
interface FileCase {
  readonly image: Pick<EvaluationCase, 'id' | 'file' | 'width' | 'height' | 'difficulty'>;
  readonly accepted: readonly PredictedRegion[];
  /** Undefined where nothing is known of a prediction. */
  readonly predicted: readonly PredictedRegion[] | undefined;
}

/** The case of an image with one annotation and at most one prediction; region ids lead nowhere. */
export function fileCase({ image, accepted, predicted }: FileCase): EvaluationCase {
  const prediction: CasePrediction | null =
    predicted === undefined ? null : { id: '', version: 'predictions', regions: predicted };
  const annotation = {
    id: '',
    annotator: null,
    completedAt: null,
    leadTimeS: null,
    regions: accepted.map((region) => ({ ...region, recordedOrigin: null })),
    prediction,
  };
  return {
    ...image,
    annotations: [annotation],
    versions: prediction === null ? [] : [prediction],
    isTraced: false,
    imageAddress: image.file,
  };
}
