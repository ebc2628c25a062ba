import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sourceOfBytes } from '../../../../src/imaging/byte-source.js';
import { readTiffDirectories } from '../../../../src/imaging/tiff/directory.js';

const description = 270;
const textAt = 26;

/** A TIFF file of one directory that holds nothing but a text. */
function tiffWithText(text: string): Uint8Array {
  const bytes = Buffer.alloc(textAt + text.length);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(1, 8);
  bytes.writeUInt16LE(description, 10);
  bytes.writeUInt16LE(2, 12);
  bytes.writeUInt32LE(text.length, 14);
  bytes.writeUInt32LE(textAt, 18);
  bytes.write(text, textAt, 'latin1');
  return bytes;
}

test('a text ends at the first zero that only zeros and blanks follow', async () => {
  const padded = fc.array(fc.constantFrom('a', '\0', ' ', '\n', '\t'), { minLength: 5, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(padded, async (signs) => {
      const text = signs.join('');
      const { pages } = await readTiffDirectories(sourceOfBytes(tiffWithText(text)));
      expect(await pages[0]?.text(description)).toBe(text.replace(/\0[\0\s]*$/, ''));
    }),
    { numRuns: 500 },
  );
});
