/**
 * Makes docs/pictures/overview.png, the picture on the README's first screen: for each example the micrograph, SAM's masks and the boosted
 * materials, side by side. Run it with `npm run pictures` after `npm ci`.
 *
 *   npm run pictures -- --label-studio
 *
 * makes docs/pictures/label-studio.png instead, in a real Label Studio, which is installed if need be: the picture above the other one.
 *
 *   npm run pictures -- FOLDER NAME...
 *
 * makes docs/pictures/model-card.png instead: of images of a simulated set (see training/README.md) the micrograph, its true materials and
 * the boosted ones, their number given.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import type { ImageFile } from '#built/core/image-file';
import { labelAreas, maskOfLabel } from '#built/core/label-map';
import { valueOrThrow } from '#built/core/result';
import { decodeMicrograph } from '#built/imaging/decode-micrograph';
import { renderOverlay } from '#built/imaging/overlay';
import { colourOf } from '#built/imaging/palette';
import { defaultModelId } from '#built/painting/models/load-models';
import { openSegmentPool } from '#built/painting/threads/segment-pool';
import { defaultSegmentOptions, type SegmentOptions } from '#built/pipeline/pipeline-parameters';
import { photographLabelStudio } from './label-studio-picture.js';
import { type Row, rowOf, writeRows } from './picture-rows.js';
import { root, there } from './support.js';

const examples = ['layered-oxides', 'particles-on-support', 'srtio3-film-on-ge'];
const maxPixels = 1e8;
const pictures = join(root, 'docs/pictures');
const [folder, ...names] = process.argv.slice(2);
if (folder === '--label-studio') {
  await photographLabelStudio('srtio3-film-on-ge', join(pictures, 'label-studio.png'));
  process.exit();
}

const pool = await openSegmentPool({
  modelId: defaultModelId,
  concurrency: 1,
  maxImagePixels: maxPixels,
  dataDir: 'data',
  cache: { memoryBytes: 0, diskBytes: 0 },
});
await pool.ready;
await mkdir(pictures, { recursive: true });
const rows: Row[] = [];
for (const name of folder === undefined ? examples : names) {
  rows.push(await (folder === undefined ? exampleRow(join(root, 'examples', name)) : cardRow(join(folder, name))));
}
await pool.close();
await writeRows(rows, join(pictures, folder === undefined ? 'overview.png' : 'model-card.png'));

async function exampleRow(stem: string): Promise<Row> {
  const image = await read(stem);
  return rowOf([image.bytes, await overlay(image, { stage: 'sam' }), await overlay(image, {})], 480);
}

async function cardRow(stem: string): Promise<Row> {
  const image = await read(stem);
  const micrograph = valueOrThrow(await decodeMicrograph(image.name, image.bytes, { maxPixels }));
  const { width, height } = micrograph;
  const map = { width, height, labels: await sharp(`${stem}.materials.png`).toColourspace('b-w').raw().toBuffer() };
  const areas = labelAreas(map);
  const areaOf = (label: number) => areas[label] ?? 0;
  const labels = [...areas.keys()]
    .filter((label) => label > 0 && areaOf(label) > 0)
    .sort((a, b) => areaOf(b) - areaOf(a));
  const layers = labels.map((label, index) => ({ colour: colourOf(index), mask: maskOfLabel(map, label) }));
  const truth = await renderOverlay(micrograph, layers);
  return rowOf([image.bytes, truth, await overlay(image, { materials: labels.length })], 320);
}

async function read(stem: string): Promise<ImageFile> {
  return { name: `${basename(stem)}.png`, bytes: await readFile(`${stem}.png`) };
}

async function overlay(image: ImageFile, options: Partial<SegmentOptions>): Promise<Uint8Array> {
  const { files } = valueOrThrow(await pool.segment(image, { ...defaultSegmentOptions, ...options }));
  const found = files.find(({ suffix }) => suffix === '.overlay.png');
  return Buffer.from(there(found, 'the overlay').content);
}
