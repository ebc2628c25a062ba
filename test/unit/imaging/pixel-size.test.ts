import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { readPixelSize } from '../../../src/imaging/pixel-size.js';

/** A grey TIFF of one pixel with the given tags: ASCII for texts, RATIONAL for `[numerator, denominator]`, SHORT for numbers. */
type TagValue = string | number | readonly [number, number];

function tiff(tags: Readonly<Record<number, TagValue>>): Uint8Array {
  const base = { 256: 1, 257: 1, 258: 8, 259: 1, 262: 1, 277: 1, 278: 1 };
  const all: Readonly<Record<number, TagValue>> = { ...base, 273: 8, 279: 1, ...tags };
  const entries = Object.entries(all).map(([tag, value]) => [Number(tag), value] as const);
  const blocks: Buffer[] = [];
  let at = 16 + 2 + entries.length * 12 + 4;
  const ifd = entries
    .sort((a, b) => a[0] - b[0])
    .map(([tag, value]) => {
      const entry = Buffer.alloc(12);
      entry.writeUInt16LE(tag);
      const block =
        typeof value === 'string'
          ? Buffer.from(`${value}\0`, 'latin1')
          : typeof value === 'number'
            ? undefined
            : Buffer.from(Uint32Array.from(value).buffer);
      entry.writeUInt16LE(typeof value === 'string' ? 2 : block === undefined ? 3 : 5, 2);
      entry.writeUInt32LE(typeof value === 'string' ? (block?.length ?? 0) : 1, 4);
      entry.writeUInt32LE(typeof value === 'number' ? value : at, 8);
      if (block !== undefined) {
        blocks.push(block);
        at += block.length;
      }
      return entry;
    });
  const head = Buffer.alloc(16);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(16, 4);
  const count = Buffer.alloc(2);
  count.writeUInt16LE(entries.length);
  return Buffer.concat([head, count, ...ifd, Buffer.alloc(4), ...blocks]);
}

async function png(pixelsPerMetre: number | undefined): Promise<Buffer> {
  const plain = await sharp(Buffer.alloc(4), { raw: { width: 2, height: 2, channels: 1 } })
    .png()
    .toBuffer();
  if (pixelsPerMetre === undefined) return plain;
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9);
  chunk.write('pHYs', 4);
  chunk.writeUInt32BE(pixelsPerMetre, 8);
  chunk.writeUInt32BE(pixelsPerMetre, 12);
  chunk[16] = 1;
  return Buffer.concat([plain.subarray(0, 33), chunk, plain.subarray(33)]);
}

describe('nanometres per pixel', () => {
  test('of a PNG with physical dimensions', async () => {
    expect(readPixelSize(await png(4_000_000_000))).toBeCloseTo(0.25);
  });

  test.each([
    ['FEI and Thermo Fisher', { 34682: '[Scan]\r\nPixelWidth=1.25e-010\r\nPixelHeight=1.25e-010' }, 0.125],
    ['ImageJ', { 270: 'ImageJ=1.53t\nunit=nm\n', 282: [20, 1] }, 0.05],
    ['ImageJ in micrometres', { 270: 'ImageJ=1.53t\nunit=\\u00B5m\n', 282: [1000, 1] }, 1],
    ['OME', { 270: '<OME><Pixels PhysicalSizeX="12" PhysicalSizeXUnit="pm"/></OME>' }, 0.012],
    ['a resolution in centimetres', { 282: [100_000_000, 1], 296: 3 }, 0.1],
  ] as const)('of a TIFF by %s', (_name, tags, expected) => {
    expect(readPixelSize(tiff(tags))).toBeCloseTo(expected, 6);
  });

  test('is not told by files without it, or with the resolution of a print', async () => {
    const prints = [await png(undefined), await png(11811), tiff({}), tiff({ 282: [300, 1], 296: 2 })];
    expect(prints.map(readPixelSize)).toEqual([undefined, undefined, undefined, undefined]);
    expect(
      [Buffer.from('II*\0broken', 'latin1'), Buffer.from([0xff, 0xd8]), Buffer.alloc(0)].map(readPixelSize),
    ).toEqual([undefined, undefined, undefined]);
  });
});
