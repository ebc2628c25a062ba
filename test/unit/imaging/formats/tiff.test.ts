import { describe, expect, test } from '@jest/globals';
import { valueOrThrow } from '../../../../src/core/result.js';
import { decodeMicrograph } from '../../../../src/imaging/decode-micrograph.js';
import { type TagValue, type TiffImage, writeTiff } from '../../../support/write-tiff.js';

const options = { maxPixels: 1e6 };
const decode = async (bytes: Uint8Array, frame?: number | 'mean') =>
  valueOrThrow(await decodeMicrograph('a.tif', bytes, { ...options, frame }));

/** Noise of a seed, so that pages differ. */
function page(width: number, height: number, seed: number, more: Partial<TiffImage> = {}): TiffImage {
  return {
    width,
    height,
    planes: [Uint8Array.from({ length: width * height }, (_, i) => (i * (7 + seed) + 31 * seed) % 251)],
    ...more,
  };
}

describe('several images in one file', () => {
  test('a thumbnail before the image is never taken', async () => {
    for (const reduced of [{ 254: 1 }, { 255: 2 }] as const) {
      const found = await decode(writeTiff([page(30, 24, 1, { tags: reduced }), page(12, 9, 2)]));
      expect([found.width, found.height, found.frame, found.frames]).toEqual([12, 9, 0, 1]);
      expect(found.warnings).toEqual(['1 thumbnail or smaller copy in the file left out']);
    }
  });

  test('of pages of one size the first, of several the largest, with the count', async () => {
    const stack = await decode(writeTiff([page(12, 9, 1), page(12, 9, 2), page(12, 9, 3)]));
    expect([stack.frame, stack.frames]).toEqual([0, 3]);
    expect(stack.warnings).toEqual(['the file holds 3 images (frames 0 to 2): only frame 0 was taken']);
    const mixed = await decode(writeTiff([page(6, 9, 1), page(12, 9, 2), page(7, 9, 3)]));
    expect([mixed.width, mixed.frame]).toEqual([12, 1]);
    expect(mixed.warnings).toEqual([expect.stringContaining('frame 1, the largest (12 × 9 pixels)')]);
  });

  test('the one that is asked for, or the mean of all', async () => {
    const pages = [page(12, 9, 1), page(12, 9, 2), page(12, 9, 3)];
    const file = writeTiff(pages);
    const second = await decode(file, 1);
    expect(second.grey).toEqual((await decode(writeTiff([pages[1] as TiffImage]))).grey);
    expect([second.frame, second.warnings]).toEqual([1, []]);
    const sum = Float64Array.from({ length: 108 }, (_, i) =>
      pages.reduce((all, { planes }) => all + (planes[0]?.[i] as number), 0),
    );
    const mean = await decode(file, 'mean');
    expect(mean.frame).toBe('mean');
    const direct = await decode(writeTiff([{ width: 12, height: 9, bits: 64, kind: 'float', planes: [sum] }]));
    mean.grey.forEach((value, index) => expect(value).toBeCloseTo(direct.grey[index] as number, 5));
    expect(await decodeMicrograph('a.tif', file, { ...options, frame: 3 })).toMatchObject({
      error: { message: expect.stringContaining('3 images, frames 0 to 2') },
    });
  });

  test("ImageJ's large stacks have one directory for all", async () => {
    const tall = page(8, 12, 5);
    const description = 'ImageJ=1.54f\nimages=3\nslices=3\n';
    const [width, height] = [8, 4];
    const whole = writeTiff([{ ...tall, rowsPerStrip: 12 }]);
    // The pixels come first in our files, so that the directory of one image of 4 rows can stand for all three.
    const first = writeTiff([
      { width, height, planes: [(tall.planes[0] as Uint8Array).subarray(0, 32)], tags: { 270: description } },
    ]);
    const pixels = whole.subarray(8, 8 + 96);
    const moved = Buffer.concat([first, pixels]);
    const at = first.length;
    // Point the strip to the end of the file.
    const entry = moved.indexOf(Buffer.from([0x11, 0x01, 3, 0, 1, 0, 0, 0]));
    moved.writeUInt16LE(at, entry + 8);
    const found = await decode(moved, 2);
    expect(found.frames).toBe(3);
    const third = (tall.planes[0] as Uint8Array).subarray(64);
    expect(found.grey).toEqual((await decode(writeTiff([{ width, height, planes: [third] }]))).grey);
  });
});

