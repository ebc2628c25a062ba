import type { PixelValues } from './open-image.js';

/** Pixels that are looked at, evenly spread. */
const mostPixels = 40_000;
/** Levels of brightness within which colours are compared. */
const levels = 16;
/** A colour is another one from this distance on, the range of each channel being 1: more than what JPEG makes of grey. */
const leastDistance = 0.2;
/** Fewer pixels than this share are annotations in colour. */
const leastShare = 0.02;

/** Said of a picture where two materials may differ in hue and in nothing else. */
export const hiddenColoursWarning =
  'the picture is in colour, and only its brightness is looked at: ' +
  'what differs in hue alone is taken for one material; give each channel as a picture of its own to tell it apart';

/**
 * Whether channels tell apart what brightness does not: a good many pixels differ in colour from the median of those
 * that are as bright. A grey picture, a tinted one and one in false colours that rise with brightness hide nothing.
 */
export function hidesColours(red: PixelValues, green: PixelValues, blue: PixelValues): boolean {
  const stride = Math.max(1, Math.floor(red.length / mostPixels));
  const count = Math.ceil(red.length / stride);
  const channel = (plane: PixelValues): Float64Array =>
    Float64Array.from({ length: count }, (_, index) => plane[index * stride] as number);
  const [r, g, b] = [channel(red), channel(green), channel(blue)];
  const range = rangeOf(r, g, b);
  if (range === 0) return false;
  const brightness = r.map((value, at) => (value + 2 * (g[at] as number) + (b[at] as number)) / 4);
  // Twice, the second time half a level further on: two elements as bright as each other may lie on either side of an edge.
  return [0, 0.5].some((shift) => {
    const alike = Array.from({ length: levels + 1 }, (): number[] => []);
    const darkest = brightness.reduce((least, value) => Math.min(least, value), Infinity);
    brightness.forEach((value, at) => {
      alike[Math.min(levels, Math.floor(((value - darkest) / range) * levels + shift))]?.push(at);
    });
    const others = alike.reduce((sum, pixels) => sum + countOthers(pixels, [r, g, b], leastDistance * range), 0);
    return others >= leastShare * count;
  });
}

function rangeOf(...channels: readonly Float64Array[]): number {
  let [least, most] = [Infinity, -Infinity];
  for (const values of channels) {
    for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  }
  return most - least;
}

/** How many of some pixels, much as bright as each other, are further from their median colour than `distance`, brightness left aside. */
function countOthers(pixels: readonly number[], channels: readonly Float64Array[], distance: number): number {
  const [r = [], g = [], b = []] = channels;
  const [x, y] = [r, b].map((channel) => pixels.map((at) => (channel[at] ?? 0) - (g[at] ?? 0)));
  const [middleX, middleY] = [medianOf(x ?? []), medianOf(y ?? [])];
  return pixels.filter((_, at) => Math.hypot((x?.[at] ?? 0) - middleX, (y?.[at] ?? 0) - middleY) > distance).length;
}

function medianOf(values: readonly number[]): number {
  return Float64Array.from(values).sort()[values.length >> 1] ?? 0;
}
