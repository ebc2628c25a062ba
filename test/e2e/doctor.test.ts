import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Finding } from '../../src/app/doctor/finding.js';
import { startBackend } from '../support/e2e/backend-process.js';
import { LabelStudio } from '../support/e2e/label-studio.js';
import { exampleFiles, freePort, mainFile, repository, runScript } from '../support/e2e/repository.js';
import { answers, type FileServer, fileServer, redirects } from '../support/file-server.js';

/*
 * Faults that users make, seeded one at a time on real Label Studio servers: the doctor names each one. The second server has
 * Label Studio's own defaults, which refuse legacy tokens and backends on private addresses.
 */

const minutes = 60_000;
jest.setTimeout(2 * minutes);
const labelConfigFile = path.join(repository, 'label-config', 'materials-3.xml');
const labelStudio = LabelStudio.shared();
const cleanUps: (() => Promise<unknown>)[] = [];
let folder: string;
let strict: LabelStudio;
let strictToken: string;
let other: FileServer;

async function startStrictServer(): Promise<LabelStudio> {
  const known = process.env['SAM_I_AM_STRICT_LABEL_STUDIO'];
  if (known !== undefined) return new LabelStudio(known);
  const data = path.join(folder, 'strict');
  const line = await runScript('start-label-studio.sh', '--data', data, '--port', String(await freePort()), '--strict');
  cleanUps.push(() => Promise.resolve(process.kill(Number(/pid=(\d+)/.exec(line)?.[1]), 'SIGTERM')));
  return new LabelStudio(line);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sam-i-am-doctor-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, 'a-file'), '');
  strict = await startStrictServer();
  strictToken = await strict.logInForPersonalToken();
  other = await fileServer({ '/health': answers(200, 'hello') });
  cleanUps.push(() => other.close());
}, 20 * minutes);

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}, 3 * minutes);

/** Runs the command; `environment` comes on top of settings that are right for the shared server. */
function doctor(environment: Readonly<Record<string, string>> = {}, ...flags: readonly string[]) {
  const right = {
    LABEL_STUDIO_URL: labelStudio.url,
    LABEL_STUDIO_API_KEY: labelStudio.token,
    DATA_DIR: path.join(folder, 'data'),
  };
  const env = { PATH: process.env['PATH'], ...right, ...environment };
  return new Promise<{ status: number; findings: Finding[] }>((resolve) => {
    execFile(process.execPath, [mainFile, 'doctor', '--json', ...flags], { env }, (error, stdout) => {
      const status = error === null ? 0 : Number(error.code);
      const findings = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Finding);
      resolve({ status, findings });
    });
  });
}

/** The faults that it finds, each with its cure. */
async function faultsOf(...args: Parameters<typeof doctor>): Promise<string[]> {
  const { status, findings } = await doctor(...args);
  const faults = findings.filter((finding) => finding.status === 'fault');
  expect(status).toBe(faults.length === 0 ? 0 : 1);
  return faults.map(({ check, message, hint }) => `${check}: ${message} → ${hint ?? ''}`);
}

describe('settings and connection', () => {
  test.each([
    ['no address', { LABEL_STUDIO_URL: '' }, /^address: LABEL_STUDIO_URL is not set/],
    [
      'nobody at the address',
      { LABEL_STUDIO_URL: 'http://127.0.0.1:9' },
      /^address: .*does not answer.*LABEL_STUDIO_URL/,
    ],
    ['no token', { LABEL_STUDIO_API_KEY: '' }, /^token: LABEL_STUDIO_API_KEY is not set.*personal access token/],
    ['a wrong token', { LABEL_STUDIO_API_KEY: 'f'.repeat(40) }, /^token: .*refuses the legacy token \(status 401\)/],
    ['a token with the word of the header', { LABEL_STUDIO_API_KEY: 'Token abc' }, /^token: .*without "Token"/],
    ['a model that does not exist', { MODEL: 'sam-3' }, /^model: .*sam-3/],
    ['no Redis at its address', { REDIS_URL: 'redis://127.0.0.1:9' }, /^Redis: nothing answers at 127.0.0.1:9/],
  ])('%s', async (_, environment, expected) => {
    expect(await faultsOf(environment)).toEqual([expect.stringMatching(expected)]);
  });

  test('folders that are none', async () => {
    const file = path.join(folder, 'a-file');
    expect(await faultsOf({ DATA_DIR: path.join(file, 'data') })).toEqual([
      expect.stringMatching(/^data folder: .*DATA_DIR/),
    ]);
    expect(await faultsOf({ LOCAL_FILES_ROOT: file })).toEqual([
      expect.stringMatching(/^local files: .*LOCAL_FILES_ROOT/),
    ]);
  });

  test('something else at the address, or a redirect', async () => {
    expect(await faultsOf({ LABEL_STUDIO_URL: other.url })).toEqual([
      expect.stringMatching(/^address: .*is not Label Studio/),
    ]);
    const moved = await fileServer({ '/health': redirects(`${labelStudio.url}/health`) });
    cleanUps.push(() => moved.close());
    expect(await faultsOf({ LABEL_STUDIO_URL: moved.url })).toEqual([
      expect.stringMatching(new RegExp(`^address: .*redirects.*Set LABEL_STUDIO_URL to ${labelStudio.url}`)),
    ]);
  });

  test('something else in the place of Redis', async () => {
    const server: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    cleanUps.push(() => Promise.resolve(server.close()));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await faultsOf({ REDIS_URL: `redis://127.0.0.1:${port}` })).toEqual([
      expect.stringMatching(/^Redis: .*is not Redis/),
    ]);
  });
});

