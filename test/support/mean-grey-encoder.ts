import type { TextureEncoder } from '../../src/texture/texture-encoder.js';

/** Describes a crop by its mean grey as a direction in the plane: black is (1, 0), white (0, 1). */
export function meanGreyEncoder(cropSize = 8): TextureEncoder {
  return {
    cropSize,
    dimensions: 2,
    describe(crops, count) {
      const length = cropSize * cropSize;
      const embeddings = new Float32Array(count * 2);
      for (let crop = 0; crop < count; crop++) {
        const mean = crops.subarray(crop * length, (crop + 1) * length).reduce((sum, value) => sum + value, 0) / length;
        embeddings.set([Math.cos((mean * Math.PI) / 2), Math.sin((mean * Math.PI) / 2)], crop * 2);
      }
      return Promise.resolve(embeddings);
    },
    release: () => Promise.resolve(),
  };
}
