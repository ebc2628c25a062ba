// Whether `sam-i-am prelabel` really never loses its place, on a real Label Studio:
//   npm run build && node scripts/kill-prelabel.mjs [--tasks 500] [--kills 20] [--worker-kills 10] [--redis-restarts 3] [--apart]
// Two commands run at once on one project and are killed with SIGKILL at random moments and started again; with --worker-kills,
// painting is done by two workers over a Redis, which are killed, too, and Redis is restarted. In the end every task must
// have exactly one prediction, and one more run must post nothing. With --apart the commands know nothing of each other, as
// on two machines. SAM_I_AM_LABEL_STUDIO holds the line of
// scripts/start-label-studio.sh; without it a server is started. The model is the tiny random one of the tests.
// Prints one JSON object; exit status 1 if a task was lost or predicted twice.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import sharp from 'sharp';

const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: {
    tasks: number(500),
    kills: number(20),
    'worker-kills': number(0),
    'redis-restarts': number(0),
    seed: number(1),
    'least-s': number(3),
    'most-s': number(20),
    apart: { type: 'boolean', default: false },
  },
});
const tasks = Number(values.tasks);
const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const main = process.env.SAM_I_AM_MAIN ?? path.join(root, 'dist/cli/main.js');
const scratch = mkdtempSync(path.join(tmpdir(), 'kill-prelabel-'));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text) => process.stderr.write(`${text}\n`);

