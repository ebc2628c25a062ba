import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isRunning, type ProcessMark } from '../../src/store/process-mark.js';
import { until } from '../support/e2e/repository.js';

const worker = resolve('dist/learning/training/training-worker.js');

/** A server's part in a training: starts its process, tells its number, and waits. */
const parent = `
  const child = require('node:child_process').fork(process.argv[1], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send(JSON.parse(process.argv[2]));
  console.log(child.pid);
`;

let dataDir: string;
let labelStudio: Server;
let asked: Promise<unknown>;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'training-process-'));
  // It takes a request and never answers: the training is under way for as long as it lives.
  labelStudio = createServer();
  asked = once(labelStudio, 'request');
  labelStudio.listen(0, '127.0.0.1');
  await once(labelStudio, 'listening');
});
afterEach(async () => {
  labelStudio.closeAllConnections();
  labelStudio.close();
  await rm(dataDir, { recursive: true });
});

test('a training ends with its server, also when that is killed', async () => {
  const url = `http://127.0.0.1:${(labelStudio.address() as AddressInfo).port}`;
  const settings = { dataDir, model: 'sam-i-am-small', allowedImageHosts: [], maxImagePixels: 1e8, embeddingDiskMb: 0 };
  const order = { request: { project: '1', labelStudio: { url, token: 'token' } }, settings };
  const server = spawn(process.execPath, ['-e', parent, worker, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(server.stdout, 'data')) as [Buffer];
  const training: ProcessMark = { pid: Number(said.toString()), began: null };
  await asked;
  expect(await isRunning(training)).toBe(true);
  server.kill('SIGKILL');
  await until(async () => !(await isRunning(training)), 'the training ends');
});
