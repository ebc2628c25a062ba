import { fileURLToPath } from 'node:url';
import sharp, { type OverlayOptions } from 'sharp';
import { mapValues } from '../core/map-values.js';
import { forEachRun, type Mask } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import { shrinkMaskBy } from '../core/shrink-mask.js';
import type { Colour } from './palette.js';

/** One mask to be shown, and its line in the legend (none without `caption`). */
export interface OverlayLayer {
  readonly mask: Mask;
  readonly colour: Colour;
  readonly caption?: string;
}

const fillOpacity = 0.42;
const outlineOpacity = 0.95;
const background = { r: 24, g: 24, b: 27 };

/** A PNG of the micrograph with coloured, outlined masks over it and a legend below; one of more than 25 megapixels is drawn smaller. */
export async function renderOverlay(
  whole: ShownImage,
  wholeLayers: readonly OverlayLayer[],
  note?: string,
): Promise<Buffer> {
  const step = Math.ceil(Math.sqrt((whole.width * whole.height) / mostPixels));
  const image = shrunk(whole, step);
  const layers = wholeLayers.map((layer) => ({ ...layer, mask: shrinkMaskBy(layer.mask, step) }));
  const { width, height } = image;
  const pixels = greyToRgb(image);
  for (const layer of layers) paintLayer(pixels, layer, outlineWidth(image));
  const legend = await legendItems(layers, note, width);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .extend({ bottom: legend.height, background })
    .composite(legend.items.map((item) => ({ ...item, top: height + item.top })))
    .removeAlpha()
    .png()
    .toBuffer();
}

/** Larger pictures are drawn smaller: nobody could look at them, and each pixel takes ten bytes while they are drawn. */
const mostPixels = 25e6;

/** Of every `step` rows and columns the first, as masks are made smaller. */
function shrunk(image: ShownImage, step: number): ShownImage {
  if (step === 1) return image;
  const { shown = image.grey } = image;
  const [width, height] = [Math.ceil(image.width / step), Math.ceil(image.height / step)];
  const grey = new Float32Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) grey[to++] = shown[y * step * image.width + x * step] as number;
  }
  return { width, height, grey };
}

/** An image, and how people see it if the models see it otherwise (see core/micrograph). */
type ShownImage = GreyImage & { readonly shown?: Float32Array | undefined };

/** An 8-bit grey PNG of the micrograph, scaled as the models see it. */
export function renderGrey({ width, height, grey, shown = grey }: ShownImage): Promise<Buffer> {
  const bytes = mapValues(new Uint8Array(shown.length), shown, (value) => Math.round(value * 255));
  return renderLabels(width, height, bytes);
}

/** An 8-bit, one-channel PNG of label numbers. */
export function renderLabels(width: number, height: number, labels: Uint8Array): Promise<Buffer> {
  return sharp(labels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

function greyToRgb({ grey, shown = grey }: ShownImage): Uint8Array {
  const pixels = new Uint8Array(shown.length * 3);
  for (let i = 0, to = 0; i < shown.length; i++) {
    const value = Math.round((shown[i] as number) * 255);
    pixels[to++] = value;
    pixels[to++] = value;
    pixels[to++] = value;
  }
  return pixels;
}

function outlineWidth({ width, height }: GreyImage): number {
  return Math.max(1, Math.round(Math.max(width, height) / 512));
}

function paintLayer(pixels: Uint8Array, { mask, colour }: OverlayLayer, outlinePx: number): void {
  const inside = new Uint8Array(mask.width * mask.height);
  forEachRun(mask, (start, end) => inside.fill(1, start, end));
  forEachRun(mask, (start, end) => {
    for (let index = start; index < end; index++) {
      blend(pixels, index, colour, isOutline(inside, mask, index, outlinePx) ? outlineOpacity : fillOpacity);
    }
  });
}

/** Whether a neighbour at the given distance, within the image, is not in the mask. */
function isOutline(inside: Uint8Array, { width, height }: Mask, index: number, distance: number): boolean {
  const x = index % width;
  const y = Math.floor(index / width);
  return (
    (x >= distance && inside[index - distance] === 0) ||
    (x < width - distance && inside[index + distance] === 0) ||
    (y >= distance && inside[index - distance * width] === 0) ||
    (y < height - distance && inside[index + distance * width] === 0)
  );
}

function blend(pixels: Uint8Array, index: number, colour: Colour, opacity: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const at = 3 * index + channel;
    pixels[at] = (pixels[at] as number) * (1 - opacity) + (colour[channel] as number) * opacity;
  }
}

interface Legend {
  readonly items: (OverlayOptions & { top: number; left: number })[];
  readonly height: number;
}

/** An image of fewer squares of the legend across has none: nobody could read it. */
const narrowest = 3;

/** Lays the captions out from left to right, row by row, with a square of its colour before each. */
async function legendItems(layers: readonly OverlayLayer[], note: string | undefined, width: number): Promise<Legend> {
  const size = Math.max(11, Math.round(width / 64));
  if (width < narrowest * size) return { items: [], height: 0 };
  const pad = Math.round(size * 0.7);
  const captions = layers.flatMap(({ caption, colour }) => (caption === undefined ? [] : [{ caption, colour }]));
  const entries = note === undefined ? captions : [{ caption: note, colour: null }, ...captions];
  const items: Legend['items'] = [];
  let left = pad;
  let top = pad;
  for (const { caption, colour } of entries) {
    const text = await renderText(caption, size, width);
    const entryWidth = (colour === null ? 0 : size + pad / 2) + text.width;
    if (left > pad && left + entryWidth > width) [left, top] = [pad, top + size + pad];
    if (colour !== null) {
      items.push({ input: square(size, colour), left: Math.round(left), top });
      left += size + pad / 2;
    }
    items.push({ input: text.data, left: Math.round(left), top: top + Math.round((size - text.height) / 2) });
    left += text.width + 2 * pad;
  }
  return { items, height: entries.length === 0 ? 0 : top + size + pad };
}

function square(size: number, [r, g, b]: Colour): OverlayOptions['input'] {
  return { create: { width: size, height: size, channels: 3, background: { r, g, b } } };
}

const fontfile = fileURLToPath(new URL('../../assets/fonts/DejaVuSans.ttf', import.meta.url));

/** With the font that comes along, so that the legend looks the same on a machine without fonts. */
async function renderText(
  text: string,
  size: number,
  maxWidth: number,
): Promise<{ data: Buffer; width: number; height: number }> {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="white">${escaped}</span>`,
      font: `DejaVu Sans ${size * 0.75}`,
      fontfile,
      rgba: true,
      dpi: 96,
    },
  })
    .resize({ width: maxWidth, withoutEnlargement: true })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
