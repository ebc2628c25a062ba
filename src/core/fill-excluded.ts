import { forEachRun, type Mask, maskToBitmap } from './mask.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Grey values with the excluded pixels replaced by what the specimen beside them shows, mirrored at the nearest pixel that is not excluded: a network that looks
 * at the picture sees neither letters nor an edge. `grey` is row-major; a copy is returned.
 */
export function fillExcluded({ width, height }: Size, grey: Float32Array, excluded: Mask): Float32Array {
  const isExcluded = maskToBitmap(excluded);
  const nearest = nearestFree({ width, height }, isExcluded);
  const filled = grey.slice();
  forEachRun(excluded, (start, end) => {
    for (let at = start; at < end; at++) {
      const free = nearest[at] as number;
      if (free < 0) continue;
      const x = 2 * (free % width) - (at % width);
      const y = 2 * Math.floor(free / width) - Math.floor(at / width);
      const mirrored = y * width + x;
      const isInside = x >= 0 && x < width && y >= 0 && y < height && isExcluded[mirrored] === 0;
      filled[at] = grey[isInside ? mirrored : free] as number;
    }
  });
  return filled;
}

/** The nearest pixel that is not excluded, as a flat index, by two sweeps over the eight neighbours; −1 where all are excluded. */
function nearestFree({ width }: Size, isExcluded: Uint8Array): Int32Array {
  const nearest = Int32Array.from(isExcluded, (bit, at) => (bit === 0 ? at : -1));
  const distanceTo = (at: number, free: number): number => {
    const [dx, dy] = [(at % width) - (free % width), Math.floor(at / width) - Math.floor(free / width)];
    return dx * dx + dy * dy;
  };
  const lower = (at: number, neighbour: number): void => {
    const offered = nearest[neighbour] as number;
    if (offered < 0) return;
    const own = nearest[at] as number;
    if (own < 0 || distanceTo(at, offered) < distanceTo(at, own)) nearest[at] = offered;
  };
  const sweep = (at: number, step: 1 | -1): void => {
    if (isExcluded[at] === 0) return;
    const x = at % width;
    const [hasBehind, hasAhead] = step === 1 ? [x > 0, x < width - 1] : [x < width - 1, x > 0];
    const before = at - step * width;
    if (hasBehind) lower(at, at - step);
    if (before < 0 || before >= nearest.length) return;
    lower(at, before);
    if (hasBehind) lower(at, before - step);
    if (hasAhead) lower(at, before + step);
  };
  for (let at = 0; at < nearest.length; at++) sweep(at, 1);
  for (let at = nearest.length - 1; at >= 0; at--) sweep(at, -1);
  for (let at = 0; at < nearest.length; at++) sweep(at, 1);
  return nearest;
}
