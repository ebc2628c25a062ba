import { computedEncoder } from './computed-encoder.js';
import { latticeSpectra, spectrumDimensions, spectrumSide } from './lattice-spectrum.js';
import { latticeSpots, spotsDimensions, spotsSide } from './lattice-spots.js';
import type { TextureEncoder } from './texture-encoder.js';

/**
 * What describes crops so that one material is known again in another micrograph of the same project. The crop encoder of the models was trained to tell
 * materials of one micrograph apart, and is of no use here.
 */
export const nameDescriptors: readonly TextureEncoder[] = [
  computedEncoder(spectrumSide, spectrumDimensions, latticeSpectra),
  computedEncoder(spotsSide, spotsDimensions, latticeSpots),
];

/** Length of the vector by which materials are named. */
export const nameDimensions = spectrumDimensions + spotsDimensions;
