import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BitReader, BitWriter } from '../../../src/label-studio/bit-stream.js';

const numbers = fc.array(
  fc
    .integer({ min: 1, max: 32 })
    .chain((width) => fc.record({ width: fc.constant(width), value: fc.nat(2 ** width - 1) })),
  { maxLength: 40 },
);

test('what is written is read, whatever the widths, and as the bits in a row say', () => {
  fc.assert(
    fc.property(numbers, (given) => {
      const bits = given.map(({ value, width }) => value.toString(2).padStart(width, '0')).join('');
      const writer = new BitWriter(bits.length);
      for (const { value, width } of given) writer.write(value, width);
      const bytes = writer.finish();
      expect(Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')).toBe(
        bits.padEnd(bytes.length * 8, '0'),
      );
      expect(bytes.length * 8 - bits.length).toBeGreaterThanOrEqual(1);
      expect(bytes.length * 8 - bits.length).toBeLessThanOrEqual(8);
      const reader = new BitReader(bytes);
      for (const { value, width } of given) expect(reader.read(width)).toBe(value);
    }),
  );
});

test('reading on past the end is an error that says so', () => {
  const reader = new BitReader(Uint8Array.of(255));
  reader.read(5);
  expect(reader.bitsLeft).toBe(3);
  expect(() => reader.read(4)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
});
