import sharp from 'sharp';
import { mapValues } from '../core/map-values.js';
import { hiddenColoursWarning, hidesColours } from './hidden-colours.js';
import type { FrameSize, PixelValues, RawFrame } from './open-image.js';

/** Red, green and blue of every pixel, each row-major. */
export type ColourPlanes = readonly [red: PixelValues, green: PixelValues, blue: PixelValues];

/** Weights of linear light (ITU-R BT.709) for numbers that are no colours of a screen. */
const [redShare, greenShare, blueShare] = [0.2126, 0.7152, 0.0722];

/**
 * One grey value per pixel. Colours that are grey throughout keep their values; 8 and 16 bits, and floats of 0 to 1, are colours of a screen
 * and become grey as PNG and JPEG do; anything else is weighted as it is.
 */
export async function greyOfColours(size: FrameSize, planes: ColourPlanes): Promise<PixelValues> {
  const [red, green, blue] = planes;
  if (red.every((value, index) => value === green[index] && value === blue[index])) return red;
  if (red instanceof Uint8Array) return greyOfScreen(size, planes, new Uint8Array(3 * red.length), 1);
  if (red instanceof Uint16Array) return greyOfScreen(size, planes, new Uint16Array(3 * red.length), 1);
  const isFloat = red instanceof Float32Array || red instanceof Float64Array;
  if (isFloat && planes.every(isUnit)) return greyOfScreen(size, planes, new Uint16Array(3 * red.length), 65_535);
  return mapValues(new Float32Array(red.length), red, (value, index) => {
    return redShare * value + greenShare * (green[index] as number) + blueShare * (blue[index] as number);
  });
}

/** The same as a frame, which says so where grey hides what the colours tell. */
export async function greyFrame(size: FrameSize, planes: ColourPlanes): Promise<RawFrame> {
  const warnings = hidesColours(...planes) ? [hiddenColoursWarning] : [];
  return { ...size, values: await greyOfColours(size, planes), warnings };
}

function isUnit(plane: PixelValues): boolean {
  return plane.every((value) => value >= 0 && value <= 1);
}

async function greyOfScreen(
  { width, height }: FrameSize,
  planes: ColourPlanes,
  pixels: Uint8Array | Uint16Array,
  scale: number,
): Promise<PixelValues> {
  planes.forEach((plane, channel) => {
    for (let index = 0; index < plane.length; index++) {
      pixels[3 * index + channel] = Math.round((plane[index] as number) * scale);
    }
  });
  const wide = pixels instanceof Uint16Array;
  const { data } = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .toColourspace(wide ? 'grey16' : 'b-w')
    .raw({ depth: wide ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return wide ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
}

/** Values on black, as transparency shows them: `opacity` is `full` where nothing shines through. Floats come out. */
export function onBlack(values: PixelValues, opacity: PixelValues, full: number): PixelValues {
  if (opacity.every((value) => value === full)) return values;
  return mapValues(new Float32Array(values.length), values, (value, index) => {
    return (value * (opacity[index] as number)) / full;
  });
}

/** 1 where nothing is opaque; undefined where every pixel is a little. */
export function emptyWhere(opacity: PixelValues): Uint8Array | undefined {
  return opacity.includes(0)
    ? mapValues(new Uint8Array(opacity.length), opacity, (value) => (value === 0 ? 1 : 0))
    : undefined;
}
