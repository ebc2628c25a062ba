/** Means and variances of boxes of an image, each from eight look-ups (summed-area tables). */
export class BoxMeans {
  readonly #width: number;
  readonly #height: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor({
    width,
    height,
    grey,
  }: {
    readonly width: number;
    readonly height: number;
    readonly grey: Float32Array;
  }) {
    this.#width = width;
    this.#height = height;
    const stride = width + 1;
    this.#sums = new Float64Array(stride * (height + 1));
    this.#squares = new Float64Array(stride * (height + 1));
    for (let y = 0; y < height; y++) {
      let sum = 0;
      let square = 0;
      for (let x = 0; x < width; x++) {
        const value = grey[y * width + x] as number;
        sum += value;
        square += value * value;
        const at = (y + 1) * stride + x + 1;
        this.#sums[at] = (this.#sums[at - stride] as number) + sum;
        this.#squares[at] = (this.#squares[at - stride] as number) + square;
      }
    }
  }

  /** Number of pixels, sum and sum of squares in the box of pixels up to `half` from (x, y), as far as it lies in the image. */
  around(x: number, y: number, half: number): BoxSums {
    const left = Math.max(0, x - half);
    const top = Math.max(0, y - half);
    const right = Math.min(this.#width, x + half + 1);
    const bottom = Math.min(this.#height, y + half + 1);
    const stride = this.#width + 1;
    const of = (table: Float64Array): number =>
      (table[bottom * stride + right] as number) -
      (table[bottom * stride + left] as number) -
      (table[top * stride + right] as number) +
      (table[top * stride + left] as number);
    return { count: (right - left) * (bottom - top), sum: of(this.#sums), squares: of(this.#squares) };
  }
}

/** What a box holds. */
export interface BoxSums {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}
