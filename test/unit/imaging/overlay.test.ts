import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { renderGrey, renderLabels, renderOverlay } from '../../../src/imaging/overlay.js';
import { colourOf } from '../../../src/imaging/palette.js';
import { drawMask } from '../../support/draw-mask.js';
import { greyImage } from '../../support/grey-image.js';

test('labels are stored as they are, 8 bits, one channel', async () => {
  const labels = Uint8Array.of(0, 1, 2, 6, 1, 0);
  const { data, info } = await sharp(await renderLabels(3, 2, labels))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { channels, depth } = await sharp(await renderLabels(3, 2, labels)).metadata();
  expect([info.width, info.height, channels, depth]).toEqual([3, 2, 1, 'uchar']);
  expect([...data].filter((_, index) => index % info.channels === 0)).toEqual([...labels]);
});

test('grey values are stored as bytes', async () => {
  const data = await sharp(await renderGrey(greyImage(3, 1, (x) => x / 2)))
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  expect([...data]).toEqual([0, 128, 255]);
});

test('masks are painted over the image and named below it', async () => {
  const image = greyImage(200, 100, () => 0);
  const left = drawMask(...new Array<string>(100).fill('#'.repeat(100) + '.'.repeat(100)));
  const png = await renderOverlay(image, [{ mask: left, colour: [200, 100, 0], caption: 'material 1' }], 'note');
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number): number[] => [
    ...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3),
  ];
  expect([info.width, info.channels]).toEqual([200, 3]);
  expect(info.height).toBeGreaterThan(110);
  expect(pixel(50, 50)).toEqual([84, 42, 0]);
  expect(pixel(150, 50)).toEqual([0, 0, 0]);
  const legend = data.subarray(3 * 100 * info.width);
  expect(Math.max(...legend)).toBeGreaterThan(240);
});

test('colours differ for the most materials that can be painted', () => {
  const colours = Array.from({ length: 6 }, (_, index) => colourOf(index).join());
  expect(new Set(colours).size).toBe(6);
});

test.each([1, 2, 9, 31, 32, 33, 60])('an image %i pixels wide has its picture, legend or not', async (width) => {
  const image = greyImage(width, 40, (_, y) => y / 40);
  const mask = drawMask(...new Array<string>(40).fill('#'.repeat(width)));
  const layers = [1, 2, 3].map((each) => ({ mask, colour: colourOf(each), caption: `material ${each}  33.3 %` }));
  const { width: shown, height } = await sharp(await renderOverlay(image, layers, 'unsegmented 0.0 %')).metadata();
  expect(shown).toBe(width);
  expect(height).toBeGreaterThanOrEqual(40);
});
