import { createHash } from 'node:crypto';
import { findStoredModel } from '../../inference/model-store.js';
import { defaultSegmentOptions, type PaintingChoices, pipelineParameters } from '../../pipeline/pipeline-parameters.js';
import { textureModelId } from './load-models.js';

/**
 * The version that predictions carry: model id and a digest of all that decides what is painted (weights, thresholds, pipeline
 * parameters). Label Studio predicts anew where it changes.
 */
export async function modelVersionOf(
  modelsFolder: string,
  addedFolder: string,
  modelId: string,
  { merge, keepOverlays, detail }: PaintingChoices = defaultSegmentOptions,
): Promise<string> {
  const decisive = [
    await findStoredModel([modelsFolder, addedFolder], 'sam', modelId),
    await findStoredModel([modelsFolder, addedFolder], 'texture', textureModelId),
    pipelineParameters,
    { ...defaultSegmentOptions, merge, keepOverlays, detail },
  ];
  // Where a model lies decides nothing.
  const text = JSON.stringify(decisive, (key, value: unknown) => (key === 'folder' ? undefined : value));
  const digest = createHash('sha256').update(text).digest('hex');
  return `${modelId}-${digest.slice(0, 8)}`;
}
