// What learning costs, and what it costs those who work meanwhile, beside a real Label Studio:
//   npm run build && nice -n 5 node scripts/bench-training.mjs FOLDER [--few 5] [--many 100] [--hooks 200] [--rounds 4] [--predictions 5]
// FOLDER holds one project of `python -m sam_i_am_models.simulated_project` in training/. Where more images are wanted than it has, they are its
// own, turned and mirrored. All images are encoded before anything is timed. Three figures follow:
//  - trainings of `few` and of `many` accepted images, asked for with START_TRAINING: wall time, and CPU time of the training's process;
//  - `hooks` webhooks, each the body that Label Studio itself sent for an annotation, and as many of a megabyte, while nothing else runs and while
//    trainings run;
//  - /predict in rounds, by turns while nothing else runs and while trainings run: new micrographs (the same ones in every round, told apart by
//    bytes after the picture's end), ones that were painted before, and clicks on those.
// SAM_I_AM_LABEL_STUDIO holds the line of scripts/start-label-studio.sh; without it a server is started. Prints one JSON object.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { decodeMicrograph } from '../dist/imaging/decode-micrograph.js';
import { createEmbeddingCache, embeddingKey } from '../dist/painting/embedding-cache.js';
import { addedModelsFolder, defaultModelId, loadModels, modelsFolder } from '../dist/painting/models/load-models.js';
import { embeddingsFolder } from '../dist/painting/threads/segment-pool.js';
import { brushRegion, labelConfigOf, openLabelStudio, startBackend } from './label-studio-backend.mjs';

const number = (value) => ({ type: 'string', default: String(value) });
const counts = { few: number(5), many: number(100), hooks: number(200), rounds: number(4), predictions: number(5) };
const { values, positionals } = parseArgs({ options: counts, allowPositionals: true });
const [few, many, hooks, rounds, predictions] = Object.keys(counts).map((name) => Number(values[name]));
const [source] = positionals;
if (source === undefined) throw new Error('name the folder of a simulated project');
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-training-'));
const [dataDir, files] = ['data', 'files'].map((name) => path.join(scratch, name));
mkdirSync(files);
const say = (text) => process.stderr.write(`${text}\n`);
const load = () => loadavg()[0].toFixed(1);
const studio = await openLabelStudio(path.join(scratch, 'label-studio'), 8109);
const labels = [1, 2, 3, 4].map((material) => `Material ${material}`);
const json = { 'content-type': 'application/json' };

/** The image `index` with its materials: the folder's own, then each of them turned and mirrored in seven ways. */
async function accepted(index) {
  const names = readdirSync(source).filter((name) => /^\d+\.png$/.test(name));
  const name = names[index % names.length];
  const way = Math.floor(index / names.length);
  if (way > 7) throw new Error(`${names.length} images give ${8 * names.length} at most`);
  const turned = (file) => {
    const image = sharp(path.join(source, file)).rotate(90 * (way % 4));
    return way < 4 ? image : image.flop();
  };
  const file = `${String(index).padStart(3, '0')}.png`;
  writeFileSync(path.join(files, file), await turned(name).png().toBuffer());
  const materials = turned(name.replace('.png', '.materials.png')).extractChannel(0).raw();
  const { data: pixels, info } = await materials.toBuffer({ resolveWithObject: true });
  const image = { pixels, width: info.width, height: info.height };
  const shown = labels.filter((_, material) => pixels.includes(material + 1));
  return {
    data: { image: `/data/local-files/?d=${file}` },
    annotations: [
      { result: shown.map((label) => brushRegion(label, label, image, (value) => labels[value - 1] === label)) },
    ],
  };
}

/** Encodes images as predictions would have done long ago. */
async function encode(count) {
  const addedFolder = addedModelsFolder(dataDir);
  const models = await loadModels({ folder: modelsFolder, addedFolder, modelId: defaultModelId, threads: 1 });
  const cache = createEmbeddingCache(embeddingsFolder(dataDir), { memoryBytes: 0, diskBytes: 1e10 });
  for (const name of readdirSync(files).slice(0, count)) {
    const bytes = readFileSync(path.join(files, name));
    const micrograph = (await decodeMicrograph(name, bytes, { maxPixels: 1e8 })).value;
    await cache.put(embeddingKey({ bytes }, models.weights), await models.sam.encode(micrograph));
  }
  await Promise.all([models.sam.release(), models.texture.release()]);
}

