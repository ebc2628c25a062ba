/** What the values of a trait reader (see own-traits) mean. */
export interface Traits {
  /** Share of the square that is the mask's own. */
  readonly share: number;
  readonly grey: number;
  readonly spread: number;
}

/** Names the first values that a trait reader gives for one square. */
export function traitsOf([share = 0, grey = 0, spread = 0]: readonly number[]): Traits {
  return { share, grey, spread };
}

/** The logarithms of the power in each ring, from values as a trait reader gives them. */
export function patternOf(values: readonly number[]): readonly number[] {
  return values.slice(3);
}

/** Rings of the highest frequencies, where hardly anything but noise is left. */
const noiseRings = 2;
/** Rings of the lowest frequencies: slow change, and no pattern. */
const slowRings = 2;

/** Standard deviation of the noise of a pixel, from values as a trait reader gives them. */
export function noiseOf(values: readonly number[]): number {
  return Math.exp(Math.min(...patternOf(values).slice(-noiseRings)) / 2);
}

/** How far the strongest ring of the pattern stands out of the noise, as a logarithm of power. */
export function patternHeightOf(values: readonly number[]): number {
  const rings = patternOf(values);
  const noise = rings.slice(-noiseRings).reduce((sum, value) => sum + value, 0) / noiseRings;
  return Math.max(...rings.slice(slowRings)) - noise;
}

/** What a mask looks like around one of its pixels. */
export interface PlacedTraits {
  /** Column and row of the pixel in the micrograph as it was recorded. */
  readonly x: number;
  readonly y: number;
  /** As a trait reader gives them. */
  readonly values: readonly number[];
}
