import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { decodeMicrograph } from '../../../src/imaging/decode-micrograph.js';
import { formatNames, formatOf, formats, headBytes } from '../../../src/imaging/formats.js';
import { writeTiff } from '../../support/write-tiff.js';

async function errorOf(
  bytes: Uint8Array | string,
): Promise<{ readonly code: string; readonly message: string; readonly hint: string }> {
  const result = await decodeMicrograph('x.png', typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, {
    maxPixels: 1e6,
  });
  if (result.ok) throw new Error('decoded');
  return result.error;
}

const picture = () => sharp({ create: { width: 20, height: 16, channels: 3, background: '#456' } });

describe('files that are no micrographs are named for what they are', () => {
  test.each([
    ['%PDF-1.7\n', 'PDF'],
    ['<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'SVG'],
    ['<svg width="4"/>', 'SVG'],
    ['\0\0\0\x1cftypheic\0\0\0\0', 'HEIF'],
    ['\0\0\0\x1cftypavif\0\0\0\0', 'AVIF'],
    ['PK\x03\x04\x14\0', 'ZIP'],
    ['\x1f\x8b\x08\0', 'gzip'],
    ['<!DOCTYPE html><title>Login</title>', 'web page'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n', 'Git LFS'],
    ['{"id": 3}', 'JSON'],
    ['not an image at all', 'a text'],
    ['ZISRAWFILE\0\0\0\0', 'CZI'],
    ['\0\0\0\x0cjP  \r\n\x87\n', 'JPEG 2000'],
    ['P5\n2 2\n255\n', 'Netpbm'],
    ['\x01\x02\x03\x04\x05\x06', 'no format that is known'],
  ])('%j', async (bytes, named) => {
    const { code, message, hint } = await errorOf(bytes);
    expect(code).toBe('image.unreadable');
    expect(message).toContain(named);
    expect(message).toContain('x.png');
    expect(hint).toMatch(/\.$/);
    expect(`${message} ${hint}`).not.toMatch(/buffer|vips|unsupported image/i);
  });

  test('an AVIF that a library could decode is refused, too', async () => {
    const { message } = await errorOf(await picture().avif().toBuffer());
    expect(message).toContain('AVIF');
  });
});

test('an empty file', async () => {
  expect(await errorOf('')).toMatchObject({ code: 'image.unreadable', message: expect.stringContaining('empty') });
});

test('a picture is known by its content, whatever its name', async () => {
  const tiff = writeTiff([{ width: 4, height: 3, planes: [[...Array(12).keys()]] }]);
  for (const bytes of [
    tiff,
    await picture().jpeg().toBuffer(),
    await picture().webp().toBuffer(),
    await picture().gif().toBuffer(),
  ]) {
    expect(await decodeMicrograph('x.png', bytes, { maxPixels: 1e6 })).toMatchObject({ ok: true });
  }
});

describe('the table', () => {
  test('has endings of its own for each format', () => {
    const all = formats.flatMap(({ endings }) => endings);
    expect(new Set(all).size).toBe(all.length);
    for (const ending of all) expect(ending).toMatch(/^\.[a-z0-9]+$/);
    for (const { name } of formats) expect(formatNames).toContain(name);
  });

  test.each(['png', 'jpeg', 'webp', 'gif'] as const)(
    'a whole %s is told from one that is being written',
    async (kind) => {
      const file = await picture()[kind]().toBuffer();
      const look = (bytes: Buffer) => {
        const head = bytes.subarray(0, headBytes);
        return formatOf(head, bytes.length)?.isWhole({
          head,
          tail: bytes.subarray(-16).toString('latin1'),
          size: bytes.length,
        });
      };
      expect(look(file)).toBe(true);
      expect(look(file.subarray(0, file.length - 9))).toBe(false);
    },
  );
});
