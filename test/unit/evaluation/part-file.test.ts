import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PartFile } from '../../../src/evaluation/part-file.js';

const temporary = () => mkdtemp(join(tmpdir(), 'sam-i-am-'));

test('is in its place when it is finished, and not before', async () => {
  const folder = await temporary();
  const file = new PartFile(join(folder, 'a.txt'));
  await file.write('one ');
  await file.write('x'.repeat(200_000));
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^\.a\.txt\.\d+-[0-9a-f]{8}\.part$/)]);
  await file.finish();
  expect(await readdir(folder)).toEqual(['a.txt']);
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe(`one ${'x'.repeat(200_000)}`);
});

test('leaves nothing when it is discarded', async () => {
  const folder = await temporary();
  const file = new PartFile(join(folder, 'a.txt'));
  await file.write('one');
  await file.discard();
  expect(await readdir(folder)).toEqual([]);
});

test('a place that does not exist is an error of the next step', async () => {
  const file = new PartFile(join(await temporary(), 'none', 'a.txt'));
  await expect(
    (async () => {
      await file.write('one');
      await file.finish();
    })(),
  ).rejects.toThrow('ENOENT');
});
