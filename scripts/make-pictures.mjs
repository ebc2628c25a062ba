/**
 * Makes docs/pictures/overview.png, the picture on the README's first screen: for each example the micrograph, SAM's masks and the
 * boosted materials, side by side. Run it with `npm run pictures` after `npm ci`.
 *
 *   npm run pictures -- FOLDER NAME...
 *
 * makes docs/pictures/model-card.png instead: of images of a simulated set (see training/README.md) the micrograph, its true materials and the boosted
 * ones, their number given.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { defaultModelId } from '../dist/app/load-models.js';
import { defaultSegmentOptions } from '../dist/app/pipeline-parameters.js';
import { openSegmentPool } from '../dist/app/segment-pool.js';
import { labelAreas, maskOfLabel } from '../dist/core/label-map.js';
import { renderOverlay } from '../dist/imaging/overlay.js';
import { colourOf } from '../dist/imaging/palette.js';
import { rowOf, writeRows } from './picture-rows.mjs';

const examples = ['layered-oxides', 'particles-on-support', 'srtio3-film-on-ge'];
const root = fileURLToPath(new URL('..', import.meta.url));
const pictures = join(root, 'docs/pictures');
const [folder, ...names] = process.argv.slice(2);

const pool = await openSegmentPool({
  modelId: defaultModelId,
  concurrency: 1,
  maxImagePixels: 1e8,
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
  const bytes = await readFile(`${stem}.png`);
  return rowOf([bytes, await overlay(stem, { stage: 'sam' }), await overlay(stem, {})], 480);
}

async function cardRow(stem) {
  const { data, info } = await sharp(`${stem}.materials.png`)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const map = { width: info.width, height: info.height, labels: Uint8Array.from(data) };
  const areas = labelAreas(map);
  const labels = areas
    .flatMap((area, label) => (label > 0 && area > 0 ? label : []))
    .sort((a, b) => areas[b] - areas[a]);
  const grey = await sharp(`${stem}.png`).toColourspace('b-w').raw().toBuffer();
  const image = { width: info.width, height: info.height, grey: Float32Array.from(grey, (value) => value / 255) };
  const layers = labels.map((label, index) => ({ colour: colourOf(index), mask: maskOfLabel(map, label) }));
  const truth = await renderOverlay(image, layers);
  return rowOf([await readFile(`${stem}.png`), truth, await overlay(stem, { materials: labels.length })], 320);
}

async function overlay(stem, options) {
  const image = { name: `${stem}.png`, bytes: await readFile(`${stem}.png`) };
  const result = await pool.segment(image, { ...defaultSegmentOptions, ...options });
  if (!result.ok) throw result.error;
  return result.value.files.find(({ suffix }) => suffix === '.overlay.png').content;
}
