/** What one line of a resized image is made of: the source line `first` and those after it, with a weight each. */
export interface TriangleTaps {
  readonly first: number;
  /** Not yet divided by their sum: callers differ in their precision. */
  readonly weights: readonly number[];
}

/** The bilinear filter that widens when shrinking (half-pixel centres), as in Pillow and torch, for `to` lines made from `from`. */
export function triangleTaps(from: number, to: number): TriangleTaps[] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const weights = Array.from({ length: end - first }, (_tap, tap) =>
      Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) / support)),
    );
    return { first, weights };
  });
}
