import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { valueOrThrow } from '../../../src/core/result.js';
import { decodeMicrograph } from '../../../src/imaging/decode-micrograph.js';
import { floatTiff, pngHeader } from '../../support/image-files.js';

const options = { maxPixels: 1_000_000 };

const decode = async (bytes: Uint8Array) => valueOrThrow(await decodeMicrograph('a.png', bytes, options));

async function errorOf(bytes: Uint8Array): Promise<unknown> {
  const result = await decodeMicrograph('a.png', bytes, options);
  return result.ok ? 'decoded' : result.error;
}

const ramp = Uint8Array.from({ length: 200 }, (_, i) => i);
const rampPng = () =>
  sharp(ramp, { raw: { width: 20, height: 10, channels: 1 } })
    .toColourspace('b-w')
    .png();

describe('what can be decoded', () => {
  test('8-bit grey PNG, scaled to its own range', async () => {
    const { width, height, grey } = await decode(await rampPng().toBuffer());
    expect([width, height]).toEqual([20, 10]);
    expect(grey[0]).toBe(0);
    expect(grey[199]).toBe(1);
    expect(grey[100]).toBeCloseTo(0.5, 1);
  });

  test('16-bit grey TIFF keeps its depth', async () => {
    const values = Uint16Array.from({ length: 200 }, (_, i) => 9000 + 7 * i);
    const tiff = await sharp(values, { raw: { width: 20, height: 10, channels: 1 } })
      .toColourspace('grey16')
      .tiff({ compression: 'deflate' })
      .toBuffer();
    expect(new Set((await decode(tiff)).grey).size).toBeGreaterThan(190);
  });

  test('float TIFF of any range', async () => {
    const { width, height, grey } = await decode(
      floatTiff(
        4,
        3,
        Float32Array.from({ length: 12 }, (_, i) => 1e5 * i - 7),
      ),
    );
    expect([width, height]).toEqual([4, 3]);
    expect(grey[6]).toBeCloseTo(6 / 11, 5);
  });

  test('colour JPEG becomes grey', async () => {
    const jpeg = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#f00' } })
      .jpeg()
      .toBuffer();
    expect((await decode(jpeg)).grey).toHaveLength(600);
  });

  test('EXIF orientation is applied as a browser does', async () => {
    const turned = await sharp(ramp, { raw: { width: 20, height: 10, channels: 1 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const { width, height, grey } = await decode(turned);
    expect([width, height]).toEqual([10, 20]);
    // The first row of the file is the right column of the picture.
    expect(grey[9]).toBeLessThan(0.05);
    expect(grey[190]).toBeGreaterThan(0.95);
  });

  test('what is transparent is no part of the picture', async () => {
    const pixels = Uint8Array.from({ length: 16 * 4 }, (_, i) => (i % 4 === 3 ? (i < 32 ? 255 : 0) : 10 * (i >> 2)));
    const png = await sharp(pixels, { raw: { width: 4, height: 4, channels: 4 } })
      .png()
      .toBuffer();
    const { grey, shown, excluded, warnings } = await decode(png);
    expect([grey[0], grey[7]]).toEqual([0, 1]);
    expect([...(shown?.subarray(8) ?? [])]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...(excluded?.runs ?? [])]).toEqual([8, 16]);
    expect(warnings).toEqual(['8 pixels without data (50.0 %) left out']);
  });
});

describe('what cannot be decoded is named with its cure', () => {
  test.each([
    ['an empty file', new Uint8Array()],
    ['a PNG of 0 × 0 pixels', pngHeader(0, 0)],
  ])('%s', async (_, bytes) => {
    expect(await errorOf(bytes)).toMatchObject({
      code: 'image.unreadable',
      message: expect.stringContaining('a.png'),
      hint: expect.stringContaining('PNG'),
    });
  });

  test('a truncated PNG', async () => {
    const noise = Uint8Array.from({ length: 10000 }, (_, i) => (i * 7919) % 251);
    const png = await sharp(noise, { raw: { width: 100, height: 100, channels: 1 } })
      .png()
      .toBuffer();
    expect(await errorOf(png.subarray(0, png.length / 2))).toMatchObject({ code: 'image.unreadable' });
  });

  test('a picture of too many pixels, before they are decoded', async () => {
    expect(await errorOf(pngHeader(20000, 20000))).toMatchObject({
      code: 'image.too_large',
      message: expect.stringContaining('20000 × 20000'),
      hint: expect.stringContaining('MAX_IMAGE_PIXELS'),
    });
  });
});
