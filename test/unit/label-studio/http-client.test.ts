import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asked, createHttpClient } from '../../../src/label-studio/http-client.js';

let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/large') response.end('x'.repeat(1000));
    if (request.url === '/endless') response.flushHeaders();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.each<[Asked, string, string, RegExp]>([
  ['image', 'image.timeout', 'image.too_large', /image/],
  ['api', 'label_studio.unreachable', 'label_studio.refused', /Label Studio/],
  ['token', 'label_studio.unreachable', 'label_studio.refused', /Label Studio|token/],
])('what goes wrong when one asks for: %s', (asked, slow, large, words) => {
  const ask = async (path: string, limits: object, signal?: AbortSignal) => {
    const http = createHttpClient({ allowedHosts: ['127.0.0.1'], ...limits });
    const failure = await http
      .send(`${url}${path}`, { asked, trusted: true, signal })
      .catch((thrown: unknown) => thrown);
    await http.close().catch(() => undefined);
    return failure;
  };

  test('is named for it: too slow', async () => {
    expect(await ask('/endless', { timeoutMs: 100 })).toMatchObject({
      code: slow,
      message: expect.stringMatching(/within 0\.1 s/),
      hint: expect.stringMatching(/Try again/),
    });
  });

  test('is named for it: too large', async () => {
    expect(await ask('/large', { maxBytes: 10 })).toMatchObject({
      code: large,
      message: expect.stringMatching(/more than 10 bytes/),
    });
  });

  test('is named for it: withdrawn', async () => {
    expect(await ask('/endless', {}, AbortSignal.timeout(50))).toMatchObject({
      code: 'cancelled',
      message: expect.stringMatching(words),
    });
  });
});
