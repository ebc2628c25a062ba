import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { exitStatusOf } from '../../../src/cli/exit-status.js';
import { findImages } from '../../../src/cli/image-inputs.js';
import { createProgress } from '../../../src/cli/progress.js';
import { errorCodes } from '../../../src/core/errors.js';

async function folder(...names: string[]): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'images-'));
  for (const name of names) await writeFile(join(path, name), '');
  return path;
}

describe('the inputs of segment', () => {
  test('a folder stands for the images in it, without our own results', async () => {
    const path = await folder('b.PNG', 'a.tif', 'a.labels.png', 'b.overlay.png', 'c.materials.png', 'notes.txt');
    await mkdir(join(path, 'sub'));
    expect((await findImages([path])).images.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('a file is taken as it is, once', async () => {
    const path = join(await folder('scan.dat'), 'scan.dat');
    expect((await findImages([path, path])).images).toEqual([{ path, name: 'scan' }]);
  });

  test('what does not exist is bad usage', async () => {
    await expect(findImages(['/no/such/file.png'])).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  test('an empty folder is bad usage', async () => {
    await expect(findImages([await folder()])).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  test('two inputs that would write the same files are bad usage', async () => {
    const path = await folder('a.png', 'a.tif');
    await expect(findImages([path])).rejects.toMatchObject({ message: expect.stringContaining(`${basename('a')}.*`) });
  });
});

test('every error has an exit status: 2 for usage, 130 for interruption, else 1', () => {
  const statuses = Object.fromEntries(errorCodes.map((code) => [code, exitStatusOf(code)]));
  expect(
    Object.entries(statuses)
      .filter(([, status]) => status === 2)
      .map(([code]) => code),
  ).toEqual(['usage.invalid', 'settings.invalid', 'model.unknown']);
  expect(statuses['cancelled']).toBe(130);
  expect(statuses['image.unreadable']).toBe(1);
});

test('off a terminal, progress is plain lines', () => {
  const stream = new PassThrough();
  const progress = createProgress(2, stream as unknown as NodeJS.WriteStream);
  progress.advance('a.png: 2 materials');
  progress.note('a note');
  progress.advance('b.png: failed');
  progress.done();
  expect(String(stream.read())).toBe('[1/2] a.png: 2 materials\na note\n[2/2] b.png: failed\n');
});
