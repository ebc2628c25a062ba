/** Describes crops one by one: count × side² grey values, row-major, to count × dimensions values. */
export function describeEach(
  crops: Float32Array,
  count: number,
  { side, dimensions }: { readonly side: number; readonly dimensions: number },
  describe: (crop: Float32Array) => readonly number[],
): Float32Array {
  const described = new Float32Array(count * dimensions);
  const length = side * side;
  for (let index = 0; index < count; index++) {
    described.set(describe(crops.subarray(index * length, (index + 1) * length)), index * dimensions);
  }
  return described;
}
