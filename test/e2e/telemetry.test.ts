import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { addTinyModel, exampleFiles, mainFile, repository, until } from '../support/e2e/repository.js';

jest.setTimeout(300_000);

/*
 * The runtime of the models reports to its maker unless it is told not to: with a home of its own, each command leaves
 * nothing there but what is ours, and, where strace is installed, nobody is asked for the address of anything.
 */

const [example = ''] = exampleFiles();
const hasStrace = spawnSync('strace', ['-V']).status === 0;

const running: ChildProcess[] = [];
let home: string;
let dataFolder: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'sam-i-am-home-'));
  dataFolder = await mkdtemp(path.join(tmpdir(), 'sam-i-am-data-'));
  await addTinyModel(dataFolder);
});

afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

/** The command line that runs the program, with its network calls recorded where that can be done. */
function traced(trace: string, args: readonly string[]): [program: string, args: string[]] {
  const run = [process.execPath, mainFile, ...args];
  return hasStrace
    ? ['strace', ['-D', '-f', '-q', '-e', 'trace=connect,openat', '-o', trace, ...run]]
    : [process.execPath, run.slice(1)];
}

/** The environment of somebody who has set nothing but the folder for data; nothing here switches telemetry off. */
function environment(): NodeJS.ProcessEnv {
  const own = { ORT_DISABLE_TELEMETRY: undefined, XDG_CACHE_HOME: undefined };
  return { ...process.env, ...own, HOME: home, DATA_DIR: dataFolder, MODEL: 'tiny' };
}

/** Every look-up of a name reads the hosts file, asks the name service's daemon or calls a server's port 53. */
async function expectSilence(trace: string): Promise<void> {
  expect(await readdir(home, { recursive: true })).toEqual([]);
  if (!hasStrace) return;
  const whole = async () => (await readFile(trace, 'utf8')).trimEnd();
  await until(async () => /\+\+\+ exited with \d+ \+\+\+$/.test(await whole()), 'the recording has ended', 10_000);
  const lines = (await whole()).split('\n');
  expect(lines.filter((line) => line.includes('onnxruntime_binding.node'))).not.toEqual([]);
  const names = /"\/etc\/hosts"|nscd|htons\(53\)/;
  const elsewhere = /connect\(.*AF_INET6?(?!.*("127\.0\.0\.1"|"::1"|"::ffff:127\.0\.0\.1"))/;
  expect(lines.filter((line) => names.test(line) || elsewhere.test(line))).toEqual([]);
}

test('segment reports to nobody', async () => {
  const trace = path.join(dataFolder, 'segment.trace');
  const out = path.join(dataFolder, 'results');
  const { status, stderr } = spawnSync(...traced(trace, ['segment', example, '--out', out, '--points-per-side', '4']), {
    env: environment(),
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, expect.stringContaining('[1/1]')]);
  await expectSilence(trace);
});

test('serve and a prediction report to nobody', async () => {
  const trace = path.join(dataFolder, 'serve.trace');
  const child = spawn(...traced(trace, ['serve', '--port', '0']), { env: environment() });
  running.push(child);
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.on('exit', () => reject(new Error(log)));
    child.stderr.on('data', (text: Buffer) => {
      log += text.toString();
      const found = /listening on (http:\/\/[^\s"]+)/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const config = await readFile(path.join(repository, 'label-config/materials-3.xml'), 'utf8');
  const image = `data:image/png;base64,${(await readFile(example)).toString('base64')}`;
  const answer = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tasks: [{ id: 1, data: { image } }], label_config: config, project: '1.1' }),
  });
  const { results } = (await answer.json()) as { results: { result: unknown[] }[] };
  expect(results[0]?.result.length).toBeGreaterThan(0);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  await expectSilence(trace);
});
