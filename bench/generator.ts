/**
 * Measures our generator in a process of its own, which `embedded` starts: its settings as JSON are the one argument,
 * one JSON object comes back.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { encodeCocoRle } from '#built/core/coco-rle';
import type { GreyImage } from '#built/core/micrograph';
import { valueOrThrow } from '#built/core/result';
import { decodeMicrograph } from '#built/imaging/decode-micrograph';
import { findModel, readStoredModels } from '#built/inference/model-store';
import { addedModelsFolder, modelsFolder } from '#built/painting/models/load-models';
import { openSamModel } from '#built/painting/models/open-sam-model';
import { generateMasks, type MeasureStep } from '#built/sam/automatic-mask-generator';
import { gridPoints } from '#built/sam/prompt-schedule';
import type { GeneratorFigures, GeneratorRun } from './generator-run.js';
import { print } from './support.js';

const settings = JSON.parse(process.argv[2] ?? '{}') as GeneratorRun;
const { dataDir, threads, thresholds, options } = settings;
const entry = findModel(await readStoredModels(modelsFolder, addedModelsFolder(dataDir)), 'sam', settings.model);
const model = await openSamModel(entry, threads);
const image = settings.raw === true ? await rawGrey(settings.image) : await micrograph(settings.image);

const steps = { encode: 0, prompt: 0 };
const timed: MeasureStep = async (step, work) => {
  const start = performance.now();
  const value = await work();
  steps[step] += performance.now() - start;
  return value;
};
const total = await cpu(() =>
  generateMasks(model, image, { ...options, thresholds: thresholds ?? entry.thresholds }, timed),
);
const peakMB = process.resourceUsage().maxRSS / 1000;
const encode = await cpu(() => model.encode(image));
const prompts = gridPoints(options.pointsPerSide, image.width, image.height).map(({ x, y }) => [
  { x, y, label: 1 } as const,
]);
const decode = await cpu(async () => {
  for (let at = 0; at < prompts.length; at += options.pointsPerBatch) {
    await model.decode(encode.value, prompts.slice(at, at + options.pointsPerBatch));
  }
});
const figures: GeneratorFigures = {
  totalCpuS: total.cpuS,
  totalWallS: total.wallS,
  encodeCpuS: encode.cpuS,
  decodeCpuS: decode.cpuS,
  wallS: { encode: steps.encode / 1000, prompt: steps.prompt / 1000 },
  prompts: total.value.prompts,
  peakMB,
  masks: total.value.proposals.map(({ mask }) => encodeCocoRle(mask).counts),
};
print(figures);

async function cpu<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly cpuS: number; readonly wallS: number }> {
  const before = process.cpuUsage();
  const start = performance.now();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, cpuS: (user + system) / 1e6, wallS: (performance.now() - start) / 1000 };
}

async function micrograph(file: string): Promise<GreyImage> {
  return valueOrThrow(await decodeMicrograph('image', await readFile(file), { maxPixels: 1e9 }));
}

/** Grey levels as they are, as Meta's generator sees them: the pipeline itself stretches the contrast first. */
async function rawGrey(file: string): Promise<GreyImage> {
  const { data, info } = await sharp(file).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, grey: Float32Array.from(data, (level) => level / 255) };
}