describe('colours and channels', () => {
  test('channels that are no colours are left out with a word', async () => {
    const [a, b] = [page(9, 9, 1), page(9, 9, 2)];
    const found = await decode(
      writeTiff([{ ...a, planes: [...a.planes, ...b.planes, ...b.planes], tags: { 262: 1, 338: [0, 0] } }]),
    );
    expect(found.warnings).toEqual(['2 of 3 channels in the file left out']);
    expect(found.grey).toEqual((await decode(writeTiff([a]))).grey);
  });

  test('what is transparent, or marked as without data, is excluded', async () => {
    const alpha = Uint8Array.from({ length: 81 }, (_, i) => (i < 27 ? 0 : 255));
    const seen = await decode(
      writeTiff([{ ...page(9, 9, 1), planes: [...page(9, 9, 1).planes, alpha], tags: { 262: 1, 338: 2 } }]),
    );
    expect(seen.excluded?.areaPx).toBe(27);
    const marked = Uint8Array.from({ length: 81 }, (_, i) => (i % 9 === 4 ? 7 : 20 + i));
    const found = await decode(writeTiff([{ width: 9, height: 9, planes: [marked], tags: { 42113: '7' } }]));
    expect(found.excluded?.areaPx).toBe(9);
  });
});

describe('nanometres per pixel', () => {
  const sizeOf = async (tags: Readonly<Record<number, TagValue>>) =>
    (await decode(writeTiff([{ ...page(9, 9, 1), tags }]))).pixelSizeNm;

  test.each([
    ['FEI and Thermo Fisher', { 34682: '[Scan]\r\nPixelWidth=1.25e-010\r\nPixelHeight=1.5e-010\r\n' }, [0.125, 0.15]],
    ['older FEI', { 34680: '[EBeam]\r\nHFW=9e-9\r\n' }, [1, 1]],
    ['Zeiss', { 34118: '0\r\n0\r\nAP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 5.582 nm\r\n' }, [5.582, 5.582]],
    ['Zeiss without lines', { 34118: '0\r\n0\r\n0\r\n1.8e-12\r\n' }, [0.2048, 0.2048]],
    ['Hitachi', { 270: '[SemImageFile]\r\nPixelSize=9.921875\r\nMagnification=10000\r\n' }, [9.921875, 9.921875]],
    [
      'JEOL',
      {
        270: '<TemReporter><ModeString>MAG</ModeString><SelectorValue>100000</SelectorValue></TemReporter>',
        271: 'JEOL Ltd.',
        282: { rational: [1000, 1] },
        283: { rational: [1000, 1] },
        296: 3,
      },
      [0.1, 0.1],
    ],
    ['Gatan', { 65003: 'nm', 65004: 'µm', 65009: { double: 0.02 }, 65010: { double: 3e-5 } }, [0.02, 0.03]],
    ['ImageJ', { 270: 'ImageJ=1.53t\nunit=nm\n', 282: { rational: [20, 1] }, 283: { rational: [10, 1] } }, [0.05, 0.1]],
    ['ImageJ in micrometres', { 270: 'ImageJ=1.53t\nunit=\\u00B5m\n', 282: { rational: [1000, 1] } }, [1, 1]],
    [
      'OME',
      {
        270: '<OME><Pixels PhysicalSizeX="12" PhysicalSizeXUnit="pm" PhysicalSizeY="0.014" PhysicalSizeYUnit="nm"/></OME>',
      },
      [0.012, 0.014],
    ],
    ['a resolution in centimetres', { 282: { rational: [100_000_000, 1] }, 296: 3 }, [0.1, 0.1]],
  ] as [string, Record<number, TagValue>, number[]][])('by %s', async (_, tags, expected) => {
    const found = await sizeOf(tags);
    expect(found?.[0]).toBeCloseTo(expected[0] as number, 9);
    expect(found?.[1]).toBeCloseTo(expected[1] as number, 9);
  });

  test('is not told by the resolution of a print', async () => {
    expect(await sizeOf({ 282: { rational: [300, 1] }, 296: 2 })).toBeNull();
    expect(await sizeOf({})).toBeNull();
  });

  test('how it was taken', async () => {
    const fei =
      '[User]\r\nDate=01/02/2020\r\nTime=10:11:12 AM\r\n[Beam]\r\nHV=200000\r\n[Detectors]\r\nNumber=1\r\nName=HAADF\r\n';
    const { acquisition } = await decode(writeTiff([{ ...page(9, 9, 1), tags: { 34682: fei } }]));
    expect(acquisition).toMatchObject({ detector: 'HAADF', highTensionKv: 200, date: '01/02/2020 10:11:12 AM' });
    const zeiss =
      'DP_DETECTOR_CHANNEL\r\nSignal A = InLens\r\nAP_ACTUALKV\r\nEHT =  5.00 kV\r\nAP_MAG\r\nMag =  20.00 K X\r\n';
    const other = await decode(writeTiff([{ ...page(9, 9, 1), tags: { 34118: zeiss } }]));
    expect(other.acquisition).toMatchObject({ detector: 'InLens', highTensionKv: 5, magnification: 20_000 });
  });
});

