import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { startServer } from '../../../src/backend/start-server.js';
import { loadSettings } from '../../../src/config/settings.js';
import { inQueue } from '../../support/in-queue.js';
import { scriptedService } from '../../support/scripted-service.js';
import { inlineImage, labelConfigWith } from '../../support/test-backend.js';

const settings = loadSettings({ PORT: '0', LOG_LEVEL: 'silent' });
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

test('listens on a free port and closes', async () => {
  const { url, close } = await startServer(settings, inQueue(scriptedService()));
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await close();
  await expect(fetch(`${url}/health`)).rejects.toThrow();
});

test('a port that is taken is an error that says how to choose another', async () => {
  const { url, close } = await startServer(settings, inQueue(scriptedService()));
  const taken = loadSettings({ PORT: new URL(url).port, LOG_LEVEL: 'silent' });
  await expect(startServer(taken, inQueue(scriptedService()))).rejects.toMatchObject({
    code: 'settings.invalid',
    hint: expect.stringContaining('--port'),
  });
  await close();
});

test('finishes predictions under way before it closes, and is not ready meanwhile', async () => {
  const service = scriptedService();
  const { url, close } = await startServer(settings, inQueue(service));
  const release = service.hold();
  const predict = () =>
    fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        tasks: [{ id: 1, data: { image: inlineImage('x') } }],
        label_config: labelConfigWith('A', 'B', 'C'),
      }),
    });
  const running = predict();
  while (service.calls.length === 0) await soon();
  const closing = close();
  expect((await fetch(`${url}/ready`)).status).toBe(503);
  expect((await predict()).status).toBe(503);
  release();
  const answer = (await (await running).json()) as { results: { result: unknown[] }[] };
  expect(answer.results[0]?.result).toHaveLength(3);
  await closing;
});

test('whoever sent half a request does not keep the server from closing', async () => {
  const { url, close } = await startServer(settings, inQueue(scriptedService()));
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write('POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\ncontent-type: application/json\r\n\r\n{');
  await soon();
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await close();
  await ended;
});
