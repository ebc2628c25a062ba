/** Describes the texture of square crops by vectors: near for one material, far for different ones (Objective 2 of the paper). */
export interface TextureEncoder {
  /** Side of a crop in pixels (m of Algorithm 2). */
  readonly cropSize: number;
  /** Length of one embedding. */
  readonly dimensions: number;
  /** `crops`: count × cropSize × cropSize grey values, row-major. Returns count × dimensions values, each embedding of unit length. */
  describe(crops: Float32Array, count: number): Promise<Float32Array>;
  release(): Promise<void>;
}
