/**
 * Makes docs/pictures/overview.png, the picture on the README's first screen: for each example the micrograph, SAM's masks and the
 * boosted materials, side by side. Run it with `npm run pictures` after `npm ci`.
 */
import { readFile, mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp from 'sharp';
import { defaultModelId } from '../dist/app/load-models.js';
import { defaultSegmentOptions } from '../dist/app/pipeline-parameters.js';
import { openSegmentPool } from '../dist/app/segment-pool.js';

const examples = ['layered-oxides.png', 'particles-on-support.png', 'srtio3-film-on-ge.png'];
const panelWidth = 480;
const gap = 12;

const pool = await openSegmentPool({
  modelId: defaultModelId,
  concurrency: 1,
  maxImagePixels: 1e8,
  dataDir: 'data',
  cache: { memoryBytes: 0, diskBytes: 0 },
});
await pool.ready;
const rows = [];
for (const example of examples) rows.push(await row(new URL(`../examples/${example}`, import.meta.url)));
await pool.close();

const height = rows.reduce((sum, { height }) => sum + height + gap, -gap);
let top = 0;
const placed = rows.map(({ data, height }) => {
  const layer = { input: data, left: 0, top };
  top += height + gap;
  return layer;
});
await mkdir(new URL('../docs/pictures', import.meta.url), { recursive: true });
await sharp({ create: { width: 3 * panelWidth + 2 * gap, height, channels: 3, background: '#fff' } })
  .composite(placed)
  .png({ palette: true, quality: 90 })
  .toFile(new URL('../docs/pictures/overview.png', import.meta.url).pathname);

async function row(url) {
  const image = { name: basename(url.pathname), bytes: await readFile(url) };
  const micrograph = await sharp(image.bytes).resize({ width: panelWidth }).toColourspace('srgb').png().toBuffer();
  const panels = [micrograph, await overlay(image, 'sam'), await overlay(image, 'boosted')];
  const heights = await Promise.all(panels.map(async (panel) => (await sharp(panel).metadata()).height));
  const height = Math.max(...heights);
  const layers = panels.map((input, index) => ({ input, left: index * (panelWidth + gap), top: 0 }));
  const create = { width: 3 * panelWidth + 2 * gap, height, channels: 3, background: '#fff' };
  return { height, data: await sharp({ create }).composite(layers).png().toBuffer() };
}

async function overlay(image, stage) {
  const result = await pool.segment(image, { ...defaultSegmentOptions, stage });
  if (!result.ok) throw result.error;
  const { content } = result.value.files.find(({ suffix }) => suffix === '.overlay.png');
  return sharp(content).resize({ width: panelWidth }).png().toBuffer();
}
