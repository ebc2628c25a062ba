import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { createOpenCaseImage } from '../../../../src/annotations/case-images.js';
import { openSource } from '../../../../src/annotations/open-source.js';
import { buildDataset, type DatasetItem, type DatasetOptions } from '../../../../src/app/dataset/build-dataset.js';
import { type CocoRle, decodeCocoRle } from '../../../../src/core/coco-rle.js';
import type { Mask } from '../../../../src/core/mask.js';
import { drawMask, showMask } from '../../../support/draw-mask.js';
import { annotation, brushRegion, task } from '../../../support/label-studio-tasks.js';
import { bitmaskRegion, outlineRegion, polygonRegion } from '../../../support/region-shapes.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'dataset-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const left = drawMask('##..', '##..');
const right = drawMask('...#', '...#');
const speck = drawMask('....', '#...');

const png = (value: number, width = 4) =>
  sharp(Buffer.alloc(width * 2, value), { raw: { width, height: 2, channels: 1 } })
    .png()
    .toBuffer();
const inline = async (value: number, width?: number) =>
  `data:image/png;base64,${(await png(value, width)).toString('base64')}`;

function labelled(id: number, image: string, regions: readonly (readonly [string, Mask])[], more: object = {}) {
  const result = regions.map(([label, mask], index) => brushRegion(`${id}-${index}`, label, mask));
  return { ...task(id, [annotation(id, result)], []), data: { image, ...more } };
}

async function build(tasks: readonly object[], more: Partial<DatasetOptions> = {}) {
  const path = join(folder, 'export.json');
  await writeFile(path, JSON.stringify(tasks));
  const reading = { difficultyField: 'difficulty', maxPixels: 1e6, acceptedOnly: true };
  const problems: string[] = [];
  const fetchTaskImage = (address: string) =>
    Promise.resolve({
      ok: true as const,
      value: { name: 'inline image', bytes: Buffer.from(address.split(',')[1] ?? '', 'base64') },
    });
  const openImage = await createOpenCaseImage({
    folder: undefined,
    fetchTaskImage,
    labelStudio: { url: undefined, token: undefined },
  });
  const out = join(folder, 'out');
  const built = await buildDataset({
    sources: [{ source: await openSource({ path }, reading), name: 'project-3', url: 'http://ls', openImage }],
    out,
    specimenField: 'specimen',
    shares: [0.8, 0.1, 0.1],
    licence: 'CC-BY-4.0',
    maxPixels: 1e6,
    signal: new AbortController().signal,
    onItem: () => undefined,
    onProblem: (name, { message }) => problems.push(`${name}: ${message}`),
    ...more,
  });
  return { built, problems, out };
}

async function readJson<Content>(...names: string[]): Promise<Content> {
  return JSON.parse(await readFile(join(folder, 'out', ...names), 'utf8')) as Content;
}
interface Manifest {
  readonly licence: string;
  readonly labels: readonly string[];
  readonly items: readonly DatasetItem[];
}

test('images, labels and annotations are written, with hashes and where they come from', async () => {
  const tasks = [
    labelled(7, await inline(50), [['STO', left], ['Ge', right]], { specimen: 'film A' }), // prettier-ignore
    labelled(8, await inline(90), [['Ge', left], ['STO', speck]], { specimen: 'film A' }), // prettier-ignore
  ];
  const { built, problems, out } = await build(tasks);
  expect([problems, built]).toMatchObject([[], { images: 2, labels: ['STO', 'Ge'], specimens: 1, unnamed: 0 }]);
  const { items, labels, licence } = await readJson<Manifest>('manifest.json');
  expect([labels, licence]).toEqual([['STO', 'Ge'], 'CC-BY-4.0']);
  for (const { file, sha256 } of items.flatMap(({ image, labels: painted }) => [image, painted])) {
    expect(
      createHash('sha256')
        .update(await readFile(join(out, file)))
        .digest('hex'),
    ).toBe(sha256);
  }
  expect(new Set(items.map(({ split }) => split)).size).toBe(1);
  expect(items[0]).toMatchObject({
    id: 'project-3-7',
    specimen: 'film A',
    specimen_named: true,
    provenance: { source: 'project-3', url: 'http://ls', task: '7', annotation: '7' },
  });
  const pixels = await Promise.all(
    items.map(async ({ labels: { file } }) =>
      [...(await sharp(join(out, file)).toColourspace('b-w').raw().toBuffer())].join(''),
    ),
  );
  expect(pixels).toEqual(['11021102', '22001200']);
  const coco = await readJson<{ annotations: { segmentation: CocoRle; category_id: number; image_id: number }[] }>(
    'annotations.coco.json',
  );
  expect(coco.annotations.map(({ image_id, category_id }) => [image_id, category_id])).toEqual([
    [1, 1],
    [1, 2],
    [2, 2],
    [2, 1],
  ]);
  expect(coco.annotations.map(({ segmentation }) => showMask(decodeCocoRle(segmentation)))).toEqual(
    [left, right, left, speck].map(showMask),
  );
});

