import { fileURLToPath } from 'node:url';
import { openOrtSession } from '../inference/ort-session.js';
import type { ModelFile } from '../inference/model-manifest.js';
import { findModel, readModelEntries, verifiedModelPath } from '../inference/model-store.js';
import type { GeneratorThresholds } from '../sam/automatic-mask-generator.js';
import type { SamModel } from '../sam/sam-model.js';
import { splitSamAdapter } from '../sam/split-sam-adapter.js';
import { onnxTextureEncoder } from '../texture/onnx-texture-encoder.js';
import type { TextureEncoder } from '../texture/texture-encoder.js';

/** The folder of the embedded weights, beside the code. */
export const modelsFolder = fileURLToPath(new URL('../../models', import.meta.url));

export const defaultModelId = 'sam-i-am-small';
export const textureModelId = 'sam-i-am-texture';

/** Both models, loaded, with what their manifest entries say about how to use them. */
export interface LoadedModels {
  readonly sam: SamModel;
  readonly thresholds: GeneratorThresholds;
  readonly texture: TextureEncoder;
}

export interface LoadOptions {
  readonly folder: string;
  readonly modelId: string;
  /** Threads of one inference. */
  readonly threads: number;
}

/** Loads the segmentation model `modelId` and the texture encoder after checking their files. */
export async function loadModels({ folder, modelId, threads }: LoadOptions): Promise<LoadedModels> {
  const entries = await readModelEntries(folder);
  const sam = findModel(entries, 'sam', modelId);
  const texture = findModel(entries, 'texture', textureModelId);
  const open = async (file: ModelFile) => openOrtSession(await verifiedModelPath(folder, file), { threads });
  return {
    sam: splitSamAdapter(await open(sam.files.encoder), await open(sam.files.decoder), sam),
    thresholds: sam.thresholds,
    texture: onnxTextureEncoder(await open(texture.files.encoder), texture),
  };
}
