/** A label image: a number or a colour per pixel, row by row; 0 is unlabelled. */
export interface LabelPixels {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array | Uint16Array | Uint32Array;
  /** Values are colours, 0xRRGGBB + 1; transparent pixels are 0. */
  readonly areColours: boolean;
}
