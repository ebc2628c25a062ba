/** Rules that each look at a whole set of masks, or Algorithm 1 of the paper to the letter. */
export type RemovalVariant = 'order-independent' | 'verbatim';

/** Shares, all in [0, 1]; the defaults are DESIGN section 3.1's. */
export interface RemovalOptions {
  readonly variant: RemovalVariant;
  /** Two masks with at least this IoU are the same mask twice. */
  readonly redundantIou: number;
  /** A smaller mask with at least this share of its area inside a larger one is that mask's child. */
  readonly childShare: number;
  /** A child below this share of its parent's area is tiny. */
  readonly tinyChildShare: number;
  /** A mask of which its children cover more than this share is compound. */
  readonly compoundShare: number;
  /** An island is smaller than this share of the image. */
  readonly islandShare: number;
}

/** The paper's thresholds, with rules whose result does not hang on the order of the masks. */
export const defaultRemovalOptions: RemovalOptions = {
  variant: 'order-independent',
  redundantIou: 0.8,
  childShare: 0.8,
  tinyChildShare: 0.05,
  compoundShare: 0.7,
  islandShare: 0.001,
};