async function createProject(title, tasks) {
  const { id } = await studio.ask('POST', '/api/projects', { title, label_config: labelConfigOf(labels) });
  for (let first = 0; first < tasks.length; first += 10) {
    await studio.ask('POST', `/api/projects/${id}/import`, tasks.slice(first, first + 10));
  }
  return id;
}

/** The body that Label Studio sends when an annotation is corrected. */
async function recordedHook(project) {
  let heard;
  const body = new Promise((resolve) => (heard = resolve));
  const listener = createServer(async (request, response) => {
    const chunks = await request.toArray();
    response.end();
    heard(Buffer.concat(chunks));
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${listener.address().port}/webhook`;
  const hook = await studio.ask('POST', '/api/webhooks/', {
    project,
    url,
    send_payload: true,
    send_for_all_actions: true,
  });
  const [task] = (await studio.ask('GET', `/api/tasks?project=${project}&page_size=1&fields=all`)).tasks;
  const [annotation] = task.annotations;
  await studio.ask('PATCH', `/api/annotations/${annotation.id}/`, { result: annotation.result });
  const recorded = await Promise.race([body, sleep(10_000).then(() => undefined)]);
  await studio.ask('DELETE', `/api/webhooks/${hook.id}/`);
  listener.close();
  if (recorded === undefined) throw new Error('Label Studio sent no webhook within 10 s');
  return recorded;
}

/** A webhook of an annotation with so many masks that it has about `bytes`. */
function withMoreMasks(body, bytes) {
  const parsed = JSON.parse(body);
  const { result } = parsed.annotation;
  const times = Math.floor((bytes - body.length) / JSON.stringify(result).length);
  parsed.annotation.result = Array.from({ length: times }, () => result).flat();
  return JSON.stringify(parsed);
}

const tasks = [];
for (let index = 0; index < Math.max(few, many); index++) tasks.push(await accepted(index));
await encode(tasks.length);
const [small, large] = [few, many].map((count) => tasks.slice(0, count));
const project = await createProject('bench-training few', small);
const largeProject = many > 0 ? await createProject('bench-training many', large) : undefined;
const recorded = await recordedHook(project);
const hookBodies = { recorded, megabyte: withMoreMasks(recorded, 1_000_000) };
say(`${tasks.length} images are ready, a webhook has ${recorded.length} bytes, load ${load()}`);
const server = await startBackend(studio, { DATA_DIR: dataDir, LOCAL_FILES_ROOT: files });
const post = (address, body) => fetch(server.url + address, { method: 'POST', headers: json, body });
const kept = () => readdirSync(embeddingsFolder(dataDir)).length;
const wanted = (id) => JSON.stringify({ action: 'START_TRAINING', project: { id } });

/** CPU seconds of the server's children that have ended: its trainings. */
function childSeconds() {
  const fields = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function told(id) {
  const { projects } = await (await fetch(`${server.url}/api/projects`)).json();
  return projects.find((each) => each.id === String(id)) ?? {};
}

/** One training from START_TRAINING to its end, looked at so often that this costs next to nothing. */
async function train(id) {
  const before = (await told(id)).lastTraining?.finishedAt;
  const [began, seconds, embeddings] = [performance.now(), childSeconds(), kept()];
  const answer = await post('/webhook', wanted(id));
  const answeredMs = Math.round(performance.now() - began);
  if (!answer.ok) throw new Error(`START_TRAINING answered ${answer.status}`);
  for (;;) {
    const { training, lastTraining } = await told(id);
    if (!training && lastTraining && lastTraining.finishedAt !== before) {
      if (lastTraining.outcome === 'failed') throw new Error(lastTraining.reason);
      const wallSeconds = Number(((performance.now() - began) / 1000).toFixed(1));
      const cpuSeconds = Number((childSeconds() - seconds).toFixed(1));
      const { outcome } = lastTraining;
      return { wallSeconds, cpuSeconds, answeredMs, encodedAnew: kept() - embeddings, outcome, load: load() };
    }
    await sleep(1000);
  }
}

/** Runs `work` while trainings run, one after the other. */
async function whileTraining(work) {
  let isOver = false;
  let trainings = 0;
  const repeat = async () => {
    while (!isOver) {
      await train(project);
      trainings++;
    }
  };
  const training = repeat();
  while (!(await told(project)).training) await sleep(20);
  await sleep(1500);
  try {
    return await work();
  } finally {
    isOver = true;
    await training;
    say(`  beside ${trainings} trainings`);
  }
}

const milliseconds = (values, share) => Math.round(at(values, share));
const summary = (values) => ({ n: values.length, p50: milliseconds(values, 0.5), p95: milliseconds(values, 0.95) });

function at(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** The time of a request whose answer holds what is expected. */
async function timed(request, expected) {
  const began = performance.now();
  const answer = await request();
  const text = await answer.text();
  const ms = performance.now() - began;
  if (!answer.ok || !text.includes(expected)) throw new Error(`${answer.status}: ${text.slice(0, 500)}`);
  return ms;
}

/** By turns as it was recorded, and with as many masks as make a megabyte: what is still read whole. */
async function sendHooks() {
  const times = { recorded: [], megabyte: [] };
  for (let hook = 0; hook < hooks; hook++) {
    for (const [kind, body] of Object.entries(hookBodies)) {
      times[kind].push(await timed(() => post('/webhook', body), '"ok"'));
      await sleep(30);
    }
  }
  return { ...pace(times), load: load() };
}

const label_config = labelConfigOf(labels);
const side = 1024;
const click = (k) => ({
  id: `click${k}`,
  type: 'keypointlabels',
  from_name: 'point',
  to_name: 'image',
  is_positive: true,
  original_width: side,
  original_height: side,
  image_rotation: 0,
  value: { x: 5 + ((k * 37) % 90), y: 5 + ((k * 91) % 90), width: 0.3, keypointlabels: [labels[0]] },
});
let asked = 0;

/** /predict for a file; `params` as the interactive tools send them. */
function predict(file, params) {
  const body = { tasks: [{ id: ++asked, data: { image: `/data/local-files/?d=${file}` } }], label_config, params };
  return timed(() => post('/predict', JSON.stringify(body)), '"rle"');
}

/** Every round asks for the same micrographs; bytes after a picture's end make a file that was never seen. */
async function askRound(times) {
  for (let index = 0; index < predictions; index++) {
    const file = `${String(index).padStart(3, '0')}.png`;
    const unseen = `new-${file}`;
    const bytes = [readFileSync(path.join(files, file)), Buffer.from(String(asked))];
    writeFileSync(path.join(files, unseen), Buffer.concat(bytes));
    times.unseen.push(await predict(unseen));
    for (let k = 0; k < 8; k++) {
      times.painted.push(await predict(unseen));
      times.clicks.push(await predict(unseen, { context: { result: [click(asked)] } }));
    }
  }
}

function pace(times) {
  return Object.fromEntries(Object.entries(times).map(([kind, values]) => [kind, summary(values)]));
}

const figures = {};
try {
  await (await fetch(`${server.url}/ready`)).text();
  figures.few = { images: few, ...(await train(project)) };
  say(`few: ${JSON.stringify(figures.few)}`);
  const [idle, training] = [0, 1].map(() => ({ unseen: [], painted: [], clicks: [] }));
  await askRound({ unseen: [], painted: [], clicks: [] });
  figures.hooks = { recordedBytes: recorded.length, idle: await sendHooks() };
  figures.hooks.training = await whileTraining(sendHooks);
  say(`hooks: ${JSON.stringify(figures.hooks)}`);
  for (let round = 0; round < rounds; round++) {
    await askRound(idle);
    await whileTraining(() => askRound(training));
    say(`round ${round}: load ${load()} ${JSON.stringify([pace(idle), pace(training)])}`);
  }
  const ratioOf = (kind) => Number((at(training[kind], 0.95) / at(idle[kind], 0.95)).toFixed(2));
  const ratios = Object.fromEntries(Object.keys(idle).map((kind) => [kind, ratioOf(kind)]));
  figures.predict = { idle: pace(idle), training: pace(training), p95Ratio: ratios };
  if (largeProject !== undefined) figures.many = { images: many, ...(await train(largeProject)) };
} finally {
  server.child.kill('SIGTERM');
  for (const id of [project, largeProject]) {
    if (id !== undefined) await studio.ask('DELETE', `/api/projects/${id}/`).catch(() => undefined);
  }
  studio.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`${JSON.stringify(figures)}\n`);
