import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { valueOrThrow } from '../../../src/core/result.js';
import { countFrames, decodeMicrographFile } from '../../../src/imaging/micrograph-file.js';
import { writeTiff } from '../../support/write-tiff.js';

let folder: string;
const at = (name: string) => join(folder, name);
const options = { maxPixels: 1e6 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micrographs-'));
  await mkdir(at('folder.png'));
  await symlink('gone.png', at('broken.png'));
  await symlink('circle.png', at('circle.png'));
  const page = (seed: number) => ({
    width: 12,
    height: 9,
    planes: [Uint8Array.from({ length: 108 }, (_, i) => (i * (7 + seed)) % 251)],
  });
  await writeFile(at('stack.tif'), writeTiff([page(1), page(2), page(3)]));
  await writeFile(at('text.png'), 'no picture');
});

afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['folder.png', 'folder'],
  ['broken.png', 'link to a file that is not there'],
  ['circle.png', 'leads back to itself'],
  ['missing.png', 'no such file'],
  ['r\ufffdsultat.png', 'no UTF-8'],
  [`${'x'.repeat(300)}.png`, 'too long'],
  ['text.png', 'a text'],
])('%s is named for what it is', async (name, reason) => {
  const result = await decodeMicrographFile({ path: at(name) }, options);
  expect(result).toMatchObject({
    ok: false,
    error: { code: 'image.unreadable', message: expect.stringContaining(reason) },
  });
  expect(result.ok ? '' : result.error.hint).not.toContain('fault of sam-i-am');
});

test('any image of a file on disk, with the size that is given', async () => {
  expect(await countFrames(at('stack.tif'))).toBe(3);
  expect(await countFrames(at('text.png'))).toBe(1);
  const found = valueOrThrow(
    await decodeMicrographFile({ path: at('stack.tif') }, { ...options, frame: 2, pixelSizeNm: [0.02, 0.03] }),
  );
  expect(found).toMatchObject({ name: 'stack.tif', frame: 2, frames: 3, pixelSizeNm: [0.02, 0.03], warnings: [] });
});

test('a picture on disk is read as one in memory', async () => {
  const png = await sharp(
    Uint8Array.from({ length: 300 }, (_, i) => i % 256),
    { raw: { width: 20, height: 15, channels: 1 } },
  )
    .png()
    .toBuffer();
  await writeFile(at('a.png'), png);
  const found = valueOrThrow(await decodeMicrographFile({ path: at('a.png') }, options));
  expect([found.width, found.height]).toEqual([20, 15]);
});
