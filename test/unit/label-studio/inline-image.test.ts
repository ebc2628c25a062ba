import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeDataUri } from '../../../src/label-studio/inline-image.js';

const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 200 });

describe('a data URI', () => {
  test('gives back the bytes that were written, in base64 or in percent signs', () => {
    fc.assert(
      fc.property(anyBytes, fc.boolean(), (bytes, isUpper) => {
        const hex = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
        const base64 = Buffer.from(bytes).toString('base64');
        expect([...decodeDataUri(`data:image/png;base64,${base64}`)]).toEqual([...bytes]);
        expect([...decodeDataUri(`data:,${isUpper ? hex.toUpperCase() : hex}`)]).toEqual([...bytes]);
      }),
    );
  });

  test('keeps percent signs that write no byte', () => {
    expect(Buffer.from(decodeDataUri('data:,100%zz%4%41%')).toString()).toBe('100%zz%4A%');
  });

  test.each([
    ['data:image/png', 'no comma'],
    [`data:${';'.repeat(5000)},x`, 'no comma'],
    ['data:image/png;base64,', 'no bytes'],
  ])('%.30s is refused: %s', (uri, reason) => {
    expect(() => decodeDataUri(uri)).toThrow(reason);
  });

  test('of more characters than can be decoded between two health checks is named as too large', () => {
    const uri = `data:,${'x'.repeat(64 * 2 ** 20)}`;
    expect(() => decodeDataUri(uri)).toThrow(expect.objectContaining({ code: 'image.too_large' }));
  });
});