let state = Number(values.seed) >>> 0;
/** Mulberry32: the same kills at the same times for the same seed. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

async function labelStudio() {
  const given = process.env.SAM_I_AM_LABEL_STUDIO;
  const data = path.join(scratch, 'label-studio');
  const start = () => run(path.join(root, 'scripts/start-label-studio.sh'), ['--data', data, '--port', '8092']);
  const line = given ?? (await start()).stdout.trim().split('\n').at(-1);
  const field = (name) => new RegExp(`${name}=(\\S+)`).exec(line)[1];
  return { url: field('url'), token: field('token'), pid: given === undefined ? Number(field('pid')) : undefined };
}

const server = await labelStudio();

async function ask(method, address, body) {
  const headers = { authorization: `Token ${server.token}`, 'content-type': 'application/json' };
  const answer = await fetch(server.url + address, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${address} answered ${answer.status}`);
  return answer.json();
}

/** Two textures side by side, another border in each. */
async function micrograph(index) {
  const side = 64;
  const grey = Uint8Array.from({ length: side * side }, (_, pixel) => {
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    return (x > 16 + (index % 32) ? 190 : 60) + ((x * 7 + y * 13 + index) % 32);
  });
  const png = await sharp(grey, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

async function createProject() {
  const labels = '<Label value="A"/><Label value="B"/><Label value="C"/>';
  const labelConfig = `<View><Image name="image" value="$image"/><BrushLabels name="material" toName="image">${labels}</BrushLabels></View>`;
  const { id } = await ask('POST', '/api/projects', { title: `kill-prelabel ${tasks}`, label_config: labelConfig });
  const images = await Promise.all(Array.from({ length: tasks }, (_, index) => micrograph(index)));
  await ask(
    'POST',
    `/api/projects/${id}/import`,
    images.map((image) => ({ data: { image } })),
  );
  return id;
}

const environment = {
  PATH: process.env.PATH,
  DATA_DIR: path.join(scratch, 'data-1'),
  MODEL: 'tiny',
  LABEL_STUDIO_URL: server.url,
  LABEL_STUDIO_API_KEY: server.token,
};

/** A process that is started again whenever it ends before it should. */
function keepRunning(name, args, extra = {}) {
  const keeper = { name, child: undefined, stopped: false, status: undefined, starts: 0, last: '' };
  keeper.start = () => {
    keeper.starts++;
    keeper.status = undefined;
    keeper.child = spawn(process.execPath, [main, ...args], {
      env: { ...environment, ...extra },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    keeper.child.stderr.on('data', (text) => (keeper.last = `${keeper.last}${text}`.slice(-2000)));
    keeper.child.on('exit', (status) => (keeper.status = status ?? 'killed'));
  };
  keeper.kill = async (signal = 'SIGKILL') => {
    if (keeper.status === undefined) keeper.child.kill(signal);
    while (keeper.status === undefined) await sleep(10);
  };
  keeper.start();
  return keeper;
}

async function startRedis() {
  const { startRedisServer } = await import('./redis-server.mjs');
  return startRedisServer(path.join(scratch, 'redis'));
}

/** Each task's number of predictions of each version, as Label Studio has them. */
async function storedPredictions(project) {
  const counts = new Map();
  for (let page = 1; counts.size < tasks; page++) {
    const answer = await ask('GET', `/api/tasks?project=${project}&fields=all&page=${page}&page_size=50`);
    for (const task of answer.tasks)
      counts.set(
        task.id,
        task.predictions.map((each) => each.model_version),
      );
  }
  return counts;
}

const modelFiles = ['staged/encoder.onnx', 'meta/decoder.onnx'].map((file) =>
  path.join(root, 'test/fixtures/sam', file),
);
const dataFolders = [1, 2].map((index) => path.join(scratch, `data-${values.apart ? index : 1}`));
for (const DATA_DIR of new Set(dataFolders)) {
  await run(process.execPath, [main, 'models', 'add', ...modelFiles, '--id', 'tiny'], {
    env: { ...environment, DATA_DIR },
  });
}
const project = await createProject();
const withWorkers = Number(values['worker-kills']) > 0 || Number(values['redis-restarts']) > 0;
const redis = withWorkers ? await startRedis() : undefined;
if (redis !== undefined) environment.REDIS_URL = redis.url;
const workers = withWorkers ? [1, 2].map((index) => keepRunning(`worker ${index}`, ['worker'])) : [];
const command = ['prelabel', '--project', String(project)];
const commands = dataFolders.map((DATA_DIR, index) => keepRunning(`command ${index + 1}`, command, { DATA_DIR }));

const events = [
  ...Array.from({ length: Number(values.kills) }, () => 'command'),
  ...Array.from({ length: Number(values['worker-kills']) }, () => 'worker'),
  ...Array.from({ length: Number(values['redis-restarts']) }, () => 'redis'),
].sort(() => random() - 0.5);
const done = { command: 0, worker: 0, redis: 0 };
for (const event of events) {
  await sleep((Number(values['least-s']) + random() * (Number(values['most-s']) - Number(values['least-s']))) * 1000);
  if (event === 'redis') await redis.restart();
  else {
    const pool = event === 'worker' ? workers : commands;
    const victim = pool[Math.floor(random() * pool.length)];
    // A command that has ended already is no victim: it is started once more and killed at its start.
    if (victim.status !== undefined) victim.start();
    await victim.kill();
    victim.start();
  }
  done[event]++;
  say(`${event} ${done[event]}: ${commands.map(({ last }) => last.trim().split('\n').at(-1)).join(' | ')}`);
}
for (const each of commands) while (each.status === undefined) await sleep(200);
const ended = commands.map(({ status }) => status);
const again = await run(process.execPath, [main, ...command, '--json'], { env: environment });
const lines = again.stdout
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const { summary } = lines.find((line) => line.summary !== undefined);
const stored = [...(await storedPredictions(project)).values()];
const figures = {
  tasks,
  kills: done.command,
  workerKills: done.worker,
  redisRestarts: done.redis,
  endedWith: ended,
  exactlyOne: stored.filter((versions) => versions.length === 1).length,
  lost: stored.filter((versions) => versions.length === 0).length,
  twice: stored.filter((versions) => versions.length > 1).length,
  versions: new Set(stored.flat()).size,
  secondRunPosted: summary.posted,
};
for (const each of workers) await each.kill('SIGTERM');
await redis?.stop();
await ask('DELETE', `/api/projects/${project}/`).catch(() => undefined);
if (server.pid !== undefined) process.kill(server.pid);
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exitCode = figures.exactlyOne === tasks && summary.posted === 0 ? 0 : 1;