describe('a server with legacy tokens off and private addresses blocked', () => {
  const environment = () => ({ LABEL_STUDIO_URL: strict.url, LABEL_STUDIO_API_KEY: strictToken });

  test('names the setting for legacy tokens', async () => {
    expect(await faultsOf({ ...environment(), LABEL_STUDIO_API_KEY: strict.token })).toEqual([
      expect.stringMatching(/^token: legacy tokens are switched off.*personal access token/),
    ]);
  });

  test('a damaged personal token, and an access token in its place', async () => {
    const damaged = `${strictToken.slice(0, -6)}AAAAAA`;
    expect(await faultsOf({ ...environment(), LABEL_STUDIO_API_KEY: damaged })).toEqual([
      expect.stringMatching(/^token: Label Studio refused the personal access token/),
    ]);
    const answer = await fetch(`${strict.url}/api/token/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh: strictToken }),
    });
    const { access } = (await answer.json()) as { access: string };
    expect(await faultsOf({ ...environment(), LABEL_STUDIO_API_KEY: access })).toEqual([
      expect.stringMatching(/^token: .*access token, which ends within five minutes/),
    ]);
  });

  test(
    'backends on private addresses',
    async () => {
      const project = await strict.createProject('Strict', labelConfigFile);
      expect(await faultsOf(environment(), '--project', String(project))).toEqual([
        expect.stringMatching(
          /model: no model is connected, and Label Studio refuses.*LABEL_STUDIO_ML_BLOCK_LOCAL_IP=false/,
        ),
      ]);
      // The doctor has left nothing behind.
      expect(await strict.send('GET', `/api/ml?project=${project}`)).toEqual([]);
    },
    minutes,
  );
});

describe('a project', () => {
  let project: number;
  beforeAll(async () => {
    project = await labelStudio.createProject('Doctor', labelConfigFile);
  });

  test(
    'that does not exist, or has no brush',
    async () => {
      expect(await faultsOf({}, '--project', '99999')).toEqual([expect.stringMatching(/shows no project 99999/)]);
      const boxes = await labelStudio.createProjectWith(
        'Boxes',
        '<View><Image name="i" value="$image"/><RectangleLabels name="r" toName="i"><Label value="a"/></RectangleLabels></View>',
      );
      expect(await faultsOf({}, '--project', String(boxes))).toEqual([
        expect.stringMatching(/label config: .*no <BrushLabels> tag/),
        expect.stringMatching(/model: no model is connected → Connect/),
      ]);
    },
    minutes,
  );

  test(
    'whose label config keeps the model from connecting: Label Studio shows the reason',
    async () => {
      const backend = await startBackend();
      cleanUps.push(() => backend.stop());
      const boxes = await labelStudio.createProjectWith('No brush', '<View><Header value="Nothing to paint"/></View>');
      await expect(labelStudio.connect(boxes, backend.url, 'sam-i-am')).rejects.toThrow(
        /no <BrushLabels> tag with labels/,
      );
    },
    3 * minutes,
  );

  test(
    'whose backend has stopped, and one that is well',
    async () => {
      const backend = await startBackend();
      await labelStudio.connect(project, backend.url, 'sam-i-am');
      await labelStudio.uploadFile(project, exampleFiles()[0] ?? '');
      expect(await faultsOf({}, '--project', String(project))).toEqual([]);
      await backend.stop();
      expect(await faultsOf({}, '--project', String(project))).toEqual([
        expect.stringMatching(/model: nothing answers at .*sam-i-am serve/),
      ]);
    },
    5 * minutes,
  );

  test.each([
    [
      'an image host that nobody reaches',
      'http://127.0.0.1:9/a.png',
      { ALLOWED_IMAGE_HOSTS: '127.0.0.1:9' },
      /cannot be reached/,
    ],
    ['an image host on a private address', 'http://127.0.0.1:9/a.png', {}, /private network.*ALLOWED_IMAGE_HOSTS/],
    ['an image that is gone', '/data/upload/1/gone.png', {}, /there is no such image/],
    ['a file that no storage covers', '/data/local-files/?d=nowhere/a.png', {}, /no local files storage/],
    [
      'a wrong LABEL_STUDIO_HOST',
      'http://127.0.0.1:9/data/local-files/?d=a.png',
      {},
      /calls itself http:\/\/127.0.0.1:9.*LABEL_STUDIO_HOST/,
    ],
    ['a picture that is none', 'data:image/png;base64,aGVsbG8=', {}, /can't be read as an image/],
    ['a task without an image', '', {}, /the task has no image/],
  ])(
    '%s',
    async (_, image, environment, expected) => {
      const one = await labelStudio.createProject('Doctor, images', labelConfigFile);
      await labelStudio.importTasks(one, [{ data: { image, note: 'x' } }]);
      const faults = await faultsOf(environment, '--project', String(one));
      expect(faults.filter((fault) => fault.includes(': images'))).toEqual([expect.stringMatching(expected)]);
    },
    minutes,
  );
});
