import { type Mask, maskFromBitmap } from '../core/mask.js';

/** COCO draws outlines on a grid that is this much finer than the pixels. */
const scale = 5;

/**
 * The pixels inside a polygon, drawn as COCO does: the outline is walked on a five times finer grid, and where it steps into another
 * column of pixels, the column is switched there, from top to bottom.
 *
 * @param polygon corners as x, y, x, y, … in pixels, pixel corners at whole numbers
 */
export function rasterisePolygon(polygon: readonly number[], width: number, height: number): Mask {
  const switches = new Int32Array(width * height + 1);
  const outline = walkOutline(polygon);
  for (let i = 1; i < outline.length; i++) {
    const [x, y] = outline[i] as Point;
    const [fromX, fromY] = outline[i - 1] as Point;
    if (x === fromX) continue;
    const column = ((x < fromX ? x : x - 1) + 0.5) / scale - 0.5;
    if (Math.floor(column) !== column || column < 0 || column > width - 1) continue;
    const row = Math.ceil(Math.min(Math.max((Math.min(y, fromY) + 0.5) / scale - 0.5, 0), height));
    const at = column * height + row;
    switches[at] = (switches[at] as number) + 1;
  }
  return maskFromSwitches(switches, width, height);
}

type Point = readonly [x: number, y: number];

/** The outline point by point on the finer grid, each edge along its longer direction, from its smaller end. */
function walkOutline(polygon: readonly number[]): Point[] {
  const corners: Point[] = [];
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    corners.push([toFine(polygon[i] as number), toFine(polygon[i + 1] as number)]);
  }
  return corners.flatMap((from, index) => walkEdge(from, corners[(index + 1) % corners.length] as Point));
}

function toFine(coordinate: number): number {
  return Math.trunc(scale * coordinate + 0.5);
}

function walkEdge([x0, y0]: Point, [x1, y1]: Point): Point[] {
  const across = Math.abs(x1 - x0);
  const down = Math.abs(y1 - y0);
  const isSteep = across < down;
  const isBackward = (!isSteep && x0 > x1) || (isSteep && y0 > y1);
  const [startX, startY, endX, endY] = isBackward ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
  const steps = Math.max(across, down);
  const slope = steps === 0 ? 0 : isSteep ? (endX - startX) / steps : (endY - startY) / steps;
  return Array.from({ length: steps + 1 }, (_, step): Point => {
    const at = isBackward ? steps - step : step;
    return isSteep
      ? [Math.trunc(startX + slope * at + 0.5), startY + at]
      : [startX + at, Math.trunc(startY + slope * at + 0.5)];
  });
}

/** Column by column, each switch turns what follows over. */
function maskFromSwitches(switches: Int32Array, width: number, height: number): Mask {
  const bitmap = new Uint8Array(width * height);
  let isInside = false;
  for (let index = 0; index < width * height; index++) {
    if ((switches[index] as number) % 2 === 1) isInside = !isInside;
    if (isInside) bitmap[(index % height) * width + Math.floor(index / height)] = 1;
  }
  return maskFromBitmap(width, height, bitmap);
}
