/** What the values of a trait reader (see own-traits) mean. */
export interface Traits {
  /** Share of the square that is the mask's own. */
  readonly share: number;
  readonly grey: number;
  readonly spread: number;
}

export function traitsOf([share = 0, grey = 0, spread = 0]: readonly number[]): Traits {
  return { share, grey, spread };
}

/** The logarithms of the power in each ring, from values as a trait reader gives them. */
export function patternOf(values: readonly number[]): readonly number[] {
  return values.slice(3);
}

/** What a mask looks like around one of its pixels. */
export interface PlacedTraits {
  /** Column and row of the pixel in the micrograph as it was recorded. */
  readonly x: number;
  readonly y: number;
  /** As a trait reader gives them. */
  readonly values: readonly number[];
}
