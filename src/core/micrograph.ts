import type { Mask } from './mask.js';

/** A grey image: intensities in [0, 1], row-major, `width` × `height` values. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly grey: Float32Array;
  /** Pixels that show no material (without data, not of the specimen): no result ever covers them. Undefined: none. */
  readonly excluded?: Mask | undefined;
}

/** A decoded micrograph, its intensities scaled robustly (see imaging/scale-intensity). */
export interface Micrograph extends GreyImage {
  /** File name, for messages and results. */
  readonly name: string;
  /** Intensities as people see them, where `grey` hides what is no specimen from the models. Undefined: they are the same. */
  readonly shown?: Float32Array | undefined;
  /** Length of the scale bar that is burnt in, in pixels. Undefined: none was found. */
  readonly scaleBarPx?: number | undefined;
  /** What was left out, or taken in a way that could surprise: a sentence each. */
  readonly warnings?: readonly string[] | undefined;
}
