/*
 * Compares the generator's prompt schedules on simulated micrographs: decoder prompts, and what becomes of the boosted materials.
 *
 *   npm run compare-schedules -- FOLDER [--limit N] [--threads 1]
 *
 * FOLDER is written by `python -m sam_i_am_models.simulated_set --set validation --per-class 20 FOLDER` in training/. The number of materials is given.
 */
import { parseArgs } from 'node:util';
import { difficulties } from '../src/metrics/difficulty.js';
import { meanOf } from '../src/metrics/statistics.js';
import type { LoadedModels } from '../src/pipeline/loaded-models.js';
import { defaultSegmentOptions, pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import { resultMasks } from '../src/pipeline/result-masks.js';
import { segmentMicrograph } from '../src/pipeline/segment-micrograph.js';
import { Stopwatch } from '../src/pipeline/timings.js';
import type { GeneratorOptions } from '../src/sam/automatic-mask-generator.js';
import type { SamModel } from '../src/sam/sam-model.js';
import { openModels } from './open-models.js';
import { scoreMasks, truthOf } from './scores.js';
import { firstOfEach, readSet, readSimulatedImage, type SimulatedImage } from './simulated-set.js';

type Schedule = GeneratorOptions['schedule'];

interface Measured {
  readonly difficulty: SimulatedImage['difficulty'];
  readonly schedule: Schedule;
  /** Prompts that the decoder ran, those after the grid included. */
  readonly prompts: number;
  readonly decoderRuns: number;
  readonly mIoU: number;
  readonly bestIou: number;
}

const schedules: readonly Schedule[] = ['full', 'coarse-to-fine'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string' }, threads: { type: 'string', default: '1' } },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write('usage: npm run compare-schedules -- FOLDER [--limit N per class] [--threads 1]\n');
  process.exit(2);
}

const models = await openModels(values.threads);
const entries = firstOfEach(await readSet(folder), values.limit === undefined ? Infinity : Number(values.limit));
const all: Measured[] = [];
for (const entry of entries) {
  const image = await readSimulatedImage(folder, entry);
  for (const schedule of schedules) {
    const measured = await measure(models, image, schedule);
    all.push(measured);
    process.stderr.write(`${entry.name} ${JSON.stringify(measured)}\n`);
  }
}
await models.sam.release();
await models.texture.release();
for (const difficulty of difficulties) {
  report(
    `class ${difficulty}`,
    all.filter((of) => of.difficulty === difficulty),
  );
}
report('all', all);

async function measure(loaded: LoadedModels, image: SimulatedImage, schedule: Schedule): Promise<Measured> {
  const { sam, counted } = countingPrompts(loaded.sam);
  const result = await segmentMicrograph(
    { ...loaded, sam },
    image.micrograph,
    { ...defaultSegmentOptions, materials: image.materials },
    { ...pipelineParameters, schedule },
    new Stopwatch(),
  );
  const masks = resultMasks(result).map(({ mask }) => mask);
  const scores = scoreMasks(masks, image.unknown, truthOf(image));
  return { difficulty: image.difficulty, schedule, ...counted, mIoU: scores.mIoU, bestIou: scores['best IoU'] };
}

function countingPrompts(model: SamModel) {
  const counted = { prompts: 0, decoderRuns: 0 };
  const sam: SamModel = {
    encode: (image) => model.encode(image),
    decode: (embedding, prompts, options) => {
      counted.prompts += prompts.length;
      counted.decoderRuns++;
      return model.decode(embedding, prompts, options);
    },
    release: () => model.release(),
  };
  return { sam, counted };
}

function report(name: string, measured: readonly Measured[]): void {
  const cells = schedules.map((schedule) => {
    const of = measured.filter((each) => each.schedule === schedule);
    const mean = (key: 'prompts' | 'decoderRuns' | 'mIoU' | 'bestIou'): number =>
      meanOf(of.map((each) => each[key])) ?? NaN;
    return (
      `${schedule}: ${mean('prompts').toFixed(1)} prompts in ${mean('decoderRuns').toFixed(1)} runs, ` +
      `mIoU ${mean('mIoU').toFixed(4)}, best IoU ${mean('bestIou').toFixed(4)}`
    );
  });
  process.stdout.write(`${name} (${measured.length / schedules.length} images)  ${cells.join('  |  ')}\n`);
}
