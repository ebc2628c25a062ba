import { assertNever } from '../../core/assert-never.js';
import { filesOf, type ModelFile, type SamModelEntry } from '../../inference/model-manifest.js';
import { type StoredModel, verifiedModelPath } from '../../inference/model-store.js';
import { openOrtSession } from '../../inference/ort-session.js';
import { openSamPair } from '../../sam/layouts/open-sam.js';
import { stagedSam } from '../../sam/layouts/staged-sam.js';
import type { SamModel } from '../../sam/sam-model.js';

/** Large encoders would keep gigabytes between runs; for small graphs kept memory saves time. */
const keepMemoryBelowBytes = 64_000_000;

/** Opens a segmentation model of any layout after checking all of its files. */
export async function openSamModel(entry: StoredModel<SamModelEntry>, threads: number): Promise<SamModel> {
  for (const file of filesOf(entry)) await verifiedModelPath(entry.folder, file);
  const open = (file: ModelFile, weights: ModelFile = file) =>
    openOrtSession(`${entry.folder}/${file.path}`, { threads, keepMemory: weights.bytes < keepMemoryBelowBytes });
  const { inputSize, id } = entry;
  switch (entry.layout) {
    case 'sam-i-am-split': {
      const { encoder, decoder } = entry.files;
      const options = { inputSize, embeddingStride: entry.embeddingStride, name: id };
      return openSamPair(await open(encoder), await open(decoder), options);
    }
    case 'encoder-decoder': {
      const { encoder, encoderData, decoder } = entry.files;
      const options = { inputSize, embeddingStride: 1, name: id };
      return openSamPair(await open(encoder, encoderData), await open(decoder), options);
    }
    case 'sam-staged': {
      const { encoder, encoderData, imageStage, promptStage, maskStage } = entry.files;
      const graphs = {
        encoder: await open(encoder, encoderData),
        imageStage: await open(imageStage),
        promptStage: await open(promptStage),
        maskStage: await open(maskStage),
      };
      return stagedSam(graphs, inputSize);
    }
    default:
      return assertNever(entry);
  }
}
