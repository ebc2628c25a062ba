/** Which part of an image a pane shows: screen = image · zoom + offset, in CSS pixels. */
export interface Viewport {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** Width and height, in whichever unit the place that has it says. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A place, x to the right and y down. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One image pixel as large as this, at most. */
export const closestZoom = 32;

/** The whole image in the middle of the pane. */
export function fitted(image: Size, pane: Size): Viewport {
  const zoom = Math.min(pane.width / image.width, pane.height / image.height, closestZoom);
  return centred(image, pane, zoom);
}

function centred(image: Size, pane: Size, zoom: number): Viewport {
  return { zoom, x: (pane.width - image.width * zoom) / 2, y: (pane.height - image.height * zoom) / 2 };
}

/** Zooms by a factor and keeps what lies under a point of the screen where it is. */
export function zoomedAt(view: Viewport, factor: number, at: Point, image: Size, pane: Size): Viewport {
  const farthest = Math.min(fitted(image, pane).zoom, 1);
  const zoom = Math.min(closestZoom, Math.max(farthest, view.zoom * factor));
  const { x, y } = toImage(view, at);
  return clamped({ zoom, x: at.x - x * zoom, y: at.y - y * zoom }, image, pane);
}

/** The view after a drag by so many CSS pixels; the image never leaves the pane. */
export function moved(view: Viewport, by: Point, image: Size, pane: Size): Viewport {
  return clamped({ ...view, x: view.x + by.x, y: view.y + by.y }, image, pane);
}

/** An image smaller than the pane stays in its middle; a larger one leaves no gap. */
function clamped(view: Viewport, image: Size, pane: Size): Viewport {
  const within = (offset: number, length: number, room: number): number =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, offset));
  return {
    zoom: view.zoom,
    x: within(view.x, image.width * view.zoom, pane.width),
    y: within(view.y, image.height * view.zoom, pane.height),
  };
}

/** The pixel of the image under a point of the pane. */
export function toImage({ zoom, x, y }: Viewport, { x: left, y: top }: Point): Point {
  return { x: (left - x) / zoom, y: (top - y) / zoom };
}

/** The pixel of the image under a point of the screen; null beside it. */
export function pixelAt(view: Viewport, at: Point, { width, height }: Size): Point | null {
  const { x, y } = toImage(view, at);
  const [column, row] = [Math.floor(x), Math.floor(y)];
  return column >= 0 && row >= 0 && column < width && row < height ? { x: column, y: row } : null;
}

/** How often the image is halved before it is drawn, so that no more pixels are touched than the screen has. */
export function levelFor(pixelsPerImagePixel: number, levels: number): number {
  const level = Math.floor(Math.log2(1 / pixelsPerImagePixel));
  return Math.max(0, Math.min(levels - 1, level));
}
