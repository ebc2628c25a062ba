import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { valueOrThrow } from '../../../src/core/result.js';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { decodeMicrograph } from '../../../src/imaging/decode-micrograph.js';
import { hiddenColoursWarning, hidesColours } from '../../../src/imaging/hidden-colours.js';

const side = 120;
type Rgb = readonly [red: number, green: number, blue: number];

function planes(colour: (x: number, y: number) => Rgb): [Uint8Array, Uint8Array, Uint8Array] {
  const plane = (channel: 0 | 1 | 2) =>
    Uint8Array.from({ length: side * side }, (_, at) => colour(at % side, Math.floor(at / side))[channel]);
  return [plane(0), plane(1), plane(2)];
}
const hides = (colour: (x: number, y: number) => Rgb): boolean => hidesColours(...planes(colour));
const random = seededRandom(5);
const noise = (): number => Math.round(20 * random());

/** Pictures, and whether their brightness hides what their colours tell. */
const pictures: readonly (readonly [what: string, hides: boolean, colour: (x: number, y: number) => Rgb])[] = [
  ['two elements as bright as each other', true, (x) => (x < 60 ? [200, 20, 20] : [20, 110, 20])],
  [
    'three elements on black, noisy',
    true,
    (x) =>
      [
        [180 + noise(), 0, 0],
        [0, 90 + noise(), 0],
        [0, 0, 250],
      ][Math.floor(x / 40)] as unknown as Rgb,
  ],
  ['grey', false, (x, y) => [x + y, x + y, x + y]],
  ['a tint', false, (x, y) => [x + y, (x + y) >> 1, (x + y) >> 2]],
  [
    'false colours that rise with brightness',
    false,
    (x) => [Math.min(255, 4 * x), Math.max(0, 2 * x - 60), Math.max(0, 4 * x - 300)],
  ],
  ['grey with a yellow caption', false, (x, y) => (y > 110 && x > 90 ? [255, 255, 0] : [x, x, x])],
  ['grey as JPEG leaves it', false, (x) => [x + noise(), x + noise(), x + noise()]],
  ['one colour throughout', false, () => [200, 30, 30]],
];

test.each(pictures)('%s: brightness hides colours %p', (_, expected, colour) => {
  expect(hides(colour)).toBe(expected);
});

describe('a picture in colour', () => {
  const [, , elements] = pictures[0] ?? [];
  const pixels = Buffer.from(
    Array.from({ length: side * side }, (_, at) => elements?.(at % side, Math.floor(at / side)) ?? []).flat(),
  );
  const image = () => sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
  const warningsOf = async (name: string, file: Uint8Array) =>
    valueOrThrow(await decodeMicrograph(name, file, { maxPixels: 1e6 })).warnings;

  test.each([
    ['map.png', () => image().png().toBuffer()],
    ['map.jpg', () => image().jpeg().toBuffer()],
    ['map.webp', () => image().webp().toBuffer()],
    ['map.tif', () => image().tiff({ compression: 'lzw' }).toBuffer()],
  ])('%s is warned of', async (name, write) => {
    expect(await warningsOf(name, await write())).toContain(hiddenColoursWarning);
  });

  test('without colour is not', async () => {
    expect(await warningsOf('map.png', await image().greyscale().toColourspace('srgb').png().toBuffer())).toEqual([]);
  });
});
