/**
 * Whether `sam-i-am prelabel` really never loses its place, on a real Label Studio:
 *   npm run bench -- kill-prelabel [--tasks 500] [--kills 20] [--worker-kills 10] [--redis-restarts 3] [--apart]
 * Two commands run at once on one project and are killed with SIGKILL at random moments and started again; with --worker-kills, painting is
 * done by two workers over a Redis, which are killed, too, and Redis is restarted. In the end every task must have exactly one prediction,
 * and one more run must post nothing. With --apart the commands know nothing of each other, as on two machines. SAM_I_AM_LABEL_STUDIO holds
 * the line of scripts/start-label-studio.sh; without it a server is started. The model is the tiny random one of the tests.
 * Prints one JSON object; exit status 1 if a task was lost or predicted twice.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import sharp from 'sharp';
import { seededRandom } from '#built/core/seeded-random';
import { startRedisServer } from './redis-server.js';
import { labelConfigOf, mainFile, number, openLabelStudio, print, root, say, there } from './support.js';

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
const scratch = mkdtempSync(path.join(tmpdir(), 'kill-prelabel-'));
/** The same kills at the same times for the same seed. */
const random = seededRandom(Number(values.seed));
const studio = await openLabelStudio(path.join(scratch, 'label-studio'), 8092);

/** Two textures side by side, another border in each. */
async function micrograph(index: number): Promise<string> {
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

async function createProject(): Promise<number> {
  const { id } = await studio.ask<{ readonly id: number }>('POST', '/api/projects', {
    title: `kill-prelabel ${tasks}`,
    label_config: labelConfigOf(['A', 'B', 'C']),
  });
  const images = await Promise.all(Array.from({ length: tasks }, (_, index) => micrograph(index)));
  const imported = images.map((image) => ({ data: { image } }));
  await studio.ask('POST', `/api/projects/${id}/import`, imported);
  return id;
}

const environment: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  DATA_DIR: path.join(scratch, 'data-1'),
  MODEL: 'tiny',
  LABEL_STUDIO_URL: studio.url,
  LABEL_STUDIO_API_KEY: studio.token,
};

/** A process that is started again whenever it ends before it should. */
interface Keeper {
  /** What it said last. */
  last: string;
  /** How it ended; undefined while it runs. */
  status: number | 'killed' | undefined;
  start(): void;
  /** Resolves once it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

function keepRunning(args: readonly string[], extra: NodeJS.ProcessEnv = {}): Keeper {
  let child: ChildProcess | undefined;
  const keeper: Keeper = {
    last: '',
    status: undefined,
    start() {
      keeper.status = undefined;
      const env = { ...environment, ...extra };
      const started = spawn(process.execPath, [mainFile, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      started.stderr.on('data', (text) => (keeper.last = `${keeper.last}${String(text)}`.slice(-2000)));
      started.on('exit', (status) => (keeper.status = status ?? 'killed'));
      child = started;
    },
    async kill(signal = 'SIGKILL') {
      if (keeper.status === undefined) child?.kill(signal);
      await ended(keeper, 10);
    },
  };
  keeper.start();
  return keeper;
}

async function ended(keeper: Keeper, everyMs: number): Promise<Keeper['status']> {
  while (keeper.status === undefined) await sleep(everyMs);
  return keeper.status;
}

/** The model versions of each task's predictions, as Label Studio has them. */
async function storedPredictions(project: number): Promise<string[][]> {
  type Page = {
    readonly tasks: readonly {
      readonly id: number;
      readonly predictions: readonly { readonly model_version: string }[];
    }[];
  };
  const versions = new Map<number, string[]>();
  for (let page = 1; versions.size < tasks; page++) {
    const address = `/api/tasks?project=${project}&fields=all&page=${page}&page_size=50`;
    for (const { id, predictions } of (await studio.ask<Page>('GET', address)).tasks) {
      versions.set(
        id,
        predictions.map((each) => each.model_version),
      );
    }
  }
  return [...versions.values()];
}

const modelFiles = ['staged/encoder.onnx', 'meta/decoder.onnx'].map((file) =>
  path.join(root, 'test/fixtures/sam', file),
);
const dataFolders = [1, 2].map((index) => path.join(scratch, `data-${values.apart ? index : 1}`));
for (const DATA_DIR of new Set(dataFolders)) {
  const env = { ...environment, DATA_DIR };
  await run(process.execPath, [mainFile, 'models', 'add', ...modelFiles, '--id', 'tiny'], { env });
}
const project = await createProject();
const withWorkers = Number(values['worker-kills']) > 0 || Number(values['redis-restarts']) > 0;
const redis = withWorkers ? await startRedisServer(path.join(scratch, 'redis')) : undefined;
if (redis !== undefined) environment['REDIS_URL'] = redis.url;
const workers = withWorkers ? [1, 2].map(() => keepRunning(['worker'])) : [];
const command = ['prelabel', '--project', String(project)];
const commands = dataFolders.map((DATA_DIR) => keepRunning(command, { DATA_DIR }));

const times = <Kind extends string>(kind: Kind, count: string) => Array.from({ length: Number(count) }, () => kind);
const events = [
  ...times('command', values.kills),
  ...times('worker', values['worker-kills']),
  ...times('redis', values['redis-restarts']),
].sort(() => random() - 0.5);
const done = { command: 0, worker: 0, redis: 0 };
for (const event of events) {
  await sleep((Number(values['least-s']) + random() * (Number(values['most-s']) - Number(values['least-s']))) * 1000);
  if (event === 'redis') await redis?.restart();
  else {
    const pool = event === 'worker' ? workers : commands;
    const victim = there(pool[Math.floor(random() * pool.length)], 'a process to kill');
    // A command that has ended already is no victim: it is started once more and killed at its start.
    if (victim.status !== undefined) victim.start();
    await victim.kill();
    victim.start();
  }
  done[event]++;
  say(`${event} ${done[event]}: ${commands.map(({ last }) => last.trim().split('\n').at(-1) ?? '').join(' | ')}`);
}
const endedWith = await Promise.all(commands.map((each) => ended(each, 200)));
const again = await run(process.execPath, [mainFile, ...command, '--json'], { env: environment });
const lines = again.stdout
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly summary?: { readonly posted: number } });
const summary = there(lines.find((line) => line.summary !== undefined)?.summary, 'the summary of the last run');
const stored = await storedPredictions(project);
const figures = {
  tasks,
  kills: done.command,
  workerKills: done.worker,
  redisRestarts: done.redis,
  endedWith,
  exactlyOne: stored.filter((versions) => versions.length === 1).length,
  lost: stored.filter((versions) => versions.length === 0).length,
  twice: stored.filter((versions) => versions.length > 1).length,
  versions: new Set(stored.flat()).size,
  secondRunPosted: summary.posted,
};
for (const each of workers) await each.kill('SIGTERM');
await redis?.stop();
await studio.ask('DELETE', `/api/projects/${project}/`).catch(() => undefined);
studio.stop();
rmSync(scratch, { recursive: true, force: true });
print(figures);
process.exitCode = figures.exactlyOne === tasks && summary.posted === 0 ? 0 : 1;
