declare module 'fft.js' {
  /** Complex transforms of one length, a power of two; numbers are interleaved pairs (real, imaginary). */
  export default class FFT {
    constructor(length: number);
    transform(out: Float64Array, data: Float64Array): void;
  }
}
