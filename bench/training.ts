/**
 * What learning costs, and what it costs those who work meanwhile, beside a real Label Studio:
 *   nice -n 5 npm run bench -- training FOLDER [--few 5] [--many 100] [--hooks 200] [--rounds 4] [--predictions 5]
 * FOLDER holds one project of `python -m sam_i_am_models.simulated_project` in training/. Where more images are wanted
 * than it has, they are its own, turned and mirrored. All images are encoded before anything is timed. Three figures
 * follow:
 *  - trainings of `few` and of `many` accepted images, asked for with START_TRAINING: wall time, and CPU time of the training's process;
 *  - `hooks` webhooks, each the body that Label Studio itself sent for an annotation, and as many of a megabyte, while
 *    nothing else runs and while trainings run;
 *  - /predict in rounds, by turns while nothing else runs and while trainings run: new micrographs (the same ones in
 *    every round, told apart by bytes after the picture's end), ones that were painted before, and clicks on those.
 * SAM_I_AM_LABEL_STUDIO holds the line of scripts/start-label-studio.sh; without it a server is started. Prints one JSON object.
 */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { valueOrThrow } from '#built/core/result';
import { decodeMicrograph } from '#built/imaging/decode-micrograph';
import { createEmbeddingCache, embeddingKey } from '#built/painting/embedding-cache';
import { addedModelsFolder, defaultModelId, loadModels, modelsFolder } from '#built/painting/models/load-models';
import { embeddingsFolder } from '#built/painting/threads/segment-pool';
import {
  brushRegion,
  cpuMs,
  labelConfigOf,
  number,
  openLabelStudio,
  print,
  quantile,
  rounded,
  say,
  startBackend,
  there,
} from './support.js';

const counts = { few: number(5), many: number(100), hooks: number(200), rounds: number(4), predictions: number(5) };
const { values, positionals } = parseArgs({ options: counts, allowPositionals: true });
const [few, many, hooks] = [Number(values.few), Number(values.many), Number(values.hooks)];
const [rounds, predictions] = [Number(values.rounds), Number(values.predictions)];
const source = there(positionals[0], 'the folder of a simulated project');
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-training-'));
const [dataDir, files] = [path.join(scratch, 'data'), path.join(scratch, 'files')];
mkdirSync(files);
const load = () => (loadavg()[0] ?? NaN).toFixed(1);
const studio = await openLabelStudio(path.join(scratch, 'label-studio'), 8109);
const labels = [1, 2, 3, 4].map((material) => `Material ${material}`);
const json = { 'content-type': 'application/json' };

/** A task as it is imported. */
interface Task {
  readonly data: object;
  readonly annotations: readonly { readonly result: readonly object[] }[];
}

