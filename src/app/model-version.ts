import { createHash } from 'node:crypto';
import type { ModelEntry } from '../inference/model-manifest.js';
import type { StoredModel } from '../inference/model-store.js';
import { findModel, readStoredModels } from '../inference/model-store.js';
import { textureModelId } from './load-models.js';
import { defaultSegmentOptions, pipelineParameters } from './pipeline-parameters.js';

/**
 * The version that predictions carry: model id and a digest of all that decides what is painted (weights, thresholds, pipeline
 * parameters). Label Studio predicts anew where it changes.
 */
export async function modelVersionOf(modelsFolder: string, addedFolder: string, modelId: string): Promise<string> {
  const stored = await readStoredModels(modelsFolder, addedFolder);
  const decisive = [
    withoutFolder(findModel(stored, 'sam', modelId)),
    withoutFolder(findModel(stored, 'texture', textureModelId)),
    pipelineParameters,
    defaultSegmentOptions,
  ];
  const digest = createHash('sha256').update(JSON.stringify(decisive)).digest('hex');
  return `${modelId}-${digest.slice(0, 8)}`;
}

/** Where a model lies decides nothing. */
function withoutFolder(model: StoredModel): ModelEntry {
  const { folder: _, ...entry } = model;
  return entry;
}
