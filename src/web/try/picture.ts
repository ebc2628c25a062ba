import { levelFor, type Size, type Viewport } from './viewport.js';

/** Halvings stop at this size. */
const smallestSide = 256;

/** A micrograph that can be drawn at any zoom: halved again and again, so that a distant view is neither slow nor full of moiré. */
export interface Picture extends Size {
  readonly levels: readonly ImageBitmap[];
}

/** Decodes an image file in the browser and halves it again and again. Rejects where the browser can't read it. */
export async function openPicture(file: Blob): Promise<Picture> {
  const whole = await createImageBitmap(file);
  const { width, height } = whole;
  const levels = [whole];
  for (let last = whole; Math.max(last.width, last.height) > smallestSide;) {
    const half = { width: Math.max(1, last.width >> 1), height: Math.max(1, last.height >> 1) };
    last = await createImageBitmap(last, {
      resizeWidth: half.width,
      resizeHeight: half.height,
      resizeQuality: 'medium',
    });
    levels.push(last);
  }
  return { width, height, levels };
}

/** Draws what of it lies in a pane: square pixels when close, smooth from afar. */
export function drawPicture(
  context: CanvasRenderingContext2D,
  picture: Picture,
  view: Viewport,
  pane: Size,
  pixelRatio: number,
): void {
  const { width, height, levels } = picture;
  const bitmap = levels[levelFor(view.zoom * pixelRatio, levels.length)];
  if (bitmap === undefined) return;
  const left = Math.max(0, Math.floor(-view.x / view.zoom));
  const top = Math.max(0, Math.floor(-view.y / view.zoom));
  const right = Math.min(width, Math.ceil((pane.width - view.x) / view.zoom));
  const bottom = Math.min(height, Math.ceil((pane.height - view.y) / view.zoom));
  if (right <= left || bottom <= top) return;
  const [across, down] = [bitmap.width / width, bitmap.height / height];
  context.imageSmoothingEnabled = view.zoom * pixelRatio < 2;
  context.imageSmoothingQuality = 'high';
  context.drawImage(
    bitmap,
    left * across,
    top * down,
    (right - left) * across,
    (bottom - top) * down,
    view.x + left * view.zoom,
    view.y + top * view.zoom,
    (right - left) * view.zoom,
    (bottom - top) * view.zoom,
  );
}
