/*
 * Full prompt grid against coarse-to-fine on simulated micrographs (training/fixtures/draw_test_micrographs.py): prompts, and the boosted
 * materials' mIoU (equation 3: masks involved with an IoU of 5 % or more) and best-match IoU.
 *
 *   node scripts/compare-schedules.mjs FOLDER [full] [coarse-to-fine]
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadModels, modelsFolder } from '../dist/app/load-models.js';
import { resultMasks } from '../dist/app/masks-report.js';
import { defaultSegmentOptions, pipelineParameters } from '../dist/app/pipeline-parameters.js';
import { segmentMicrograph } from '../dist/app/segment-micrograph.js';
import { maskFromBitmap, maskIou } from '../dist/core/mask.js';
import { decodeMicrograph } from '../dist/imaging/decode-micrograph.js';

const folder = process.argv[2];
const models = await loadModels({ folder: modelsFolder, addedFolder: 'none', modelId: 'sam-i-am-small', threads: 1 });
const images = (await readdir(folder)).filter((name) => name.endsWith('.png') && !name.includes('materials')).sort();
const schedules = process.argv.length > 3 ? process.argv.slice(3) : ['full', 'coarse-to-fine'];
const rows = [];

for (const name of images) {
  const micrograph = (await decodeMicrograph(name, await readFile(join(folder, name)), { maxPixels: 1e8 })).value;
  const truths = await readTruths(join(folder, name.replace('.png', '.materials.png')));
  const row = { class: name[0] };
  for (const schedule of schedules) {
    let prompts = 0;
    const counted = {
      ...models,
      sam: {
        ...models.sam,
        decode: (embedding, batch, ...rest) => (
          (prompts += batch.length),
          models.sam.decode(embedding, batch, ...rest)
        ),
      },
    };
    const options = { ...defaultSegmentOptions, materials: truths.length };
    const result = await segmentMicrograph(
      counted,
      micrograph,
      options,
      { ...pipelineParameters, schedule },
      { measure: (_, work) => work() },
    );
    row[schedule] = {
      prompts,
      ...scores(
        resultMasks(result).map(({ mask }) => mask),
        truths,
      ),
    };
  }
  rows.push(row);
  process.stderr.write(`${name} ${JSON.stringify(row)}\n`);
}

for (const group of ['1', '2', '3', 'all']) {
  const of = rows.filter((row) => group === 'all' || row.class === group);
  const mean = (schedule, key) => of.reduce((sum, row) => sum + row[schedule][key], 0) / of.length;
  const cells = schedules.map(
    (s) =>
      `${s}: ${mean(s, 'prompts').toFixed(0)} prompts, mIoU ${mean(s, 'mIoU').toFixed(4)}, best ${mean(s, 'best').toFixed(4)}`,
  );
  print(`class ${group} (${of.length} images)  ${cells.join('  |  ')}`);
}

function scores(masks, truths) {
  const overlaps = truths.map((truth) => masks.map((mask) => maskIou(mask, truth)));
  const mean = (values) => (values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length);
  return {
    mIoU: mean(overlaps.map((of) => mean(of.filter((iou) => iou >= 0.05)))),
    best: mean(overlaps.map((of) => Math.max(0, ...of))),
  };
}

async function readTruths(path) {
  const { data, info } = await sharp(path).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const values = [...new Set(data)].filter((value) => value > 0);
  return values.map((value) =>
    maskFromBitmap(
      info.width,
      info.height,
      data.map((pixel) => (pixel === value ? 1 : 0)),
    ),
  );
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
