import type { InferenceSession } from '../inference/inference-session.js';
import type { TextureEncoder } from './texture-encoder.js';

/** What the graph of a texture encoder takes and gives. */
export interface OnnxTextureOptions {
  readonly cropSize: number;
  readonly dimensions: number;
}

/** Crops per run: larger batches cost memory and win nothing. */
const batchSize = 128;

/** The crop encoder as a graph: `crops` f32[K, 1, m, m] → `embeddings` f32[K, dimensions]. */
export function onnxTextureEncoder(session: InferenceSession, options: OnnxTextureOptions): TextureEncoder {
  const { cropSize, dimensions } = options;
  const cropLength = cropSize * cropSize;
  return {
    cropSize,
    dimensions,
    async describe(crops, count) {
      const embeddings = new Float32Array(count * dimensions);
      for (let start = 0; start < count; start += batchSize) {
        const size = Math.min(batchSize, count - start);
        const data = crops.slice(start * cropLength, (start + size) * cropLength);
        const outputs = await session.run({ crops: { dims: [size, 1, cropSize, cropSize], data } });
        const batch = outputs['embeddings'];
        if (batch === undefined) throw new RangeError('the graph gave no output embeddings');
        embeddings.set(batch.data, start * dimensions);
      }
      return embeddings;
    },
    release: () => session.release(),
  };
}