/** The image `index` with its materials: the folder's own, then each of them turned and mirrored in seven ways. */
async function accepted(index: number): Promise<Task> {
  const names = readdirSync(source).filter((name) => /^\d+\.png$/.test(name));
  const name = there(names[index % names.length], 'an image in the folder');
  const way = Math.floor(index / names.length);
  if (way > 7) throw new Error(`${names.length} images give ${8 * names.length} at most`);
  const turned = (file: string) => {
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
async function encode(count: number): Promise<void> {
  const addedFolder = addedModelsFolder(dataDir);
  const models = await loadModels({ folder: modelsFolder, addedFolder, modelId: defaultModelId, threads: 1 });
  const cache = createEmbeddingCache(embeddingsFolder(dataDir), { memoryBytes: 0, diskBytes: 1e10 });
  for (const name of readdirSync(files).slice(0, count)) {
    const bytes = readFileSync(path.join(files, name));
    const micrograph = valueOrThrow(await decodeMicrograph(name, bytes, { maxPixels: 1e8 }));
    await cache.put(embeddingKey({ bytes }, models.weights), await models.sam.encode(micrograph));
  }
  await Promise.all([models.sam.release(), models.texture.release()]);
}

interface Stored {
  readonly id: number;
}

async function createProject(title: string, tasks: readonly Task[]): Promise<number> {
  const { id } = await studio.ask<Stored>('POST', '/api/projects', { title, label_config: labelConfigOf(labels) });
  for (let first = 0; first < tasks.length; first += 10) {
    await studio.ask('POST', `/api/projects/${id}/import`, tasks.slice(first, first + 10));
  }
  return id;
}

function withResolvers<Value>(): { readonly promise: Promise<Value>; readonly resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}

/** The body that Label Studio sends when an annotation is corrected. */
async function recordedHook(project: number): Promise<string> {
  const { promise: body, resolve: heard } = withResolvers<string>();
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.end();
      heard(Buffer.concat(chunks).toString());
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/webhook`;
  const hook = await studio.ask<Stored>('POST', '/api/webhooks/', {
    project,
    url,
    send_payload: true,
    send_for_all_actions: true,
  });
  type Page = {
    readonly tasks: readonly { readonly annotations: readonly (Stored & { readonly result: unknown })[] }[];
  };
  const page = await studio.ask<Page>('GET', `/api/tasks?project=${project}&page_size=1&fields=all`);
  const annotation = there(page.tasks[0]?.annotations[0], 'an annotation');
  await studio.ask('PATCH', `/api/annotations/${annotation.id}/`, { result: annotation.result });
  const recorded = await Promise.race([body, sleep(10_000).then(() => undefined)]);
  await studio.ask('DELETE', `/api/webhooks/${hook.id}/`);
  listener.close();
  if (recorded === undefined) throw new Error('Label Studio sent no webhook within 10 s');
  return recorded;
}

/** A webhook of an annotation with so many masks that it has about `bytes`. */
function withMoreMasks(body: string, bytes: number): string {
  const parsed = JSON.parse(body) as { readonly annotation: { result: readonly object[] } };
  const { result } = parsed.annotation;
  const times = Math.floor((bytes - body.length) / JSON.stringify(result).length);
  parsed.annotation.result = Array.from({ length: times }, () => result).flat();
  return JSON.stringify(parsed);
}

const tasks: Task[] = [];
for (let index = 0; index < Math.max(few, many); index++) tasks.push(await accepted(index));
await encode(tasks.length);
const project = await createProject('bench-training few', tasks.slice(0, few));
const largeProject = many > 0 ? await createProject('bench-training many', tasks.slice(0, many)) : undefined;
const recorded = await recordedHook(project);
const hookBodies = { recorded, megabyte: withMoreMasks(recorded, 1_000_000) };
say(`${tasks.length} images are ready, a webhook has ${recorded.length} bytes, load ${load()}`);
const server = await startBackend(studio, { DATA_DIR: dataDir, LOCAL_FILES_ROOT: files });
const post = (address: string, body: string) => fetch(server.url + address, { method: 'POST', headers: json, body });
const kept = () => readdirSync(embeddingsFolder(dataDir)).length;
const wanted = (id: number) => JSON.stringify({ action: 'START_TRAINING', project: { id } });

/** CPU seconds of the server's children that have ended: its trainings. */
const childSeconds = () => cpuMs(server.pid).children / 1000;

/** A project as the server tells it. */
interface Told {
  readonly id?: string;
  readonly training?: object | null;
  readonly lastTraining?: {
    readonly finishedAt: string;
    readonly outcome: string;
    readonly reason: string | null;
  } | null;
}

async function told(id: number): Promise<Told> {
  const answer = (await (await fetch(`${server.url}/api/projects`)).json()) as { readonly projects: readonly Told[] };
  return answer.projects.find((each) => each.id === String(id)) ?? {};
}

/** One training from START_TRAINING to its end, looked at so often that this costs next to nothing. */
async function train(id: number): Promise<object> {
  const before = (await told(id)).lastTraining?.finishedAt;
  const [began, seconds, embeddings] = [performance.now(), childSeconds(), kept()];
  const answer = await post('/webhook', wanted(id));
  const answeredMs = Math.round(performance.now() - began);
  if (!answer.ok) throw new Error(`START_TRAINING answered ${answer.status}`);
  for (;;) {
    const { training, lastTraining } = await told(id);
    if (!training && lastTraining && lastTraining.finishedAt !== before) {
      if (lastTraining.outcome === 'failed') throw new Error(lastTraining.reason ?? '');
      const wallSeconds = rounded((performance.now() - began) / 1000, 1);
      const cpuSeconds = rounded(childSeconds() - seconds, 1);
      const { outcome } = lastTraining;
      return { wallSeconds, cpuSeconds, answeredMs, encodedAnew: kept() - embeddings, outcome, load: load() };
    }
    await sleep(1000);
  }
}

/** Runs `work` while trainings run, one after the other. */
async function whileTraining<Value>(work: () => Promise<Value>): Promise<Value> {
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

const summary = (times: readonly number[]) => ({
  n: times.length,
  p50: Math.round(quantile(times, 0.5)),
  p95: Math.round(quantile(times, 0.95)),
});

/** The time of a request whose answer holds what is expected. */
async function timed(request: () => Promise<Response>, expected: string): Promise<number> {
  const began = performance.now();
  const answer = await request();
  const text = await answer.text();
  const ms = performance.now() - began;
  if (!answer.ok || !text.includes(expected)) throw new Error(`${answer.status}: ${text.slice(0, 500)}`);
  return ms;
}

/** By turns as it was recorded, and with as many masks as make a megabyte: what is still read whole. */
async function sendHooks(): Promise<object> {
  const times: Record<keyof typeof hookBodies, number[]> = { recorded: [], megabyte: [] };
  for (let hook = 0; hook < hooks; hook++) {
    for (const kind of ['recorded', 'megabyte'] as const) {
      times[kind].push(await timed(() => post('/webhook', hookBodies[kind]), '"ok"'));
      await sleep(30);
    }
  }
  return { ...pace(times), load: load() };
}

const label_config = labelConfigOf(labels);
const side = 1024;
const click = (k: number) => ({
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
function predict(file: string, params?: object): Promise<number> {
  const body = { tasks: [{ id: ++asked, data: { image: `/data/local-files/?d=${file}` } }], label_config, params };
  return timed(() => post('/predict', JSON.stringify(body)), '"rle"');
}

/** Milliseconds of each request. */
interface Asked {
  readonly unseen: number[];
  readonly painted: number[];
  readonly clicks: number[];
}

const noneAsked = (): Asked => ({ unseen: [], painted: [], clicks: [] });

/** Every round asks for the same micrographs; bytes after a picture's end make a file that was never seen. */
async function askRound(times: Asked): Promise<void> {
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

function pace(times: object): object {
  return Object.fromEntries(Object.entries(times).map(([kind, each]) => [kind, summary(each as number[])]));
}

const figures: Record<string, object> = {};
try {
  await (await fetch(`${server.url}/ready`)).text();
  figures['few'] = { images: few, ...(await train(project)) };
  say(`few: ${JSON.stringify(figures['few'])}`);
  const [idle, training] = [noneAsked(), noneAsked()];
  await askRound(noneAsked());
  const idleHooks = await sendHooks();
  figures['hooks'] = {
    recordedBytes: recorded.length,
    idle: idleHooks,
    training: await whileTraining(sendHooks),
  };
  say(`hooks: ${JSON.stringify(figures['hooks'])}`);
  for (let round = 0; round < rounds; round++) {
    await askRound(idle);
    await whileTraining(() => askRound(training));
    say(`round ${round}: load ${load()} ${JSON.stringify([pace(idle), pace(training)])}`);
  }
  const ratioOf = (kind: keyof Asked) => rounded(quantile(training[kind], 0.95) / quantile(idle[kind], 0.95), 2);
  const ratios = { unseen: ratioOf('unseen'), painted: ratioOf('painted'), clicks: ratioOf('clicks') };
  figures['predict'] = { idle: pace(idle), training: pace(training), p95Ratio: ratios };
  if (largeProject !== undefined) figures['many'] = { images: many, ...(await train(largeProject)) };
} finally {
  server.child.kill('SIGTERM');
  for (const id of [project, largeProject]) {
    if (id !== undefined) await studio.ask('DELETE', `/api/projects/${id}/`).catch(() => undefined);
  }
  studio.stop();
  rmSync(scratch, { recursive: true, force: true });
}
print(figures);
