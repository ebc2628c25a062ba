/*
 * Where the generator's time goes with the embedded model: CPU and wall milliseconds by stage, least and median of some runs. On a busy machine compare the
 * least ones.
 *
 *   npm run build && node scripts/bench-stages.mjs [--runs 5] [--threads 1] [--image FILE] [--build OTHER/dist]
 *
 * --build: another build in this folder, by turns.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
    image: { type: 'string', default: `${root}/examples/srtio3-film-on-ge.png` },
    build: { type: 'string' },
  },
});
const builds = [`${root}dist`, ...(values.build === undefined ? [] : [resolve(values.build)])];
const bytes = await readFile(values.image);
const benches = [];
for (const build of builds) benches.push({ build, rows: new Map(), run: await openBuild(build) });
for (let run = -1; run < Number(values.runs); run++) {
  for (const { rows, run: measure } of benches) {
    for (const [stage, times] of Object.entries(await measure())) {
      if (run >= 0) rows.set(stage, [...(rows.get(stage) ?? []), times]);
    }
  }
}
for (const { build, rows } of benches) {
  print(build);
  for (const [stage, times] of rows) {
    const figures = ['cpu', 'wall'].map((what) => `${what} ${leastAndMedian(times.map((each) => each[what]))}`);
    print(`  ${stage.padEnd(36)} ${figures.join('; ')}`);
  }
}

function leastAndMedian(milliseconds) {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const [least, median] = [sorted[0], sorted[sorted.length >> 1]].map((time) => time.toFixed(0).padStart(5));
  return `${least} ms, median ${median}`;
}

async function openBuild(build) {
  const load = (path) => import(`${build}/${path}.js`);
  const { addedModelsFolder } = await load('painting/models/load-models');
  const { openSamModel } = await load('painting/models/open-sam-model');
  const { pipelineParameters } = await load('pipeline/pipeline-parameters');
  const { decodeMicrograph } = await load('imaging/decode-micrograph');
  const { findModel, readStoredModels } = await load('inference/model-store');
  const { generateMasks } = await load('sam/automatic-mask-generator');
  const { gridPoints } = await load('sam/prompt-schedule');
  const stored = await readStoredModels(`${root}models`, addedModelsFolder('none'));
  const entry = findModel(stored, 'sam', 'sam-i-am-small');
  const { thresholds } = entry;
  const sam = await openSamModel(entry, Number(values.threads));
  const base = { ...pipelineParameters, pointsPerSide: 16, layers: 0, thresholds };
  return async () => {
    const times = {};
    const timed = async (stage, work) => {
      const [before, start] = [process.cpuUsage(), performance.now()];
      const value = await work();
      const wall = performance.now() - start;
      const { user, system } = process.cpuUsage(before);
      times[stage] = { cpu: (user + system) / 1000, wall };
      return value;
    };
    const image = await timed(
      'reading the file',
      async () => (await decodeMicrograph('image', bytes, { maxPixels: 1e9 })).value,
    );
    const untimed = (_, work) => work();
    for (const schedule of ['full', 'coarse-to-fine']) {
      await timed(`generator, ${schedule}`, () => generateMasks(sam, image, { ...base, schedule }, untimed));
    }
    const embedding = await timed('of which encoder', () => sam.encode(image));
    const prompts = gridPoints(16, image.width, image.height).map(({ x, y }) => [{ x, y, label: 1 }]);
    const wanted = (iou) => iou > thresholds.predictedIou;
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
function remembering(sam) {
  const answers = new Map();
  return {
    ...sam,
    async decode(embedding, prompts, options) {
      const key = JSON.stringify(prompts);
      if (!answers.has(key)) answers.set(key, await sam.decode(embedding, prompts, options));
      return answers.get(key);
    },
  };
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
