import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createOpenCaseImage } from '../../../src/annotations/case-images.js';
import { createComputeStages } from '../../../src/app/compute-stages.js';
import { SamIAmError } from '../../../src/core/errors.js';
import { failure, success } from '../../../src/core/result.js';
import type { FetchTaskImage } from '../../../src/label-studio/fetch-task-image.js';
import type { SegmentPool } from '../../../src/painting/threads/segment-pool.js';
import { filmCase } from '../../support/stage-records.js';

const fetched: FetchTaskImage = (address) => Promise.resolve(success({ name: address, bytes: Buffer.from('fetched') }));
const labelStudio = { url: undefined, token: undefined };

async function folderWith(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'images-'));
  await mkdir(join(folder, 'below'));
  for (const name of names) await writeFile(join(folder, name), name);
  return folder;
}

const opened = async (folder: string | undefined, file: string, imageAddress: string | null = null) => {
  const open = await createOpenCaseImage({ folder, fetchTaskImage: fetched, labelStudio });
  const result = await open(filmCase('1', 0, { file, imageAddress }));
  return result.ok ? Buffer.from(result.value.bytes).toString() : result.error;
};

test('files go by name or by name without ending, in folders below too', async () => {
  const folder = await folderWith('a.png', 'a.labels.png', 'below/b.tif');
  expect(await opened(folder, 'a.png')).toBe('a.png');
  expect(await opened(folder, 'a')).toBe('a.png');
  expect(await opened(folder, 'b')).toBe('below/b.tif');
});

test('else the address of the task is fetched; a name without either is named', async () => {
  const folder = await folderWith('a.png');
  expect(await opened(folder, 'c.png', 'https://host/c.png')).toBe('fetched');
  expect(await opened(folder, 'c.png', 'c.png')).toMatchObject({ code: 'image.not_found' });
  expect(await opened(undefined, 'c.png')).toMatchObject({ hint: expect.stringContaining('--images') });
});

test('a folder that is none is bad usage', async () => {
  await expect(opened('/no/such/folder', 'a.png')).rejects.toMatchObject({ code: 'usage.invalid' });
});

test('computed stages must have the size of the accepted masks', async () => {
  const open = await createOpenCaseImage({ folder: await folderWith('1.png'), fetchTaskImage: fetched, labelStudio });
  const { signal } = new AbortController();
  const pool = (width: number) =>
    ({
      stages: () =>
        Promise.resolve(success({ width, height: 40, sam: [Uint32Array.of(0, 5)], removed: [], boosted: [] })),
    }) as unknown as SegmentPool;
  const compute = createComputeStages(open, pool(40), 'auto', signal);
  const stages = await compute(filmCase('1', 0));
  expect(stages.ok && stages.value.sam?.[0]?.areaPx).toBe(5);
  const wrong = await createComputeStages(open, pool(41), 'auto', signal)(filmCase('1', 0));
  expect(!wrong.ok && wrong.error.message).toContain('41 × 40');
  const broken = { stages: () => Promise.resolve(failure(new SamIAmError('internal', 'no', { hint: 'x' }))) };
  const failed = await createComputeStages(open, broken as unknown as SegmentPool, 'auto', signal)(filmCase('1', 0));
  expect(failed.ok).toBe(false);
});
