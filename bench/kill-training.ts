/**
 * Whether training survives kill -9 at any point, on a real Label Studio:
 *   npm run bench -- kill-training [--kills 30] [--images 5] [--seed 1]
 * A project with accepted images is trained again and again, each time asked for ten times at once. By turns the
 * training process and the whole server are killed with SIGKILL at a random moment of the training, one time in three
 * in its last second, when the profile is written; only kills count that hit a running training. After each the live
 * profile must be whole and be the old or the new one; a killed server must take the training up again by itself, once
 * the one that it left behind has ended; a killed training must be on record as failed; never may two trainings run at
 * once. In the end 200 requests at once must begin one training, which must end well. SAM_I_AM_LABEL_STUDIO holds the
 * line of scripts/start-label-studio.sh; without it a server is started. Prints one JSON object; exit status 1 if
 * something was lost, broken or done twice at once.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { materialProfile } from '#built/booster/material-profile';
import { seededRandom } from '#built/core/seeded-random';
import { brushRegion, labelConfigOf, number, openLabelStudio, print, say, startBackend, there } from './support.js';

const { values } = parseArgs({ options: { kills: number(30), images: number(5), seed: number(1), side: number(512) } });
const [kills, images, side] = [Number(values.kills), Number(values.images), Number(values.side)];
const random = seededRandom(Number(values.seed));
const scratch = mkdtempSync(path.join(tmpdir(), 'kill-training-'));
const dataDir = path.join(scratch, 'data');
const problems: string[] = [];

const studio = await openLabelStudio(path.join(scratch, 'label-studio'), 8109);

/** Two lattices, one above the other, and what an annotator would make of them. */
async function annotatedImage(index: number): Promise<{ readonly image: string; readonly result: readonly object[] }> {
  const border = side * (0.35 + 0.3 * random());
  const isFine = (pixel: number) => Math.floor(pixel / side) < border === (index % 2 === 0);
  const wave = (position: number, period: number) => 0.5 + 0.5 * Math.cos((2 * Math.PI * position) / period);
  const grey = Uint8Array.from({ length: side * side }, (_, pixel) => {
    const [level, period] = isFine(pixel) ? ([0.15, 9] as const) : ([0.4, 17] as const);
    return 255 * (level + 0.35 * wave(pixel % side, period) * wave(Math.floor(pixel / side), period) + 0.06 * random());
  });
  const raw = { width: side, height: side, channels: 1 } as const;
  const png = await sharp(grey, { raw }).png().toBuffer();
  const image = { pixels: grey, width: side, height: side };
  const region = (label: string, belongs: (pixel: number) => boolean) =>
    brushRegion(`${label}${index}`, label, image, (_, pixel) => belongs(pixel));
  const result = [region('Fine', isFine), region('Coarse', (pixel) => !isFine(pixel))];
  return { image: `data:image/png;base64,${png.toString('base64')}`, result };
}

interface Stored {
  readonly id: number;
}

async function createProject(): Promise<string> {
  const label_config = labelConfigOf(['Coarse', 'Fine']);
  const { id } = await studio.ask<Stored>('POST', '/api/projects', { title: 'kill-training', label_config });
  const annotated = await Promise.all(Array.from({ length: images }, (_, index) => annotatedImage(index)));
  for (const { image, result } of annotated) {
    const task = await studio.ask<Stored>('POST', '/api/tasks/', { project: id, data: { image } });
    await studio.ask('POST', `/api/tasks/${task.id}/annotations/`, { result });
  }
  return String(id);
}

const project = await createProject();
const startServer = () => startBackend(studio, { DATA_DIR: dataDir });

/** How the last training ended. */
interface Ended {
  readonly outcome: string;
  readonly finishedAt: string;
  readonly reason: string | null;
}

/** The project as the server tells it; nothing before it has looked for the first time. */
interface Told {
  readonly id?: string;
  readonly training?: object | null;
  readonly lastTraining?: Ended | null;
  readonly profiles?: readonly object[];
}

async function told(): Promise<Told> {
  const answer = (await (await fetch(`${server.url}/api/projects`)).json()) as { readonly projects: readonly Told[] };
  return answer.projects.find(({ id }) => id === project) ?? {};
}

/** Asks for a training, many times at once. */
async function wantTraining(times = 10): Promise<void> {
  const body = JSON.stringify({ action: 'START_TRAINING', project: { id: Number(project) } });
  const headers = { 'content-type': 'application/json' };
  const post = () => fetch(`${server.url}/webhook`, { method: 'POST', headers, body });
  const answers = await Promise.all(Array.from({ length: times }, post));
  for (const answer of answers) if (!answer.ok) problems.push(`START_TRAINING answered ${answer.status}`);
}

/** Trainings of this project that run on the machine: whoever they belong to. */
function trainingProcesses(): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
      const isOurs =
        read('cmdline').includes('training-worker.js') && read('environ').includes(`DATA_DIR=${dataDir}\0`);
      return isOurs ? Number(pid) : [];
    } catch {
      return [];
    }
  });
}

