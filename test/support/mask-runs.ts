/** Runs of inside pixels (start, exclusive end) of a binary mask, as the brush encoder takes them. */
export function runsOf(inside: ArrayLike<number | boolean>): Uint32Array {
  const runs: number[] = [];
  for (let i = 0; i < inside.length; i++) {
    const now = Boolean(inside[i]);
    const before = i > 0 && Boolean(inside[i - 1]);
    if (now && !before) runs.push(i);
    if (!now && before) runs.push(i);
  }
  if (runs.length % 2 === 1) runs.push(inside.length);
  return Uint32Array.from(runs);
}
