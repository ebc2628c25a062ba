import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SamModelEntry } from '../../inference/model-manifest.js';
import { findStoredModel, verifiedModelPath } from '../../inference/model-store.js';
import { openOrtSession } from '../../inference/ort-session.js';
import type { LoadedModels } from '../../pipeline/loaded-models.js';
import { onnxTextureEncoder } from '../../texture/onnx-texture-encoder.js';
import { readNamingSpread } from './naming-spread.js';
import { openSamModel } from './open-sam-model.js';

/** The folder of the embedded weights, beside the code. */
export const modelsFolder = fileURLToPath(new URL('../../../models', import.meta.url));

/** Where models that the user added are kept. */
export function addedModelsFolder(dataDir: string): string {
  return join(dataDir, 'models');
}

/** The model that comes with the package. */
export const defaultModelId = 'sam-i-am-small';

/** The texture encoder that comes with the package; there is no other. */
export const textureModelId = 'sam-i-am-texture';

/** Which model is loaded from where. */
export interface LoadOptions {
  /** The installation's models. */
  readonly folder: string;
  /** The folder of the user's own; it need not exist. */
  readonly addedFolder: string;
  readonly modelId: string;
  /** Threads of one inference. */
  readonly threads: number;
}

/** Loads the segmentation model `modelId` and the texture encoder after checking their files. */
export async function loadModels({ folder, addedFolder, modelId, threads }: LoadOptions): Promise<LoadedModels> {
  const sam = await findStoredModel([folder, addedFolder], 'sam', modelId);
  const texture = await findStoredModel([folder, addedFolder], 'texture', textureModelId);
  const textureFile = await verifiedModelPath(texture.folder, texture.files.encoder);
  return {
    sam: await openSamModel(sam, threads),
    thresholds: sam.thresholds,
    weights: weightsDigest(sam),
    textureSha256: texture.files.encoder.sha256,
    namingSpread: () => readNamingSpread(texture.folder),
    texture: onnxTextureEncoder(await openOrtSession(textureFile, { threads }), texture),
  };
}

/** {@link LoadedModels.weights}, told without loading anything. */
export async function weightsOf({ folder, addedFolder, modelId }: Omit<LoadOptions, 'threads'>): Promise<string> {
  return weightsDigest(await findStoredModel([folder, addedFolder], 'sam', modelId));
}

function weightsDigest({ files, inputSize }: Pick<SamModelEntry, 'files' | 'inputSize'>): string {
  return createHash('sha256')
    .update(JSON.stringify([files, inputSize]))
    .digest('hex');
}
