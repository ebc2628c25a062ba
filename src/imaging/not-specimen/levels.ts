/** A picture in 256 levels from its darkest to its brightest value: what overlays are looked for in. */
export interface LevelImage {
  readonly width: number;
  readonly height: number;
  /** Row-major. */
  readonly levels: Uint8Array;
}

/**
 * Raw values of any range in 256 levels. Nothing is clipped, unlike in imaging/scale-intensity: what is drawn over a picture mostly has its extreme values, and
 * must not fall together with the brightest of the specimen. What is no number becomes 0.
 */
export function toLevels(width: number, height: number, values: ArrayLike<number>): LevelImage {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < low) low = value;
    if (value > high && value < Infinity) high = value;
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const levels = new Uint8Array(width * height);
  for (let i = 0; i < levels.length; i++) {
    const value = ((values[i] as number) - low) * scale;
    levels[i] = value > 0 ? Math.min(255, Math.round(value)) : 0;
  }
  return { width, height, levels };
}
