import type { TextureEncoder } from './texture-encoder.js';

/** A description of crops that is computed, without a network to load or to release, as an encoder. */
export function computedEncoder(
  cropSize: number,
  dimensions: number,
  describe: (crops: Float32Array, count: number) => Float32Array,
): TextureEncoder {
  return {
    cropSize,
    dimensions,
    describe: (crops, count) => Promise.resolve(describe(crops, count)),
    release: () => Promise.resolve(),
  };
}
