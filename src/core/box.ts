/** An axis-aligned box in pixels: `x`, `y` its top left pixel, `width` × `height` pixels large. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Area in pixels. */
export function boxArea(box: Box): number {
  return box.width * box.height;
}

/** Whether two boxes have a pixel in common; touching edges are no overlap. */
export function boxesOverlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Area in both boxes: of pixel boxes, the number of pixels. */
export function overlapArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union of two boxes in continuous coordinates, as torchvision's `box_iou`: corners are (x, y, x + width, y + height). */
export function boxIou(a: Box, b: Box): number {
  const overlap = overlapArea(a, b);
  return overlap === 0 ? 0 : overlap / (boxArea(a) + boxArea(b) - overlap);
}
