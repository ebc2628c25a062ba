import { describeEach } from './describe-each.js';
import { cellFrequencies, cellWeights, PowerSpectrum } from './power-spectrum.js';

/** Side in pixels of the crops whose spectra are taken: several unit cells of a lattice that is resolved. */
export const spectrumSide = 128;

const rings = 24;
/** Cycles per pixel of the innermost ring's inner and the outermost ring's outer edge. */
const [lowest, highest] = [2.5 / spectrumSide, 0.5];
const powerFloor = 1e-7;
/** Of the grey values: what lies this far from the median says how they are distributed. */
const tails = [0.02, 0.1, 0.9, 0.98];

/** Values per crop: the mean power of each ring, then the largest, then mean grey, its spread, the spread by the mean, and how grey is distributed. */
export const spectrumDimensions = 2 * rings + 3 + tails.length + 2;

/**
 * What a lattice looks like however it lies: the logarithms of a crop's power in rings around frequency zero. The largest power of a ring tells
 * the spots of a lattice from the even ring of an amorphous material. Grey levels are those of the micrograph.
 *
 * `crops`: count × {@link spectrumSide}² grey values, row-major. Returns count × {@link spectrumDimensions} values.
 */
export function latticeSpectra(crops: Float32Array, count: number): Float32Array {
  const spectrum = new PowerSpectrum(spectrumSide);
  return describeEach(crops, count, { side: spectrumSide, dimensions: spectrumDimensions }, (crop) => {
    const mean = meanOf(crop);
    return [...ringsOf(crop, mean, spectrum), ...contrastOf(crop, mean), ...greysOf(crop)];
  });
}

function meanOf(crop: Float32Array): number {
  return crop.reduce((sum, value) => sum + value, 0) / crop.length;
}

function ringsOf(crop: Float32Array, mean: number, spectrum: PowerSpectrum): number[] {
  const { power } = spectrum.of(crop, mean);
  const means = new Float64Array(rings);
  const largest = new Float64Array(rings);
  power.forEach((value, at) => {
    const ring = ringOf[at] as number;
    if (ring < 0) return;
    means[ring] = (means[ring] as number) + ((weightOf[at] as number) * value) / (ringSizes[ring] as number);
    if (value > (largest[ring] as number)) largest[ring] = value;
  });
  const logarithm = (value: number): number => Math.log(value + powerFloor);
  return [...Array.from(means, logarithm), ...Array.from(largest, logarithm)];
}

function contrastOf(crop: Float32Array, mean: number): number[] {
  const variance = crop.reduce((sum, value) => sum + (value - mean) ** 2, 0) / crop.length;
  const spread = Math.sqrt(variance);
  return [mean, spread, Math.log(spread / (mean + 0.05) + 1e-3)];
}

/** No lattice repeats itself in step with every so-maniest pixel. */
const stride = 13;

/** Median grey, how far the {@link tails} lie from it, and the logarithm of the range of the middle half, which they are measured in. */
function greysOf(crop: Float32Array): number[] {
  const sorted = Float32Array.from({ length: Math.ceil(crop.length / stride) }, (_, i) => crop[i * stride] as number);
  sorted.sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  const [median, range] = [at(0.5), at(0.75) - at(0.25) + 0.01];
  return [median, ...tails.map((share) => (at(share) - median) / range), Math.log(range)];
}

/** The ring of each cell of a spectrum; −1 inside the innermost and outside the outermost. */
const ringOf = Int8Array.from(cellFrequencies(spectrumSide), (frequency) => {
  const ring = Math.floor((rings * Math.log(frequency / lowest)) / Math.log(highest / lowest));
  return frequency > 0 && ring >= 0 && ring < rings ? ring : -1;
});
const weightOf = cellWeights(spectrumSide);
const ringSizes = Array.from({ length: rings }, (_, ring) =>
  ringOf.reduce((sum, of, at) => (of === ring ? sum + (weightOf[at] as number) : sum), 0),
);
