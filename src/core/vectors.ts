/** Vectors of one length, as plain lists. */
type Vector = readonly number[];

/** The scalar product; of unit vectors the cosine of the angle between them. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] as number) * (b[d] ?? 0);
  return sum;
}

/** The square of the Euclidean distance. */
export function squaredDistance(a: Vector, b: Vector): number {
  return a.reduce((sum, value, d) => sum + (value - (b[d] ?? 0)) ** 2, 0);
}

/** For unit vectors not of unit length: the product of two such means is the mean cosine between their samples. */
export function meanVector(samples: readonly Vector[]): number[] {
  const [first = []] = samples;
  return first.map((_, d) => samples.reduce((sum, sample) => sum + (sample[d] ?? 0), 0) / samples.length);
}

/** A zero vector stays one. */
export function toUnitLength(vector: Vector): number[] {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}
