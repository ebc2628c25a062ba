import { latticeSpectra, spectrumDimensions, spectrumSide } from './lattice-spectrum.js';
import { latticeSpots, spotsDimensions, spotsSide } from './lattice-spots.js';
import type { TextureEncoder } from './texture-encoder.js';

/**
 * What describes crops so that one material is known again in another micrograph of the same project. The crop encoder of the models was trained to tell
 * materials of one micrograph apart, and is of no use here.
 */
export const nameDescriptors: readonly TextureEncoder[] = [
  descriptor(spectrumSide, spectrumDimensions, latticeSpectra),
  descriptor(spotsSide, spotsDimensions, latticeSpots),
];

export const nameDimensions = spectrumDimensions + spotsDimensions;

function descriptor(
  cropSize: number,
  dimensions: number,
  describe: (crops: Float32Array, count: number) => Float32Array,
): TextureEncoder {
  return {
    ...{ cropSize, dimensions },
    describe: (crops, count) => Promise.resolve(describe(crops, count)),
    release: () => Promise.resolve(),
  };
}
