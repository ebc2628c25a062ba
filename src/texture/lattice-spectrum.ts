import FFT from 'fft.js';

/** Side in pixels of the crops whose spectra are taken: several unit cells of a lattice that is resolved. */
export const spectrumSide = 128;

const rings = 24;
/** Cycles per pixel of the innermost ring's inner and the outermost ring's outer edge. */
const [lowest, highest] = [2.5 / spectrumSide, 0.5];
const powerFloor = 1e-7;

/** Values per crop: mean and largest power of each ring, then mean grey, its spread, and the spread by the mean. */
export const spectrumDimensions = 2 * rings + 3;

/**
 * What a lattice looks like however it lies: the logarithms of a crop's power in rings around frequency zero. The largest power of a ring tells
 * the spots of a lattice from the even ring of an amorphous material. Grey levels are those of the micrograph.
 *
 * `crops`: count × {@link spectrumSide}² grey values, row-major. Returns count × {@link spectrumDimensions} values.
 */
export function latticeSpectra(crops: Float32Array, count: number): Float32Array {
  const described = new Float32Array(count * spectrumDimensions);
  const length = spectrumSide * spectrumSide;
  const plane = new PowerPlane();
  for (let index = 0; index < count; index++) {
    const crop = crops.subarray(index * length, (index + 1) * length);
    described.set(describeCrop(crop, plane), index * spectrumDimensions);
  }
  return described;
}

function describeCrop(crop: Float32Array, plane: PowerPlane): number[] {
  const mean = crop.reduce((sum, value) => sum + value, 0) / crop.length;
  const variance = crop.reduce((sum, value) => sum + (value - mean) ** 2, 0) / crop.length;
  const spread = Math.sqrt(variance);
  const power = plane.of(crop, mean);
  const means = new Float64Array(rings);
  const largest = new Float64Array(rings);
  power.forEach((value, at) => {
    const ring = ringOf[at] as number;
    if (ring < 0) return;
    means[ring] = (means[ring] as number) + value / (ringSizes[ring] as number);
    if (value > (largest[ring] as number)) largest[ring] = value;
  });
  const logarithm = (value: number): number => Math.log(value + powerFloor);
  const contrast = Math.log(spread / (mean + 0.05) + 1e-3);
  return [...Array.from(means, logarithm), ...Array.from(largest, logarithm), mean, spread, contrast];
}

/** A window that falls to zero at the edges, so that these leave no cross in the spectrum. */
const taper = Float64Array.from({ length: spectrumSide }, (_, i) => {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (spectrumSide - 1));
});
const taperEnergy = taper.reduce((sum, value) => sum + value * value, 0) ** 2;

/** The ring of each cell of a spectrum; −1 inside the innermost and outside the outermost. */
const ringOf = Int8Array.from({ length: spectrumSide * spectrumSide }, (_, at) => {
  const folded = (i: number): number => Math.min(i, spectrumSide - i) / spectrumSide;
  const frequency = Math.hypot(folded(at % spectrumSide), folded(Math.floor(at / spectrumSide)));
  const ring = Math.floor((rings * Math.log(frequency / lowest)) / Math.log(highest / lowest));
  return frequency > 0 && ring >= 0 && ring < rings ? ring : -1;
});
const ringSizes = Array.from({ length: rings }, (_, ring) => ringOf.filter((of) => of === ring).length);

/** The two-dimensional power spectrum of one crop after another, in memory that is taken once. */
class PowerPlane {
  readonly #fft = new FFT(spectrumSide);
  readonly #rows = new Float64Array(2 * spectrumSide * spectrumSide);
  readonly #line = new Float64Array(2 * spectrumSide);
  readonly #transformed = new Float64Array(2 * spectrumSide);
  readonly #power = new Float64Array(spectrumSide * spectrumSide);

  of(crop: Float32Array, mean: number): Float64Array {
    const line = this.#line;
    for (let y = 0; y < spectrumSide; y++) {
      for (let x = 0; x < spectrumSide; x++) {
        const weight = (taper[x] as number) * (taper[y] as number);
        line[2 * x] = ((crop[y * spectrumSide + x] as number) - mean) * weight;
        line[2 * x + 1] = 0;
      }
      this.#fft.transform(this.#transformed, line);
      this.#rows.set(this.#transformed, 2 * y * spectrumSide);
    }
    for (let x = 0; x < spectrumSide; x++) {
      for (let y = 0; y < spectrumSide; y++) {
        const at = 2 * (y * spectrumSide + x);
        line[2 * y] = this.#rows[at] as number;
        line[2 * y + 1] = this.#rows[at + 1] as number;
      }
      this.#fft.transform(this.#transformed, line);
      for (let y = 0; y < spectrumSide; y++) {
        const [real, imaginary] = [this.#transformed[2 * y] as number, this.#transformed[2 * y + 1] as number];
        this.#power[y * spectrumSide + x] = (real * real + imaginary * imaginary) / taperEnergy;
      }
    }
    return this.#power;
  }
}
