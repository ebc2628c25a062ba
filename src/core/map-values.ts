/** Arrays of numbers that can be written to. */
type Numbers = Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;

/**
 * Fills an array with what `map` makes of each value of another: what `Uint8Array.from(values, map)` gives, but without the list of all
 * values that the language puts in between, which takes forty bytes for each pixel.
 */
export function mapValues<Target extends Numbers, Value>(
  target: Target,
  values: { readonly length: number; readonly [index: number]: Value },
  map: (value: Value, index: number) => number,
): Target {
  for (let index = 0; index < target.length; index++) target[index] = map(values[index] as Value, index);
  return target;
}
