/** Below this share of the pixels everything is black, above one minus it white: a hot pixel must not darken the image. */
const clippedShare = 0.005;
const maxSamples = 1 << 18;

/**
 * Scales raw intensities of any range to [0, 1]: the 0.5 and 99.5 percentiles become 0 and 1, what lies beyond is clipped, what is
 * not a number becomes 0. A flat image becomes 0 everywhere. Pixels where `uncounted` is not 0 have no part in the range.
 */
export function scaleIntensity(values: ArrayLike<number>, uncounted?: ArrayLike<number>): Float32Array {
  const [low, high] = robustRange(values, uncounted);
  const scale = high > low ? 1 / (high - low) : 0;
  const grey = new Float32Array(values.length);
  for (let i = 0; i < grey.length; i++) {
    const value = ((values[i] as number) - low) * scale;
    grey[i] = value > 0 ? Math.min(value, 1) : 0;
  }
  return grey;
}

function robustRange(values: ArrayLike<number>, uncounted: ArrayLike<number> | undefined): [number, number] {
  // Odd, so that samples don't all fall into the same columns of an image whose width is a power of two.
  const step = Math.floor(values.length / maxSamples) | 1;
  const samples = new Float64Array(Math.ceil(values.length / step));
  let count = 0;
  for (let i = 0; i < values.length; i += step) {
    const value = values[i] as number;
    if (Number.isFinite(value) && (uncounted === undefined || uncounted[i] === 0)) samples[count++] = value;
  }
  const sorted = samples.subarray(0, count).sort();
  const last = count - 1;
  const at = (share: number): number => sorted[Math.round(share * last)] ?? 0;
  const robust: [number, number] = [at(clippedShare), at(1 - clippedShare)];
  // Where one value fills the image but for a few pixels, the percentiles coincide; then the extremes are all there is.
  return robust[1] > robust[0] ? robust : [at(0), at(1)];
}