test('what it wrote is read as COCO by the evaluator', async () => {
  await build([labelled(7, await inline(50), [['STO', left]])]);
  const reading = { difficultyField: 'difficulty', maxPixels: 1e6, acceptedOnly: true };
  const source = await openSource({ path: join(folder, 'out', 'annotations.coco.json') }, reading);
  const found: string[] = [];
  for await (const { evaluated } of source.items()) {
    found.push(...(evaluated?.annotations[0].regions.map(({ label, mask }) => label + showMask(mask).join('/')) ?? []));
  }
  expect(found).toEqual([`STO${showMask(left).join('/')}`]);
});

test('regions of any shape are written, each page of a task as an image of its own', async () => {
  const size = { width: 4, height: 2 };
  const corners = [[0, 0], [2, 0], [2, 2], [0, 2]] as const; // prettier-ignore
  const box = { x: 75, y: 0, width: 25, height: 100, rotation: 0 };
  const result = [
    polygonRegion('a', 'STO', size, corners),
    { ...(await bitmaskRegion('b', 'Ge', right)), item_index: 0 },
    { ...outlineRegion('rectangle', 'c', 'Ge', size, box), item_index: 1 },
  ];
  const pages = [await inline(50), await inline(90)];
  const { built, problems, out } = await build([{ ...task(1, [annotation(1, result)], []), data: { pages } }]);
  expect([problems, built]).toMatchObject([[], { images: 2, labels: ['STO', 'Ge'] }]);
  const { items } = await readJson<Manifest>('manifest.json');
  expect(items.map(({ id }) => id)).toEqual(['project-3-1', 'project-3-1.page-2']);
  const pixels = await Promise.all(
    items.map(async ({ labels: { file } }) =>
      [...(await sharp(join(out, file)).toColourspace('b-w').raw().toBuffer())].join(''),
    ),
  );
  expect(pixels).toEqual(['11021102', '00020002']);
});

test('a label that others cover, and whatever could not be read, is named', async () => {
  const both = brushRegion('a', 'STO', left);
  const region = { ...both, value: { ...both.value, brushlabels: ['STO', 'Ge'] } };
  const point = outlineRegion('keypoint', 'k', 'STO', left, { x: 1, y: 1, width: 1 });
  const { built, problems } = await build([
    { ...task(1, [annotation(1, [region])], []), data: { image: await inline(50) } },
    { ...task(2, [annotation(2, [both, point])], []), data: { image: await inline(50) } },
  ]);
  expect(built).toMatchObject({ images: 1, problems: 2 });
  expect(problems).toEqual([
    expect.stringContaining('no pixel left for "STO"'),
    expect.stringContaining('points and boxes for a smart tool'),
  ]);
});

test('images without a specimen stand for themselves: the same image is in one split', async () => {
  const image = await inline(50);
  const { built } = await build([labelled(1, image, [['STO', left]]), labelled(2, image, [['STO', left]])]);
  expect(built).toMatchObject({ images: 2, specimens: 1, unnamed: 2 });
});

test('bad tasks cost only themselves; skipped ones and those nobody annotated are no problem', async () => {
  const { built, problems } = await build([
    labelled(1, await inline(50), [['STO', left]]),
    labelled(2, await inline(50, 3), [['STO', left]]),
    labelled(3, 'data:image/png;base64,AAAA', [['STO', left]]),
    { ...task(4, [], []), data: { image: await inline(1) } },
  ]);
  expect(built).toMatchObject({ images: 1, problems: 2 });
  expect(problems[0]).toContain('3 × 2 pixels, its accepted masks are 4 × 2');
});

test('a second run leaves what is the same as it is, and mends what is not', async () => {
  const tasks = [labelled(1, await inline(50), [['STO', left]]), labelled(2, await inline(60), [['STO', left]])];
  const { out } = await build(tasks);
  const files = await readdir(join(out, 'images'));
  const before = await Promise.all(files.map((file) => stat(join(out, 'images', file))));
  await writeFile(join(out, 'images', files[1] ?? ''), 'damaged');
  await build(tasks);
  const after = await Promise.all(files.map((file) => stat(join(out, 'images', file))));
  expect(after[0]?.ino).toBe(before[0]?.ino);
  expect(after.map(({ size }) => size)).toEqual(before.map(({ size }) => size));
});

test('an interrupted run writes no manifest', async () => {
  const { built, out } = await build([labelled(1, await inline(50), [['STO', left]])], { signal: AbortSignal.abort() });
  expect([built, await readdir(out).catch(() => [])]).toEqual([null, []]);
});

test('a folder that may not be written to ends the run with its cure', async () => {
  await writeFile(join(folder, 'out'), '');
  const tasks = [labelled(1, await inline(50), [['STO', left]])];
  await expect(build(tasks)).rejects.toMatchObject({ code: 'disk.unwritable' });
});
