/**
 * Makes docs/pictures/overview.png, the picture on the README's first screen: for each example the micrograph, SAM's masks and the
 * boosted materials, side by side. Run it with `npm run pictures` after `npm ci`.
 *
 *   npm run pictures -- --label-studio
 *
 * makes docs/pictures/label-studio.png instead, in a real Label Studio, which is installed if need be: the picture above the other one.
 *
 *   npm run pictures -- FOLDER NAME...
 *
 * makes docs/pictures/model-card.png instead: of images of a simulated set (see training/README.md) the micrograph, its true materials and the boosted
 * ones, their number given.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { labelAreas, maskOfLabel } from '../dist/core/label-map.js';
import { valueOrThrow } from '../dist/core/result.js';
import { decodeMicrograph } from '../dist/imaging/decode-micrograph.js';
import { renderOverlay } from '../dist/imaging/overlay.js';
import { colourOf } from '../dist/imaging/palette.js';
import { defaultModelId } from '../dist/painting/models/load-models.js';
import { openSegmentPool } from '../dist/painting/threads/segment-pool.js';
import { defaultSegmentOptions } from '../dist/pipeline/pipeline-parameters.js';
import { rowOf, writeRows } from './picture-rows.mjs';

const examples = ['layered-oxides', 'particles-on-support', 'srtio3-film-on-ge'];
const maxPixels = 1e8;
const root = fileURLToPath(new URL('..', import.meta.url));
const pictures = join(root, 'docs/pictures');
const [folder, ...names] = process.argv.slice(2);
if (folder === '--label-studio') {
  const { photographLabelStudio } = await import('./label-studio-picture.mjs');
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
const rows = [];
for (const name of folder === undefined ? examples : names) {
  rows.push(await (folder === undefined ? exampleRow(join(root, 'examples', name)) : cardRow(join(folder, name))));
}
await pool.close();
await writeRows(rows, join(pictures, folder === undefined ? 'overview.png' : 'model-card.png'));

async function exampleRow(stem) {
  const image = await read(stem);
  return rowOf([image.bytes, await overlay(image, { stage: 'sam' }), await overlay(image, {})], 480);
}

async function cardRow(stem) {
  const image = await read(stem);
  const micrograph = valueOrThrow(await decodeMicrograph(image.name, image.bytes, { maxPixels }));
  const { width, height } = micrograph;
  const map = { width, height, labels: await sharp(`${stem}.materials.png`).toColourspace('b-w').raw().toBuffer() };
  const areas = labelAreas(map);
  const labels = areas
    .flatMap((area, label) => (label > 0 && area > 0 ? label : []))
    .sort((a, b) => areas[b] - areas[a]);
  const layers = labels.map((label, index) => ({ colour: colourOf(index), mask: maskOfLabel(map, label) }));
  const truth = await renderOverlay(micrograph, layers);
  return rowOf([image.bytes, truth, await overlay(image, { materials: labels.length })], 320);
}

async function read(stem) {
  return { name: `${basename(stem)}.png`, bytes: await readFile(`${stem}.png`) };
}

async function overlay(image, options) {
  const { files } = valueOrThrow(await pool.segment(image, { ...defaultSegmentOptions, ...options }));
  return files.find(({ suffix }) => suffix === '.overlay.png').content;
}
