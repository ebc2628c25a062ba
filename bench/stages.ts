/**
 * Where the generator's time goes with the embedded model: CPU and wall milliseconds by stage, least and median of some runs. On a busy
 * machine compare the least ones.
 *
 *   npm run bench -- stages [--runs 5] [--threads 1] [--image FILE] [--build OTHER/dist]
 *
 * --build: another build in this folder, by turns.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type * as decoding from '#built/imaging/decode-micrograph';
import type * as store from '#built/inference/model-store';
import type * as loading from '#built/painting/models/load-models';
import type * as opening from '#built/painting/models/open-sam-model';
import type * as parameters from '#built/pipeline/pipeline-parameters';
import type * as generator from '#built/sam/automatic-mask-generator';
import type * as schedules from '#built/sam/prompt-schedule';
import type { SamModel } from '#built/sam/sam-model';
import { number, print, quantile, root } from './support.js';

const { values } = parseArgs({
  options: {
    runs: number(5),
    threads: number(1),
    image: { type: 'string', default: join(root, 'examples/srtio3-film-on-ge.png') },
    build: { type: 'string' },
  },
});
/** Milliseconds. */
interface Taken {
  readonly cpu: number;
  readonly wall: number;
}

const builds = [join(root, 'dist'), ...(values.build === undefined ? [] : [resolve(values.build)])];
const bytes = await readFile(values.image);
const benches: { build: string; rows: Map<string, Taken[]>; measure: () => Promise<ReadonlyMap<string, Taken>> }[] = [];
for (const build of builds) benches.push({ build, rows: new Map<string, Taken[]>(), measure: await openBuild(build) });
for (let run = -1; run < Number(values.runs); run++) {
  for (const { rows, measure } of benches) {
    for (const [stage, taken] of await measure()) {
      if (run >= 0) rows.set(stage, [...(rows.get(stage) ?? []), taken]);
    }
  }
}
for (const { build, rows } of benches) {
  print(build);
  for (const [stage, times] of rows) {
    const figures = (['cpu', 'wall'] as const).map(
      (what) => `${what} ${leastAndMedian(times.map((each) => each[what]))}`,
    );
    print(`  ${stage.padEnd(36)} ${figures.join('; ')}`);
  }
}

function leastAndMedian(milliseconds: readonly number[]): string {
  const [least, median] = [0, 0.5].map((share) => quantile(milliseconds, share).toFixed(0).padStart(5));
  return `${least ?? ''} ms, median ${median ?? ''}`;
}

async function openBuild(build: string): Promise<() => Promise<ReadonlyMap<string, Taken>>> {
  const load = async <Module>(name: string) => (await import(join(build, `${name}.js`))) as Module;
  const { addedModelsFolder } = await load<typeof loading>('painting/models/load-models');
  const { openSamModel } = await load<typeof opening>('painting/models/open-sam-model');
  const { generatorOptionsFor, pipelineParameters } = await load<typeof parameters>('pipeline/pipeline-parameters');
  const { decodeMicrograph } = await load<typeof decoding>('imaging/decode-micrograph');
  const { findModel, readStoredModels } = await load<typeof store>('inference/model-store');
  const { generateMasks } = await load<typeof generator>('sam/automatic-mask-generator');
  const { gridPoints } = await load<typeof schedules>('sam/prompt-schedule');
  const entry = findModel(
    await readStoredModels(join(root, 'models'), addedModelsFolder('none')),
    'sam',
    'sam-i-am-small',
  );
  const { thresholds } = entry;
  const sam = await openSamModel(entry, Number(values.threads));
  return async () => {
    const times = new Map<string, Taken>();
    const timed = async <Value>(stage: string, work: () => Promise<Value>): Promise<Value> => {
      const [before, start] = [process.cpuUsage(), performance.now()];
      const value = await work();
      const wall = performance.now() - start;
      const { user, system } = process.cpuUsage(before);
      times.set(stage, { cpu: (user + system) / 1000, wall });
      return value;
    };
    const image = await timed('reading the file', async () => {
      const decoded = await decodeMicrograph('image', bytes, { maxPixels: 1e9 });
      if (!decoded.ok) throw decoded.error;
      return decoded.value;
    });
    const base = generatorOptionsFor(image, { pointsPerSide: 16, layers: 0 }, pipelineParameters, thresholds);
    const untimed: generator.MeasureStep = (_, work) => work();
    for (const schedule of ['full', 'coarse-to-fine'] as const) {
      await timed(`generator, ${schedule}`, () => generateMasks(sam, image, { ...base, schedule }, untimed));
    }
    const embedding = await timed('of which encoder', () => sam.encode(image));
    const prompts = gridPoints(16, image.width, image.height).map(({ x, y }) => [{ x, y, label: 1 } as const]);
    const wanted = (iou: number) => iou > thresholds.predictedIou;
    await timed('of which decoder, 256 prompts', async () => {
      for (let at = 0; at < prompts.length; at += base.pointsPerBatch) {
        await sam.decode(embedding, prompts.slice(at, at + base.pointsPerBatch), { wanted });
      }
    });
    const decoded = remembering(sam);
    const generateDecoded = () => generateMasks(decoded, image, { ...base, schedule: 'full' }, untimed, embedding);
    await generateDecoded();
    await timed('of which all but encoder and decoder', generateDecoded);
    return times;
  };
}

/** Gives the same answers again without running the decoder. */
function remembering(sam: SamModel): SamModel {
  const answers = new Map<string, Awaited<ReturnType<SamModel['decode']>>>();
  return {
    ...sam,
    async decode(embedding, prompts, options) {
      const key = JSON.stringify(prompts);
      const known = answers.get(key) ?? (await sam.decode(embedding, prompts, options));
      answers.set(key, known);
      return known;
    },
  };
}
