import { describe, expect, test } from '@jest/globals';
import { decodeBrushRle, encodeBrushRle } from '../../../src/label-studio/brush-codec.js';
import { runsOf } from '../../support/mask-runs.js';
import { alphaOf, isBinary, rleVectors } from '../../support/rle-vectors.js';

const withoutPadding = (bytes: readonly number[]) => bytes.slice(0, bytes.findLastIndex((byte) => byte !== 0) + 1);

describe('recorded vectors', () => {
  test('all thirteen are there, ten of them binary', () => {
    expect(rleVectors).toHaveLength(13);
    expect(rleVectors.filter(isBinary).length).toBeGreaterThanOrEqual(8);
  });

  test.each(rleVectors)('decodes $name', (vector) => {
    const { pixels, alpha } = decodeBrushRle(Uint8Array.from(vector.rle));
    expect(pixels).toBe(vector.width * vector.height);
    expect(Buffer.compare(alpha, alphaOf(vector))).toBe(0);
  });

  test.each(rleVectors.filter(isBinary))('encodes $name to the same bytes', (vector) => {
    const bytes = encodeBrushRle(vector.width, vector.height, runsOf(alphaOf(vector)));
    expect(withoutPadding([...bytes])).toEqual(withoutPadding(vector.rle));
  });

  test("pads as Label Studio's SDK does, by a whole byte if the stream is already aligned", () => {
    for (const vector of rleVectors.filter(({ name }) =>
      /^(empty|full|one-pixel|checker|box|long|exact|corners)/.test(name),
    )) {
      expect([...encodeBrushRle(vector.width, vector.height, runsOf(alphaOf(vector)))]).toEqual(vector.rle);
    }
  });
});

describe('encodeBrushRle', () => {
  test('joins runs that touch, as rows of a wide mask do', () => {
    expect(encodeBrushRle(4, 4, Uint32Array.of(4, 8, 8, 12))).toEqual(encodeBrushRle(4, 4, Uint32Array.of(4, 12)));
  });

  test.each([
    ['out of order', [8, 10, 2, 4]],
    ['overlapping', [2, 6, 4, 8]],
    ['empty', [3, 3]],
    ['beyond the image', [10, 17]],
    ['half a run', [3]],
  ])('refuses runs that are %s', (_, runs) => {
    expect(() => encodeBrushRle(4, 4, Uint32Array.from(runs))).toThrow(RangeError);
  });

  test('refuses an image without pixels or with more than the format can count', () => {
    expect(() => encodeBrushRle(0, 4, new Uint32Array())).toThrow(RangeError);
    expect(() => encodeBrushRle(32768, 32768, new Uint32Array())).toThrow(RangeError);
  });

  test('counts the largest images without overflow', () => {
    const bytes = encodeBrushRle(32767, 32767, Uint32Array.of(0, 32767 * 32767));
    expect(new DataView(bytes.buffer).getUint32(0)).toBe(4 * 32767 * 32767);
  });
});

describe('decodeBrushRle', () => {
  test('takes the word size and the length sizes from the header', () => {
    // 8 values of 4 bits; length sizes 1, 2, 3, 4; one repeat group of eight 15s (index 2, three bits).
    const bits =
      '00000000000000000000000000001000' + '00011' + '0000' + '0001' + '0010' + '0011' + '1' + '10' + '111' + '1111';
    const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
    const bytes = Uint8Array.from(padded.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
    expect(decodeBrushRle(bytes)).toEqual({ pixels: 2, alpha: Uint8Array.of(15, 15) });
  });

  test('ignores trailing bytes', () => {
    const bytes = encodeBrushRle(3, 2, Uint32Array.of(1, 3));
    expect(decodeBrushRle(Uint8Array.of(...bytes, 7, 7))).toEqual(decodeBrushRle(bytes));
  });

  test.each([
    ['nothing', [], 'ends early'],
    ['only a header', [0, 0, 0, 48, 57, 27, 254], 'ends early'],
    ['a size that the bytes cannot hold', [255, 255, 255, 252, 57, 27, 254, 47, 0, 0], 'cannot hold'],
    ['values that are no whole pixels', [0, 0, 0, 47, 57, 27, 254, 47, 0, 0], 'no whole RGBA pixels'],
    ['a group beyond the end', [0, 0, 0, 44, 57, 27, 254, 47, 0, 0], 'value 48 of 44'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeBrushRle(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'request.invalid', message: expect.stringContaining(message) }),
    );
  });

  test('refuses more pixels than it is allowed', () => {
    expect(() => decodeBrushRle(encodeBrushRle(10, 10, new Uint32Array()), 99)).toThrow('cannot hold its 100 pixels');
  });
});
