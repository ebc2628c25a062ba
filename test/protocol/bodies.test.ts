import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PredictAnswer } from '../../src/label-studio/protocol.js';
import { inlineImage, labelConfigWith, testBackend } from '../support/test-backend.js';

const { app } = testBackend();
let server: ReturnType<typeof app.listen>;
let url: URL;
beforeAll(() => {
  server = app.listen(0);
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const parts = {
  before: `{"tasks":[{"id":1,"annotations":[{"result":[{"value":{"rle":[`,
  after: `1]}}]}],"data":{"image":"${inlineImage('one')}"}}],"label_config":${JSON.stringify(labelConfigWith('A', 'B'))}}`,
};
const headers = { 'content-type': 'application/json' };

/** Sends a body piece by piece, as fast as it is taken. */
function send(pieces: Iterable<Uint8Array | string>, extra: Readonly<Record<string, string>> = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sending = httpRequest(url, { method: 'POST', headers: { ...headers, ...extra } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sending.on('error', reject);
    void (async () => {
      for (const piece of pieces) {
        if (sending.destroyed) return;
        if (!sending.write(piece)) await new Promise((drained) => sending.once('drain', drained));
      }
      sending.end();
    })();
  });
}

function* masks(megabytes: number) {
  yield parts.before;
  const piece = Buffer.from('255,'.repeat(2 ** 18));
  for (let i = 0; i < megabytes; i++) yield piece;
  yield parts.after;
}

test('a task with 200 MB of annotations is predicted, and they are never parsed', async () => {
  const before = process.memoryUsage().heapUsed;
  const { status, body } = await send(masks(200));
  expect(status).toBe(200);
  expect((JSON.parse(body) as PredictAnswer).results[0]?.result).toHaveLength(2);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(150 * 2 ** 20);
}, 60_000);

test('more than 250 MB is refused, also if it is not announced', async () => {
  expect((await send(masks(252))).status).toBe(413);
  expect((await send([], { 'content-length': String(251 * 2 ** 20) })).status).toBe(413);
}, 60_000);

test('packed bodies are unpacked; damaged ones and unknown packings are refused', async () => {
  const packed = gzipSync(parts.before + parts.after);
  expect((await send([packed], { 'content-encoding': 'gzip' })).status).toBe(200);
  expect((await send([packed.subarray(0, 40)], { 'content-encoding': 'gzip' })).status).toBe(400);
  expect((await send(['{}'], { 'content-encoding': 'zstd' })).status).toBe(415);
});