let mostAtOnce = 0;
const folder = path.join(dataDir, 'profiles', project);
const watch = setInterval(() => (mostAtOnce = Math.max(mostAtOnce, trainingProcesses().length)), 100);

/** Reads the live profile as the server does, and throws where it is not whole. */
function liveVersion(): number {
  const read = (file: string): unknown => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  const { version } = read('active.json') as { readonly version: number };
  const text = read(`${String(version).padStart(4, '0')}.json`);
  materialProfile.parse(text);
  const stored = text as { readonly training: { readonly version: number } };
  if (stored.training.version !== version) throw new Error(`version ${version} holds ${stored.training.version}`);
  return version;
}

async function untilEnded(before: string | undefined): Promise<Ended> {
  for (;;) {
    const { training, lastTraining } = await told();
    if (!training && lastTraining && lastTraining.finishedAt !== before) return lastTraining;
    await sleep(100);
  }
}

async function untilTold(isSo: (project: Told) => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end;) {
    if (isSo(await told())) return;
    await sleep(50);
  }
  problems.push(`${what}: not within 30 s`);
}

/** A training that failed for another reason than a kill says nothing: the rest of the run would not, either. */
function expectKilled({ outcome, reason }: Ended): void {
  const said = reason ?? '';
  if (outcome === 'failed' && !said.includes('ended early (SIGKILL)')) throw new Error(`a training failed: ${said}`);
}

let longestOrphanMs = 0;

/** How long a training goes on whose server was killed. */
async function followOrphan(pid: number, killed: number): Promise<void> {
  while (trainingProcesses().includes(pid)) await sleep(20);
  longestOrphanMs = Math.max(longestOrphanMs, Math.round(performance.now() - killed));
}

let server = await startServer();
const began = performance.now();
await wantTraining();
const first = await untilEnded(undefined);
let usualMs = performance.now() - began;
say(`a training takes ${Math.round(usualMs)} ms: ${first.outcome}`);
const done = { server: 0, training: 0, tooLate: 0 };
for (let kill = 1; kill <= kills;) {
  const version = liveVersion();
  const last = (await told()).lastTraining?.finishedAt;
  await wantTraining();
  await untilTold(
    ({ training, lastTraining }) => Boolean(training) || lastTraining?.finishedAt !== last,
    'a wanted training',
  );
  const isLate = kill % 3 === 0;
  await sleep(Math.max(0, isLate ? usualMs - 1000 * random() : usualMs * random()));
  const victim = kill % 2 === 0 ? 'training' : 'server';
  const [child] = trainingProcesses();
  if (child === undefined) {
    // It was quicker than the one that was timed: no kill, so once more.
    done.tooLate++;
    usualMs *= 0.8;
    continue;
  }
  if (victim === 'training') process.kill(child, 'SIGKILL');
  else server.child.kill('SIGKILL');
  if (victim === 'server') void followOrphan(child, performance.now());
  done[victim]++;
  await sleep(200);
  const now = liveVersion();
  if (now !== version && now !== version + 1) problems.push(`kill ${kill}: version ${now} after ${version}`);
  if (victim === 'server') {
    server = await startServer();
    // It goes on by itself, unless its end was on record before the kill.
    await untilTold(
      ({ training, lastTraining }) => Boolean(training) || lastTraining?.finishedAt !== last,
      `kill ${kill}: taken up`,
    );
  } else {
    await untilTold(
      ({ training, lastTraining }) => !training && lastTraining?.finishedAt !== last,
      `kill ${kill}: on record`,
    );
  }
  const lastTraining = there((await told()).lastTraining, 'the last training');
  expectKilled(lastTraining);
  say(
    `kill ${kill} (${victim}${isLate ? ', late' : ''}): version ${now}, ${lastTraining.outcome} ${lastTraining.finishedAt}`,
  );
  // The next one is asked for while this one still runs, or after it.
  if (kill % 5 === 0) while ((await told()).training) await sleep(200);
  kill++;
}
while ((await told()).training) await sleep(200);
const before = (await told()).lastTraining?.finishedAt;
const trainingsBegun = () => server.log.split('"training started"').length - 1;
const begunBefore = trainingsBegun();
await wantTraining(200);
const end = await untilEnded(before);
const begunBy200 = trainingsBegun() - begunBefore;
if (begunBy200 !== 1) problems.push(`200 START_TRAINING at once began ${begunBy200} trainings`);
if (end.outcome === 'failed') problems.push(`the last training failed: ${end.reason ?? ''}`);
clearInterval(watch);
if (mostAtOnce > 1) problems.push(`${mostAtOnce} training processes at once`);
const figures = {
  kills: done.server + done.training,
  ...done,
  usualMs: Math.round(usualMs),
  mostAtOnce,
  begunBy200,
  longestOrphanMs,
  liveVersion: liveVersion(),
  lastOutcome: end.outcome,
  versions: (await told()).profiles?.length ?? 0,
  problems,
};
server.child.kill('SIGTERM');
await studio.ask('DELETE', `/api/projects/${project}/`).catch(() => undefined);
studio.stop();
rmSync(scratch, { recursive: true, force: true });
print(figures);
process.exitCode = problems.length === 0 ? 0 : 1;