describe('hostile files', () => {
  const codeOf = async (bytes: Uint8Array) => {
    const result = await decodeMicrograph('a.tif', bytes, options);
    return result.ok ? 'decoded' : `${result.error.code}: ${result.error.message}`;
  };
  const entryOf = (file: Buffer, tag: number) => {
    for (let at = file.readUInt32LE(4) + 2; ; at += 12) if (file.readUInt16LE(at) === tag) return at;
  };

  test('a chain of directories that runs in a circle', async () => {
    const file = writeTiff([page(9, 9, 1)]);
    const start = file.readUInt32LE(4);
    file.writeUInt32LE(start, start + 2 + 12 * file.readUInt16LE(start));
    expect(await codeOf(file)).toContain('circle');
  });

  test('a tag of four thousand million values costs nothing', async () => {
    const file = writeTiff([page(9, 9, 1)]);
    for (const tag of [258, 273, 279]) {
      const hostile = Buffer.from(file);
      hostile.writeUInt32LE(0xfffffff0, entryOf(hostile, tag) + 4);
      hostile.writeUInt32LE(8, entryOf(hostile, tag) + 8);
      expect(await codeOf(hostile)).toContain('image.unreadable');
    }
  });

  test('a ZIP block that swells is not unpacked', async () => {
    const swollen = writeTiff([page(500, 500, 1, { planes: [new Uint8Array(250_000)], compression: 'deflate' })]);
    swollen.writeUInt16LE(10, entryOf(swollen, 257) + 8);
    swollen.writeUInt16LE(10, entryOf(swollen, 278) + 8);
    expect(await codeOf(swollen)).toContain('image.unreadable');
  });

  test('any byte changed, any length cut: an answer of a known kind', async () => {
    const file = writeTiff([page(9, 9, 1, { compression: 'lzw' }), page(9, 9, 2, { tile: [16, 16] })]);
    for (let at = 0; at < file.length; at++) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      expect(await codeOf(changed)).toMatch(/^(decoded|image\.(unreadable|too_large): )/);
      expect(await codeOf(file.subarray(0, at))).toMatch(/^(decoded|image\.(unreadable|too_large): )/);
    }
  });
});
