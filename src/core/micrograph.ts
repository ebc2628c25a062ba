/** A grey image: intensities in [0, 1], row-major, `width` × `height` values. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly grey: Float32Array;
}

/** A decoded micrograph, its intensities scaled robustly (see imaging/scale-intensity). */
export interface Micrograph extends GreyImage {
  /** File name, for messages and results. */
  readonly name: string;
}
