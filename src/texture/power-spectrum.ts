import FFT from 'fft.js';

/** Half of the spectrum of a real square; the other half is its mirror image. */
export interface HalfSpectrum {
  /** Power of each cell: `rows` lines of columns 0 to rows / 2. */
  readonly power: Float64Array;
  readonly columns: number;
  readonly rows: number;
}

/** Frequencies of the cells of a {@link HalfSpectrum} of squares of `side` pixels, in cycles per pixel. */
export function cellFrequencies(side: number): Float64Array {
  const columns = (side >> 1) + 1;
  return Float64Array.from({ length: side * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    return Math.hypot(at % columns, Math.min(row, side - row)) / side;
  });
}

/** How many cells of a whole spectrum each cell of a {@link HalfSpectrum} stands for: 2 where its mirror image is left out, else 1. */
export function cellWeights(side: number): Uint8Array {
  const columns = (side >> 1) + 1;
  return Uint8Array.from({ length: side * columns }, (_, at) =>
    at % columns === 0 || at % columns === columns - 1 ? 1 : 2,
  );
}

/** The power spectrum of one square after another, in memory that is taken once. */
export class PowerSpectrum {
  readonly #side: number;
  readonly #fft: FFT;
  readonly #taper: Float64Array;
  readonly #energy: number;
  readonly #line: Float64Array;
  readonly #transformed: Float64Array;
  readonly #rows: Float64Array;
  readonly #half: HalfSpectrum;

  constructor(side: number) {
    this.#side = side;
    this.#fft = new FFT(side);
    // A window that falls to zero at the edges, so that these leave no cross in the spectrum.
    this.#taper = Float64Array.from({ length: side }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (side - 1)));
    this.#energy = this.#taper.reduce((sum, value) => sum + value * value, 0) ** 2;
    this.#line = new Float64Array(2 * side);
    this.#transformed = new Float64Array(2 * side);
    const columns = (side >> 1) + 1;
    this.#rows = new Float64Array(2 * side * columns);
    this.#half = { power: new Float64Array(side * columns), columns, rows: side };
  }

  /** The spectrum of grey values around their `mean`; the answer is overwritten by the next one. */
  of(grey: Float32Array, mean: number): HalfSpectrum {
    for (let y = 0; y < this.#side; y += 2) this.#transformRows(grey, mean, y);
    for (let x = 0; x < this.#half.columns; x++) this.#transformColumn(x);
    return this.#half;
  }

  /** Two rows at once: one as the real part, one as the imaginary part of a line. */
  #transformRows(grey: Float32Array, mean: number, y: number): void {
    const [side, { columns }] = [this.#side, this.#half];
    const [line, out, taper] = [this.#line, this.#transformed, this.#taper];
    for (let x = 0; x < side; x++) {
      const weight = taper[x] as number;
      line[2 * x] = ((grey[y * side + x] as number) - mean) * weight * (taper[y] as number);
      line[2 * x + 1] = ((grey[(y + 1) * side + x] as number) - mean) * weight * (taper[y + 1] as number);
    }
    this.#fft.transform(out, line);
    for (let x = 0; x < columns; x++) {
      const mirrored = 2 * ((side - x) % side);
      const [re, im] = [out[2 * x] as number, out[2 * x + 1] as number];
      const [re2, im2] = [out[mirrored] as number, out[mirrored + 1] as number];
      const [first, second] = [2 * (y * columns + x), 2 * ((y + 1) * columns + x)];
      this.#rows[first] = (re + re2) / 2;
      this.#rows[first + 1] = (im - im2) / 2;
      this.#rows[second] = (im + im2) / 2;
      this.#rows[second + 1] = (re2 - re) / 2;
    }
  }

  #transformColumn(x: number): void {
    const [side, { columns, power }] = [this.#side, this.#half];
    const [line, out] = [this.#line, this.#transformed];
    for (let y = 0; y < side; y++) {
      line[2 * y] = this.#rows[2 * (y * columns + x)] as number;
      line[2 * y + 1] = this.#rows[2 * (y * columns + x) + 1] as number;
    }
    this.#fft.transform(out, line);
    for (let y = 0; y < side; y++) {
      power[y * columns + x] = ((out[2 * y] as number) ** 2 + (out[2 * y + 1] as number) ** 2) / this.#energy;
    }
  }
}
