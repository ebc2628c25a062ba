import type { Box } from '../core/box.js';
import type { FrameSize } from './open-image.js';

/** A margin beyond this share of the picture is a part of it. */
const mostShare = 0.75;
/** So much of the picture's edge may by chance have the padding's value: the outline of a thing on a black ground has more. */
const mostEdgeShare = 0.05;
/** An edge of fewer values is drawn, not measured. */
const leastEdgeValues = 8;

/**
 * The box of the picture within a margin that was filled with one value (aligned series, rotated and cropped pictures); null where there is
 * none. A margin is whole rows and columns of exactly one value at the border, and what lies next to them is picture all along: an object on a
 * ground that a detector clipped is not taken for one.
 */
export function contentWithoutMargin({ width, height }: FrameSize, values: ArrayLike<number>): Box | null {
  const corners = new Set([0, width - 1, (height - 1) * width, height * width - 1].map((index) => values[index]));
  for (const filler of corners) {
    if (filler === undefined || Number.isNaN(filler)) continue;
    const box = boxOfOthers(values, { width, height }, filler);
    if (box !== null && isPicture(values, { width, height }, box, filler)) return box;
  }
  return null;
}

/** Whether rows and columns without the filler remain, and how many. */
function boxOfOthers(values: ArrayLike<number>, { width, height }: FrameSize, filler: number): Box | null {
  const isFilled = (start: number, step: number, count: number): boolean => {
    for (let index = 0; index < count; index++) if (values[start + index * step] !== filler) return false;
    return true;
  };
  let [top, bottom, left, right] = [0, height, 0, width];
  while (top < height && isFilled(top * width, 1, width)) top++;
  if (top === height) return null;
  while (isFilled((bottom - 1) * width, 1, width)) bottom--;
  while (isFilled(top * width + left, width, bottom - top)) left++;
  while (isFilled(top * width + right - 1, width, bottom - top)) right--;
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  return box.width * box.height < width * height ? box : null;
}

function isPicture(values: ArrayLike<number>, { width, height }: FrameSize, box: Box, filler: number): boolean {
  if (box.width * box.height < (1 - mostShare) * width * height) return false;
  const corner = box.y * width + box.x;
  const sides = [
    { hasMargin: box.y > 0, start: corner, step: 1, count: box.width },
    { hasMargin: box.y + box.height < height, start: corner + (box.height - 1) * width, step: 1, count: box.width },
    { hasMargin: box.x > 0, start: corner, step: width, count: box.height },
    { hasMargin: box.x + box.width < width, start: corner + box.width - 1, step: width, count: box.height },
  ];
  return sides.every(({ hasMargin, start, step, count }) => {
    if (!hasMargin) return true;
    const edge = Array.from({ length: count }, (_, index) => values[start + index * step]);
    const others = edge.filter((value) => value !== filler);
    return others.length >= count - Math.max(1, mostEdgeShare * count) && new Set(others).size >= leastEdgeValues;
  });
}
