import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { download } from '../../../src/inference/download.js';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
const expected = { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let handle: Handler = () => undefined;
const ranges: (string | undefined)[] = [];
const server = createServer((request, response) => {
  ranges.push(request.headers.range);
  handle(request, response);
});
let address = '';
let folder = '';
let target = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.pth`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
  target = join(folder, 'deep', 'weights.pth');
  ranges.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

const startOf = (request: IncomingMessage): number =>
  Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);

let answering: ServerResponse | undefined;

/** Serves ranges, but sends no more than `most` bytes an answer and then falls silent; the test cuts the line when they have come. */
const stalling =
  (most: number): Handler =>
  (request, response) => {
    const start = startOf(request);
    const headers = { 'content-length': content.length - start };
    if (start > 0) {
      response.writeHead(206, {
        ...headers,
        'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
      });
    } else response.writeHead(200, headers);
    answering = response;
    const piece = content.subarray(start, start + most);
    response.write(piece);
    if (start + piece.length === content.length) response.end();
  };

const patience = { fruitlessTries: 3, firstWaitMs: 1 };

test('a line that is cut again and again costs only what was not yet here', async () => {
  handle = stalling(90_000);
  const seen: number[] = [];
  const onProgress = (bytes: number): void => {
    seen.push(bytes);
    if (bytes % 90_000 === 0) answering?.destroy();
  };
  await download(address, target, expected, { ...patience, onProgress });
  expect(await readFile(target)).toEqual(content);
  expect(ranges).toEqual([undefined, 'bytes=90000-', 'bytes=180000-', 'bytes=270000-']);
  expect(seen.at(-1)).toBe(content.length);
  expect(await readdir(join(folder, 'deep'))).toEqual(['weights.pth']);
});

test('a new start goes on where an earlier one stopped', async () => {
  handle = stalling(5000);
  const stop = new AbortController();
  const onProgress = (bytes: number): void => {
    if (bytes === 5000) stop.abort();
  };
  const stopped = download(address, target, expected, { ...patience, onProgress, signal: stop.signal });
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled', hint: expect.stringContaining('.part') as unknown });
  const kept = (await readFile(`${target}.part`)).length;
  expect(kept).toBe(5000);
  ranges.length = 0;
  handle = stalling(Infinity);
  await download(address, target, expected, patience);
  expect(ranges).toEqual([`bytes=${kept}-`]);
  expect(await readFile(target)).toEqual(content);
});

test('a server without ranges is asked for all of it again', async () => {
  let answers = 0;
  handle = (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    answering = response;
    if (++answers === 1) response.write(content.subarray(0, 5000));
    else response.end(content);
  };
  const onProgress = (bytes: number): void => {
    if (bytes === 5000 && answers === 1) answering?.destroy();
  };
  await download(address, target, expected, { ...patience, onProgress });
  expect(await readFile(target)).toEqual(content);
});

test('altered content never gets the name, and is not kept', async () => {
  const altered = Buffer.from(content);
  altered[1000] = 0;
  altered[1001] = 0;
  handle = (_, response) => response.writeHead(200).end(altered);
  await expect(download(address, target, expected, patience)).rejects.toMatchObject({ code: 'model.checksum' });
  expect(await readdir(join(folder, 'deep'))).toEqual([]);
});

test('a part that is too long is begun anew', async () => {
  handle = stalling(Infinity);
  await download(address, join(folder, 'weights.pth'), expected, patience);
  await writeFile(join(folder, 'other.pth.part'), Buffer.concat([content, content]));
  await download(address, join(folder, 'other.pth'), expected, patience);
  expect(await readFile(join(folder, 'other.pth'))).toEqual(content);
});

test('a redirect is followed', async () => {
  handle = (request, response) => {
    if (request.url === '/weights.pth') response.writeHead(302, { location: '/elsewhere' }).end();
    else response.writeHead(200).end(content);
  };
  await download(address, target, expected, patience);
  expect(await readFile(target)).toEqual(content);
});

test.each([
  ['what is not there', 404, /404/, 'mirror'],
  ['what the server keeps failing to give', 503, /503/, 'again'],
])('%s is an error with its cure', async (_, status, message, cure) => {
  handle = (_request, response) => response.writeHead(status).end();
  await expect(download(address, target, expected, patience)).rejects.toMatchObject({
    code: 'model.unreachable',
    message: expect.stringMatching(message) as unknown,
    hint: expect.stringContaining(cure) as unknown,
  });
});

test('a server that sends nothing is given up', async () => {
  handle = (_, response) => response.destroy();
  await expect(download(address, target, expected, patience)).rejects.toMatchObject({ code: 'model.unreachable' });
  expect(ranges).toHaveLength(3);
});
