import type { Box } from '../../core/box.js';

/** A place that a window should show, in pixels; `reach` around its centre belong to it. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly reach: number;
}

/** A window of the image with the places that are looked at in it. */
export interface ZoomWindow<Item> {
  readonly box: Box;
  readonly places: readonly Item[];
}

/** Windows begin at multiples of their side divided by this. */
const startsPerSide = 2;

/**
 * Windows of the image, `zoom` times smaller than it, that show the places: the window that shows most first, then the
 * one that shows most of the others, at most `most`. A place is in the first window that holds it whole; some are in
 * none.
 */
export function zoomWindows<Item extends Place>(
  { width, height }: { readonly width: number; readonly height: number },
  places: readonly Item[],
  { zoom, most }: { readonly zoom: number; readonly most: number },
): ZoomWindow<Item>[] {
  const side = Math.ceil(Math.max(width, height) / zoom);
  const boxes = starts(height, side).flatMap((y) =>
    starts(width, side).map((x): Box => ({ x, y, width: Math.min(side, width), height: Math.min(side, height) })),
  );
  const windows: ZoomWindow<Item>[] = [];
  let left = places;
  while (windows.length < most) {
    const held = boxes.map((box) => ({ box, places: left.filter((place) => holds(box, place, { width, height })) }));
    const best = held.reduce((a, b) => (b.places.length > a.places.length ? b : a));
    if (best.places.length === 0) break;
    windows.push(best);
    const shown = new Set(best.places);
    left = left.filter((place) => !shown.has(place));
  }
  return windows;
}

function starts(length: number, side: number): number[] {
  const last = Math.max(0, length - side);
  const count = Math.ceil((last / side) * startsPerSide);
  return Array.from({ length: count + 1 }, (_, index) => (count === 0 ? 0 : Math.round((index * last) / count)));
}

/** Whether a place lies in a box with all that belongs to it and to the image. */
function holds(
  box: Box,
  { x, y, reach }: Place,
  { width, height }: { readonly width: number; readonly height: number },
): boolean {
  return (
    Math.max(0, x - reach) >= box.x &&
    Math.max(0, y - reach) >= box.y &&
    Math.min(width, x + reach) <= box.x + box.width &&
    Math.min(height, y + reach) <= box.y + box.height
  );
}
