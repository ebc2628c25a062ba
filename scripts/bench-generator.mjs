/* Measures our generator in a process of its own: `node scripts/bench-generator.mjs '{"dataDir", "model", "image", …}'` prints one JSON object. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { encodeCocoRle } from '../dist/core/coco-rle.js';
import { decodeMicrograph } from '../dist/imaging/decode-micrograph.js';
import { findModel, readStoredModels } from '../dist/inference/model-store.js';
import { addedModelsFolder, modelsFolder } from '../dist/painting/models/load-models.js';
import { openSamModel } from '../dist/painting/models/open-sam-model.js';
import { generateMasks } from '../dist/sam/automatic-mask-generator.js';
import { gridPoints } from '../dist/sam/prompt-schedule.js';

const settings = JSON.parse(process.argv[2]);
const { dataDir, model: id, threads, thresholds, options, raw } = settings;

const entry = findModel(await readStoredModels(modelsFolder, addedModelsFolder(dataDir)), 'sam', id);
const model = await openSamModel(entry, threads);
const image = raw
  ? await rawGrey(settings.image)
  : (await decodeMicrograph('image', await readFile(settings.image), { maxPixels: 1e9 })).value;

const measured = {};
let result;
const steps = { encode: 0, prompt: 0 };
const timed = async (step, work) => {
  const start = performance.now();
  const value = await work();
  steps[step] += performance.now() - start;
  return value;
};
await cpu('total', async () => {
  result = await generateMasks(model, image, { ...options, thresholds: thresholds ?? entry.thresholds }, timed);
});
const peakMB = process.resourceUsage().maxRSS / 1000;
const embedding = await cpu('encode', () => model.encode(image));
const prompts = gridPoints(options.pointsPerSide, image.width, image.height).map(({ x, y }) => [{ x, y, label: 1 }]);
await cpu('decode', async () => {
  for (let at = 0; at < prompts.length; at += options.pointsPerBatch) {
    await model.decode(embedding, prompts.slice(at, at + options.pointsPerBatch));
  }
});
print(
  JSON.stringify({
    ...measured,
    wallS: { encode: steps.encode / 1000, prompt: steps.prompt / 1000 },
    prompts: result.prompts,
    peakMB,
    masks: result.proposals.map(({ mask }) => encodeCocoRle(mask).counts),
  }),
);

async function cpu(step, work) {
  const before = process.cpuUsage();
  const start = performance.now();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  measured[`${step}CpuS`] = (user + system) / 1e6;
  measured[`${step}WallS`] = (performance.now() - start) / 1000;
  return value;
}

/** Grey levels as they are, as Meta's generator sees them: the pipeline itself stretches the contrast first. */
async function rawGrey(path) {
  const { data, info } = await sharp(path).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, grey: Float32Array.from(data, (level) => level / 255) };
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
