import { mkdtemp, readdir, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { LabelStudio } from '../support/e2e/label-studio.js';
import { addTinyModel, exampleFiles, repository, until } from '../support/e2e/repository.js';
import { type CliRun, runCli } from '../support/run-cli.js';

/*
 * What may befall a real Label Studio or its disk while `sam-i-am prelabel` runs: one clear line, and the same command goes on.
 */

const labelStudio = LabelStudio.shared();
const taskCount = 4;
let dataFolder = '';
beforeAll(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), 'prelabel-midway-'));
  await addTinyModel(dataFolder);
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

async function projectWithTasks(title: string): Promise<number> {
  const project = await labelStudio.createProject(title, path.join(repository, 'label-config/materials-3.xml'));
  const [file = ''] = exampleFiles();
  for (let index = 0; index < taskCount; index++) {
    // Different ones: equal images are painted once.
    const micrograph = await sharp(file).resize(800 + index).png().toBuffer(); // prettier-ignore
    await labelStudio.upload(project, `${index}.png`, Uint8Array.from(micrograph));
  }
  return project;
}

/** Runs the command one task after the other, and `meanwhile` once the first prediction is posted. */
async function prelabel(
  project: number,
  meanwhile?: () => Promise<unknown>,
  token: string = labelStudio.token,
): Promise<CliRun> {
  const environment = {
    LABEL_STUDIO_URL: labelStudio.url,
    LABEL_STUDIO_API_KEY: token,
    DATA_DIR: dataFolder,
    MODEL: 'tiny',
  };
  const args = ['prelabel', '--project', String(project), '--in-flight', '1'];
  let stderr = '';
  const running = runCli(args, environment, (_signal, stream) => stream.on('data', (text) => (stderr += String(text))));
  if (meanwhile !== undefined) {
    await until(() => stderr.includes('[1/'), 'the first task is done');
    await meanwhile();
  }
  return running;
}

/** The lines that say why the run ended, each with the way out. */
const reasons = ({ stderr }: CliRun): string[] => stderr.trim().split('\n').filter((line) => !line.startsWith('[')); // prettier-ignore
const stopped = expect.stringContaining('the same command goes on from here');

async function predictionsPerTask(project: number): Promise<number[]> {
  return (await labelStudio.tasks(project)).map(({ predictions }) => predictions.length);
}

test('a token that is refused midway is named once, and the run goes on when it is allowed again', async () => {
  const project = await projectWithTasks('token expires midway');
  const personal = await labelStudio.createPersonalToken();
  let run: CliRun;
  try {
    run = await prelabel(project, () => labelStudio.forbidLegacyTokens(personal));
  } finally {
    await labelStudio.allowLegacyTokens();
  }
  expect(run.status).toBe(1);
  expect(reasons(run)).toEqual([stopped, expect.stringMatching(/refused the token .*LABEL_STUDIO_API_KEY/)]);
  expect(run.stderr).not.toContain('failed');
  const again = await prelabel(project);
  expect(again.status).toBe(0);
  expect(again.stderr).toMatch(/[1-3] predicted, [1-3] had their prediction, 0 failed/);
  expect(await predictionsPerTask(project)).toEqual(new Array(taskCount).fill(1));
}, 240_000);

test('a personal token that cannot be renewed midway is named once, and the run goes on with a new one', async () => {
  const project = await projectWithTasks('personal token revoked midway');
  const revoked = await labelStudio.createPersonalToken();
  let run: CliRun;
  try {
    run = await prelabel(project, () => labelStudio.revokePersonalToken(revoked), revoked);
  } finally {
    await labelStudio.allowPersonalTokens();
  }
  expect(run.status).toBe(1);
  expect(reasons(run)).toEqual([
    stopped,
    expect.stringMatching(/refused the personal access token .*Create a new one .*LABEL_STUDIO_API_KEY/),
  ]);
  expect(run.stderr).not.toContain('failed');
  const again = await prelabel(project, undefined, await labelStudio.createPersonalToken());
  expect(again.status).toBe(0);
  expect(again.stderr).toMatch(/[1-3] predicted, [1-3] had their prediction, 0 failed/);
  expect(await predictionsPerTask(project)).toEqual(new Array(taskCount).fill(1));
}, 240_000);

test('a project that is deleted midway is named as gone', async () => {
  const project = await projectWithTasks('project deleted midway');
  const run = await prelabel(project, () => labelStudio.send('DELETE', `/api/projects/${project}/`));
  expect(run.status).toBe(1);
  expect(reasons(run)).toEqual([stopped, expect.stringMatching(/has no project \d+, or no longer .*Check the number/)]);
  expect(run.stderr).not.toContain('failed');
}, 240_000);

test('a disk that is full midway is named, and the run goes on when there is room again', async () => {
  const project = await projectWithTasks('disk full midway');
  const folder = path.join(dataFolder, 'prelabel');
  const before = new Set(await readdir(folder).catch(() => []));
  const fullDisk = async (): Promise<string> => {
    const [own = ''] = (await readdir(folder)).filter((name) => !before.has(name));
    return path.join(folder, own, 'scores.tsv');
  };
  const run = await prelabel(project, async () => {
    await unlink(await fullDisk());
    await symlink('/dev/full', await fullDisk());
  });
  expect(run.status).toBe(1);
  expect(reasons(run)).toEqual([stopped, expect.stringMatching(/nothing can be written .*disk is full\. Make room/)]);
  await unlink(await fullDisk());
  const again = await prelabel(project);
  expect(again.status).toBe(0);
  expect(await predictionsPerTask(project)).toEqual(new Array(taskCount).fill(1));
}, 240_000);
