import { createHash } from 'node:crypto';
import { findModel, readModelEntries } from '../inference/model-store.js';
import { textureModelId } from './load-models.js';
import { defaultSegmentOptions, pipelineParameters } from './pipeline-parameters.js';

/**
 * The version that predictions carry: model id and a digest of all that decides what is painted (weights, thresholds, pipeline
 * parameters). Label Studio predicts anew where it changes.
 */
export async function modelVersionOf(modelsFolder: string, modelId: string): Promise<string> {
  const entries = await readModelEntries(modelsFolder);
  const decisive = [
    findModel(entries, 'sam', modelId),
    findModel(entries, 'texture', textureModelId),
    pipelineParameters,
    defaultSegmentOptions,
  ];
  const digest = createHash('sha256').update(JSON.stringify(decisive)).digest('hex');
  return `${modelId}-${digest.slice(0, 8)}`;
}
