import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startBackend } from '../support/e2e/backend-process.js';
import { LabelStudio } from '../support/e2e/label-studio.js';
import { addTinyModel, exampleFiles, repository, until } from '../support/e2e/repository.js';
import { runCli } from '../support/run-cli.js';

/*
 * `sam-i-am prelabel` on the real Label Studio; bench/kill-prelabel.ts is the same with 500 tasks and 20 kills.
 */

const labelStudio = LabelStudio.shared();
let dataFolder = '';
beforeAll(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), 'prelabel-e2e-'));
  await addTinyModel(dataFolder);
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

const environment = () => ({
  LABEL_STUDIO_URL: labelStudio.url,
  LABEL_STUDIO_API_KEY: labelStudio.token,
  DATA_DIR: dataFolder,
  MODEL: 'tiny',
});
const prelabel = (project: number, args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) =>
  runCli(['prelabel', '--project', String(project), ...args], { ...environment(), ...more });

async function projectWithExamples(title: string): Promise<number> {
  const project = await labelStudio.createProject(title, path.join(repository, 'label-config/materials-3.xml'));
  for (const file of exampleFiles()) await labelStudio.uploadFile(project, file);
  await labelStudio.importTasks(project, [{ data: { image: '/data/upload/1/gone.png' } }, { data: { image: '' } }]);
  return project;
}

test('commands that are killed again and again leave exactly one prediction per task', async () => {
  const script = path.join(repository, '.cache/bench-build/bench/kill-prelabel.js');
  const args = ['--tasks', '12', '--kills', '3', '--least-s', '1', '--most-s', '4'];
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { timeout: 300_000 });
  expect(JSON.parse(stdout)).toMatchObject({
    tasks: 12,
    kills: 3,
    exactlyOne: 12,
    lost: 0,
    twice: 0,
    versions: 1,
    secondRunPosted: 0,
  });
}, 300_000);

test('bad tasks cost only themselves, and the review starts with the least certain', async () => {
  const project = await projectWithExamples('prelabel');
  const dry = await prelabel(project, ['--dry-run']);
  expect([dry.status, dry.stdout]).toEqual([0, '']);
  expect(dry.stderr).toContain('5 to predict');

  const run = await prelabel(project);
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/3 predicted, 0 had their prediction, 2 failed/);
  expect(run.stderr).toMatch(/failed: task \d+: .*no such image.*\n.*failed: task \d+: the task has no image/s);
  const tasks = await labelStudio.tasks(project);
  const predicted = tasks.filter(({ predictions }) => predictions.length === 1);
  expect(predicted).toHaveLength(3);
  const byScore = predicted.toSorted((a, b) => Number(a.predictions[0]?.score) - Number(b.predictions[0]?.score));
  const review = run.stdout.trim().split('\n').map((line) => Number(line.split('\t')[0])); // prettier-ignore
  expect(review).toEqual(byScore.map(({ id }) => id));

  const again = await prelabel(project, ['--json', '--ids', review.join(',')]);
  expect(again.status).toBe(0);
  const lines = again.stdout.trim().split('\n').map((line) => JSON.parse(line) as object); // prettier-ignore
  expect(lines).toHaveLength(7);
  expect(lines[3]).toMatchObject({ summary: { posted: 0, present: 3 } });
  expect(lines.slice(4)).toEqual(
    byScore.map(({ id, predictions }) => ({
      review: { task: id, score: expect.closeTo(Number(predictions[0]?.score), 4) },
    })),
  );
}, 300_000);

test('predictions that Label Studio fetched from the backend are in the order of review, by their own scores', async () => {
  const project = await labelStudio.createProject('fetched', path.join(repository, 'label-config/materials-3.xml'));
  for (const file of exampleFiles()) await labelStudio.uploadFile(project, file);
  const backend = await startBackend(environment());
  try {
    // Connected, the project's settings name the backend's title, so that the list of tasks tells no score.
    await labelStudio.connect(project, backend.url, 'a title');
    await labelStudio.retrievePredictions(project);
  } finally {
    await backend.stop();
  }
  const scores = new Map((await labelStudio.tasks(project)).map(({ id, predictions }) => [id, predictions[0]?.score]));
  expect([...scores.values()].map((score) => typeof score)).toEqual(['number', 'number', 'number']);
  for (const attempt of ['read from Label Studio', 'read from the journal']) {
    const run = await prelabel(project);
    expect([attempt, run.status]).toEqual([attempt, 0]);
    expect(run.stderr).toContain('0 predicted, 3 had their prediction, 0 failed');
    expect(run.stderr).not.toContain('without a score');
    const review = run.stdout.trim().split('\n').map((line) => line.split('\t').map(Number)); // prettier-ignore
    expect(review.map(([task]) => task)).toEqual(
      [...scores.keys()].sort((a, b) => Number(scores.get(a)) - Number(scores.get(b)) || a - b),
    );
    for (const [task = 0, score] of review) expect(score).toBeCloseTo(Number(scores.get(task)), 4);
  }
}, 300_000);

/** A door before Label Studio that can be shut. */
async function openDoor() {
  const target = new URL(labelStudio.url);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const other = connect(Number(target.port), target.hostname);
    for (const each of [socket, other]) {
      sockets.add(each);
      each
        .on('error', () => undefined)
        .on('close', () => void (socket.destroy(), other.destroy(), sockets.delete(each)));
    }
    socket.pipe(other).pipe(socket);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const shut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, shut, open: () => listen(port) };
}

test('a Label Studio that goes away midway is waited for; a deleted project is not', async () => {
  const project = await projectWithExamples('prelabel through a door');
  const door = await openDoor();
  let stderr = '';
  const running = runCli(
    ['prelabel', '--project', String(project), '--url', door.url],
    environment(),
    (_signal, stream) => stream.on('data', (text) => (stderr += String(text))),
  );
  await until(() => /\[1\/5\]/.test(stderr), 'the first task is done');
  await door.shut();
  await until(() => /trying again in/.test(stderr), 'the command says that it waits');
  await door.open();
  expect((await running).stderr).toContain('3 predicted');
  await door.shut();

  await labelStudio.send('DELETE', `/api/projects/${project}/`);
  const gone = await prelabel(project);
  expect(gone.status).toBe(1);
  expect(gone.stderr).toMatch(/has no project \d+, or no longer .*Check the number/);
}, 300_000);

test('a refused token and an unknown view are one clear line', async () => {
  const project = await projectWithExamples('prelabel refused');
  const refused = await prelabel(project, [], { LABEL_STUDIO_API_KEY: 'f'.repeat(40) });
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(/refused the token .*LABEL_STUDIO_API_KEY/);
  const view = await prelabel(project, ['--view', '999999']);
  expect(view.status).toBe(1);
  expect(view.stderr).toMatch(/404/);
}, 120_000);
