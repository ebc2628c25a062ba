import { latticeSpectra, spectrumDimensions, spectrumSide } from './lattice-spectrum.js';
import type { TextureEncoder } from './texture-encoder.js';

/**
 * Describes crops so that one material is known again in another micrograph of the same project: the embedding of the crop's middle joined with
 * its {@link latticeSpectra}. The crop encoder alone was trained to tell materials of one micrograph apart.
 */
export function identifyingEncoder(encoder: TextureEncoder): TextureEncoder {
  const dimensions = encoder.dimensions + spectrumDimensions;
  return {
    cropSize: spectrumSide,
    dimensions,
    async describe(crops, count) {
      const embeddings = await encoder.describe(middles(crops, count, encoder.cropSize), count);
      const spectra = latticeSpectra(crops, count);
      const described = new Float32Array(count * dimensions);
      for (let crop = 0; crop < count; crop++) {
        const at = crop * dimensions;
        described.set(embeddings.subarray(crop * encoder.dimensions, (crop + 1) * encoder.dimensions), at);
        described.set(
          spectra.subarray(crop * spectrumDimensions, (crop + 1) * spectrumDimensions),
          at + encoder.dimensions,
        );
      }
      return described;
    },
    release: () => encoder.release(),
  };
}

function middles(crops: Float32Array, count: number, side: number): Float32Array {
  const middle = new Float32Array(count * side * side);
  const margin = (spectrumSide - side) >> 1;
  for (let crop = 0; crop < count; crop++) {
    for (let y = 0; y < side; y++) {
      const start = (crop * spectrumSide + y + margin) * spectrumSide + margin;
      middle.set(crops.subarray(start, start + side), (crop * side + y) * side);
    }
  }
  return middle;
}
