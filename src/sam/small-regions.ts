import { connectedComponents } from '../core/connected-components.js';
import { type Mask, maskFromBox, subtract, unionOf } from '../core/mask.js';

/**
 * Fills the holes and drops the islands of a mask that have fewer than `leastAreaPx` pixels (8-connected, as segment-anything's
 * `remove_small_regions`); where all islands are that small, the largest stays. Gives back the same object where nothing changes.
 */
export function withoutSmallRegions(mask: Mask, leastAreaPx: number): Mask {
  return withoutIslands(withoutHoles(mask, leastAreaPx), leastAreaPx);
}

function withoutHoles(mask: Mask, leastAreaPx: number): Mask {
  const { width, height } = mask;
  const outside = subtract(maskFromBox(width, height, { x: 0, y: 0, width, height }), mask);
  const holes = connectedComponents(outside, 8).filter(({ areaPx }) => areaPx < leastAreaPx);
  return holes.length === 0 ? mask : unionOf(mask, ...holes);
}

function withoutIslands(mask: Mask, leastAreaPx: number): Mask {
  const islands = connectedComponents(mask, 8);
  const large = islands.filter(({ areaPx }) => areaPx >= leastAreaPx);
  if (large.length === islands.length) return mask;
  const [first, ...others] = large;
  if (first !== undefined) return unionOf(first, ...others);
  return islands.reduce((largest, island) => (island.areaPx > largest.areaPx ? island : largest));
}
