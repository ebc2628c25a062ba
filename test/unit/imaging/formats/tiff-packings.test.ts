import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { valueOrThrow } from '../../../../src/core/result.js';
import { decodeMicrograph } from '../../../../src/imaging/decode-micrograph.js';
import type { TiffCompression } from '../../../support/tiff-packing.js';
import { type TiffImage, writeTiff } from '../../../support/write-tiff.js';

/*
 * The same picture, however it is packed, is the same grey: to one step of 8 bits, which is what packing in 8 bits costs.
 */

const [width, height] = [23, 17];
const picture = Float64Array.from({ length: width * height }, (_, index) => {
  const [x, y] = [index % width, Math.floor(index / width)];
  return 0.5 + 0.28 * Math.sin(x / 2.1 + y / 5) + 0.2 * Math.cos(y / 1.7 - x / 9);
});

const decode = async (bytes: Uint8Array) => valueOrThrow(await decodeMicrograph('a.tif', bytes, { maxPixels: 1e6 }));

const scaled = (factor: number, offset = 0) => Array.from(picture, (value) => Math.round(value * factor + offset));
const inverted = (factor: number) => Array.from(picture, (value) => Math.round((1 - value) * factor));
const opaque = (value: number) => new Array<number>(width * height).fill(value);

/** Numbers of every kind. */
const kinds: Readonly<Record<string, Partial<TiffImage> & Pick<TiffImage, 'planes'>>> = {
  uint8: { planes: [scaled(255)] },
  int8: { kind: 'signed', planes: [scaled(255, -128)] },
  uint10: { bits: 10, planes: [scaled(1023)] },
  uint12: { bits: 12, planes: [scaled(4095)] },
  uint16: { bits: 16, planes: [scaled(65_535)] },
  int16: { bits: 16, kind: 'signed', planes: [scaled(60_000, -29_500)] },
  uint32: { bits: 32, planes: [scaled(4.2e9)] },
  int32: { bits: 32, kind: 'signed', planes: [scaled(4e9, -2e9)] },
  uint64: { bits: 64, planes: [scaled(2 ** 52)] },
  int64: { bits: 64, kind: 'signed', planes: [scaled(2 ** 50, -(2 ** 49))] },
  float16: { bits: 16, kind: 'float', planes: [picture] },
  float32: { bits: 32, kind: 'float', planes: [Float32Array.from(picture, (value) => -3e5 + 1e4 * value)] },
  float64: { bits: 64, kind: 'float', planes: [Float64Array.from(picture, (value) => 1e-12 * value)] },
  'white is zero, uint8': { planes: [inverted(255)], tags: { 262: 0 } },
  'white is zero, uint16': { bits: 16, planes: [inverted(65_535)], tags: { 262: 0 } },
  'white is zero, int16': { bits: 16, kind: 'signed', planes: [scaled(-60_000, 29_000)], tags: { 262: 0 } },
  'white is zero, float32': { bits: 32, kind: 'float', planes: [picture.map((value) => 1 - value)], tags: { 262: 0 } },
  'RGB of 8 bits': { planes: [scaled(255), scaled(255), scaled(255)] },
  'RGB of 16 bits': { bits: 16, planes: [scaled(65_535), scaled(65_535), scaled(65_535)] },
  'RGB of floats': { bits: 32, kind: 'float', planes: [picture, picture, picture] },
  'RGBA of 8 bits': { planes: [scaled(255), scaled(255), scaled(255), opaque(255)], tags: { 338: 2 } },
  'grey and alpha of 16 bits': { bits: 16, planes: [scaled(65_535), opaque(65_535)], tags: { 338: 1 } },
  palette: {
    planes: [scaled(255)],
    tags: { 262: 3, 320: [0, 1, 2].flatMap(() => Array.from({ length: 256 }, (_, index) => index * 257)) },
  },
};

type Packing = Pick<TiffImage, 'compression' | 'predictor' | 'tile' | 'rowsPerStrip' | 'planar' | 'fillOrder'>;

const packings: Readonly<Record<string, Packing>> = {
  'one strip': {},
  'strips of 5 rows': { rowsPerStrip: 5 },
  tiles: { tile: [16, 16] },
  planes: { planar: true, rowsPerStrip: 4 },
  LZW: { compression: 'lzw', rowsPerStrip: 6 },
  PackBits: { compression: 'packbits' },
  ZIP: { compression: 'deflate', tile: [16, 16] },
  ZSTD: { compression: 'zstd' },
  'LZW with differences': { compression: 'lzw', predictor: 2 },
  'ZIP with differences in planes': { compression: 'deflate', predictor: 2, planar: true },
  'ZIP with differences of floats': { compression: 'deflate', predictor: 3 },
  'LZW with differences of floats in tiles': { compression: 'lzw', predictor: 3, tile: [16, 16] },
  'bits the other way round': { fillOrder: 2, compression: 'lzw' },
};

/** Differences are defined for whole bytes, those of floats for floats. */
function isDefined({ bits = 8, kind }: Partial<TiffImage>, { predictor = 1 }: Packing): boolean {
  return predictor === 1 || (predictor === 2 ? bits % 8 === 0 && kind !== 'float' : kind === 'float');
}

const reference = decode(writeTiff([{ width, height, bits: 64, kind: 'float', planes: [picture] }]));

async function expectSame(bytes: Uint8Array): Promise<void> {
  const { grey } = await reference;
  const found = await decode(bytes);
  expect([found.width, found.height]).toEqual([width, height]);
  const difference = found.grey.reduce((most, value, index) => {
    return Math.max(most, Math.abs(value - (grey[index] as number)));
  }, 0);
  expect(difference).toBeLessThanOrEqual(1 / 255);
}

const all = Object.entries(kinds).flatMap(([kind, image]) =>
  Object.entries(packings)
    .filter(([, packing]) => isDefined(image, packing))
    .map(([packing, how]) => ({ kind, packing, image: { width, height, ...image, ...how } })),
);

describe('every kind of numbers in every packing', () => {
  test('are more than sixty', () => {
    expect(all.length).toBeGreaterThan(200);
  });

  test.each(all)('$kind, $packing', async ({ image }) => {
    await expectSame(writeTiff([image]));
    await expectSame(writeTiff([image], { littleEndian: false }));
    await expectSame(writeTiff([image], { big: true, littleEndian: false }));
    await expectSame(writeTiff([image], { big: true }));
  });
});

/** Where pixel (x, y) of the picture stands in a file of the orientation: the table of TIFF 6.0. */
const placed: Readonly<Record<number, (x: number, y: number) => readonly [row: number, column: number]>> = {
  1: (x, y) => [y, x],
  2: (x, y) => [y, width - 1 - x],
  3: (x, y) => [height - 1 - y, width - 1 - x],
  4: (x, y) => [height - 1 - y, x],
  5: (x, y) => [x, y],
  6: (x, y) => [width - 1 - x, y],
  7: (x, y) => [width - 1 - x, height - 1 - y],
  8: (x, y) => [x, height - 1 - y],
};

test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i is shown as it was taken', async (orientation) => {
  const [storedWidth, storedHeight] = orientation < 5 ? [width, height] : [height, width];
  const plane = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = placed[orientation]?.(x, y) ?? [0, 0];
      plane[row * storedWidth + column] = picture[y * width + x] as number;
    }
  }
  const stored = { width: storedWidth, height: storedHeight, tags: { 274: orientation } };
  await expectSame(writeTiff([{ ...stored, bits: 32, kind: 'float', planes: [plane] }]));
  await expectSame(writeTiff([{ ...stored, planes: [plane.map((value) => Math.round(value * 255))] }]));
});

test('any combination of packings', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        image: fc.constantFrom(...Object.values(kinds)),
        compression: fc.constantFrom<TiffCompression>('none', 'lzw', 'packbits', 'deflate', 'zstd'),
        predictor: fc.constantFrom(1 as const, 2 as const, 3 as const),
        planar: fc.boolean(),
        rowsPerStrip: fc.integer({ min: 1, max: 20 }),
        tile: fc.option(fc.tuple(fc.constantFrom(16, 32), fc.constantFrom(16, 48)), { nil: undefined }),
        littleEndian: fc.boolean(),
        big: fc.boolean(),
      }),
      async ({ image, littleEndian, big, tile, ...packing }) => {
        fc.pre(isDefined(image, packing));
        const tiled = tile === undefined ? {} : { tile };
        await expectSame(writeTiff([{ width, height, ...image, ...packing, ...tiled }], { littleEndian, big }));
      },
    ),
    { numRuns: 150 },
  );
});

describe('pictures of browsers', () => {
  const grey8 = () => sharp(Uint8Array.from(scaled(255)), { raw: { width, height, channels: 1 } });
  const grey16 = () => sharp(Uint16Array.from(scaled(65_535)), { raw: { width, height, channels: 1 } });

  test.each([
    ['PNG of 8 bits', () => grey8().toColourspace('b-w').png()],
    ['PNG of 16 bits', () => grey16().toColourspace('grey16').png()],
    ['PNG in colours', () => grey8().toColourspace('srgb').png()],
    ['PNG in colours of 16 bits', () => grey16().toColourspace('rgb16').png()],
    ['PNG with transparency', () => grey8().toColourspace('srgb').ensureAlpha().png()],
    ['PNG with a palette', () => grey8().png({ palette: true, colours: 256, dither: 0 })],
    ['PNG, interlaced', () => grey8().toColourspace('b-w').png({ progressive: true })],
    ['WebP without loss', () => grey8().toColourspace('srgb').webp({ lossless: true })],
    [
      'TIFF by another writer',
      () => grey16().toColourspace('grey16').tiff({ compression: 'lzw', predictor: 'horizontal' }),
    ],
    ['tiled TIFF by another writer', () => grey8().toColourspace('b-w').tiff({ compression: 'deflate', tile: true })],
    ['PackBits TIFF by another writer', () => grey8().toColourspace('b-w').tiff({ compression: 'packbits' })],
  ] as const)('%s', async (_, write) => {
    await expectSame(await write().toBuffer());
  });
});
