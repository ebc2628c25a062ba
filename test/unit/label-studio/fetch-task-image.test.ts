import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { createFetchTaskImage } from '../../../src/label-studio/fetch-task-image.js';
import { createHttpClient } from '../../../src/label-studio/http-client.js';
import { answers, type FileServer, fileServer, type Handler, redirects } from '../../support/file-server.js';
import { jwt } from '../../support/jwt.js';

const token = '0123456789abcdef0123456789abcdef01234567';
const servers: FileServer[] = [];
const serve = async (routes: Readonly<Record<string, Handler>>) => {
  const server = await fileServer(routes);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const fetchFrom = (server: FileServer, address: string, options: { allowed?: string[]; token?: string } = {}) =>
  createFetchTaskImage({ allowedHosts: options.allowed ?? [] })(address, {
    url: server.url,
    token: options.token ?? token,
  });

const textOf = (result: Awaited<ReturnType<typeof fetchFrom>>) =>
  result.ok ? Buffer.from(result.value.bytes).toString() : result.error;

describe('images on Label Studio', () => {
  test('are fetched with the legacy token', async () => {
    const server = await serve({ '/data/upload/1/a.png': answers(200, 'pixels') });
    const result = await fetchFrom(server, '/data/upload/1/a.png');
    expect(result).toMatchObject({ ok: true, value: { name: 'a.png' } });
    expect(textOf(result)).toBe('pixels');
    expect(server.requests).toEqual([{ method: 'GET', path: '/data/upload/1/a.png', authorization: `Token ${token}` }]);
  });

  test('are fetched with an access token where there is a personal one', async () => {
    const access = jwt({ token_type: 'access', exp: Date.now() / 1000 + 300 });
    const server = await serve({
      '/api/token/refresh': answers(200, JSON.stringify({ access })),
      '/data/upload/1/a.png': answers(200, 'pixels'),
    });
    const personal = jwt({ token_type: 'refresh' });
    expect(textOf(await fetchFrom(server, '/data/upload/1/a.png', { token: personal }))).toBe('pixels');
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([undefined, `Bearer ${access}`]);
  });

  test.each([
    [401, 'image.forbidden', 'LABEL_STUDIO_API_KEY'],
    [403, 'image.forbidden', 'LABEL_STUDIO_API_KEY'],
    [404, 'image.not_found', 'Upload the image again'],
    [500, 'image.not_found', 'Upload the image again'],
    [503, 'image.unreadable', 'browser'],
  ])('status %d is %s', async (status, code, hint) => {
    const server = await serve({ '/data/upload/1/a.png': answers(status, '') });
    expect(textOf(await fetchFrom(server, '/data/upload/1/a.png'))).toMatchObject({
      code,
      message: expect.stringContaining(String(status)),
      hint: expect.stringContaining(hint),
    });
  });

  test('an address at which nobody listens names the setting', async () => {
    const server = await fileServer({});
    await server.close();
    expect(textOf(await fetchFrom(server, '/data/upload/1/a.png'))).toMatchObject({
      code: 'label_studio.unreachable',
      hint: expect.stringContaining('LABEL_STUDIO_URL'),
    });
  });
});

describe('storages and logins of Label Studio', () => {
  test('a cloud address is resolved by Label Studio; where it redirects to gets no token', async () => {
    const bucket = await serve({ '/signed': answers(200, 'pixels') });
    const server = await serve({ '/tasks/7/resolve/': redirects(`${bucket.url}/signed?signature=1`) });
    const fetch = createFetchTaskImage({ allowedHosts: [bucket.host] });
    const result = await fetch('s3://films/a.png', { url: server.url, token, taskId: 7 });
    expect(result).toMatchObject({ ok: true, value: { name: 'a.png' } });
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([`Token ${token}`]);
    expect(bucket.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('a refused access token is renewed once; many images at once share one exchange', async () => {
    let exchanges = 0;
    const accessTokens = [1, 2].map((number) => jwt({ token_type: 'access', exp: Date.now() / 1000 + 300, number }));
    const server = await serve({
      '/api/token/refresh': (request, response) =>
        answers(200, JSON.stringify({ access: accessTokens[exchanges++] }))(request, response),
      '/data/upload/1/a.png': (request, response) =>
        answers(request.headers.authorization === `Bearer ${accessTokens[1] ?? ''}` ? 200 : 401, 'pixels')(
          request,
          response,
        ),
    });
    const fetch = createFetchTaskImage({ allowedHosts: [] });
    const access = { url: server.url, token: jwt({ token_type: 'refresh' }) };
    expect(textOf(await fetch('/data/upload/1/a.png', access))).toBe('pixels');
    const many = await Promise.all(Array.from({ length: 8 }, () => fetch('/data/upload/1/a.png', access)));
    expect(many.map(({ ok }) => ok)).toEqual(Array.from({ length: 8 }, () => true));
    expect(exchanges).toBe(2);
  });

  test.each([
    [403, 'image.forbidden', 'LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED'],
    [404, 'image.not_found', 'local files storage'],
  ])('local files with status %d say what to switch on', async (status, code, hint) => {
    const server = await serve({ '/data/local-files/': answers(status, '') });
    expect(textOf(await fetchFrom(server, '/data/local-files/?d=a.png'))).toMatchObject({
      code,
      hint: expect.stringContaining(hint),
    });
  });

  test('a redirect to the login page is a refused login', async () => {
    const server = await serve({ '/data/upload/1/a.png': redirects('/user/login/?next=x') });
    expect(textOf(await fetchFrom(server, '/data/upload/1/a.png'))).toMatchObject({ code: 'image.forbidden' });
  });
});

describe('images elsewhere', () => {
  test('are fetched without the token', async () => {
    const [labelStudio, images] = [await serve({}), await serve({ '/a.png': answers(200, 'pixels') })];
    expect(textOf(await fetchFrom(labelStudio, `${images.url}/a.png`, { allowed: [images.host] }))).toBe('pixels');
    expect(images.requests).toEqual([{ method: 'GET', path: '/a.png', authorization: undefined }]);
    expect(labelStudio.requests).toEqual([]);
  });

  test.each(['127.0.0.1', 'localhost', '[::1]', '0x7f.1'])(
    'on a private address (%s) are refused without a request',
    async (host) => {
      const [labelStudio, images] = [await serve({}), await serve({ '/a.png': answers(200, 'pixels') })];
      const result = await fetchFrom(labelStudio, `http://${host}:${new URL(images.url).port}/a.png`);
      expect(textOf(result)).toMatchObject({
        code: 'image.forbidden',
        hint: expect.stringContaining('ALLOWED_IMAGE_HOSTS'),
      });
      expect(images.requests).toEqual([]);
    },
  );
});

describe('a Label Studio that has another address', () => {
  test.each([
    ['that wants the token', 401, []],
    ['that has no such file', 404, []],
    ['on a private address', 200, undefined],
  ] as const)('%s is named with both addresses', async (_what, status, allowed) => {
    const real = await serve({ '/data/upload/1/a.png': answers(status, 'pixels') });
    const old = await serve({ '/data/upload/1/a.png': redirects(`${real.url}/data/upload/1/a.png`) });
    const options = allowed === undefined ? {} : { allowed: [real.host] };
    expect(textOf(await fetchFrom(old, '/data/upload/1/a.png', options))).toMatchObject({
      code: 'label_studio.unreachable',
      message: `${old.url} redirects to ${real.url}`,
      hint: `Set LABEL_STUDIO_URL to ${real.url}.`,
    });
    expect(real.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  test('still serves images where it is that need no login', async () => {
    const real = await serve({ '/data/upload/1/a.png': answers(200, 'pixels') });
    const old = await serve({ '/data/upload/1/a.png': redirects(`${real.url}/data/upload/1/a.png`) });
    expect(textOf(await fetchFrom(old, '/data/upload/1/a.png', { allowed: [real.host] }))).toBe('pixels');
  });
});

describe('redirects', () => {
  test('within Label Studio keep the token, to another host they lose it for good', async () => {
    const images: FileServer = await serve({
      '/a.png': (_request, response) => redirects(`${labelStudio.url}/back`)(_request, response),
    });
    const labelStudio: FileServer = await serve({
      '/start': redirects('/next'),
      '/next': redirects(`${images.url}/a.png`),
      '/back': answers(200, 'pixels'),
    });
    const allowed = [images.host, labelStudio.host];
    expect(textOf(await fetchFrom(labelStudio, '/start', { allowed }))).toBe('pixels');
    expect(labelStudio.requests.map(({ authorization }) => authorization)).toEqual([
      `Token ${token}`,
      `Token ${token}`,
      undefined,
    ]);
    expect(images.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('to a private address are refused', async () => {
    const canary = await serve({ '/': answers(200, 'secret') });
    const labelStudio = await serve({ '/a.png': redirects(canary.url) });
    expect(textOf(await fetchFrom(labelStudio, '/a.png'))).toMatchObject({ code: 'image.forbidden' });
    expect(canary.requests).toEqual([]);
  });

  test('to another scheme are refused', async () => {
    const labelStudio = await serve({ '/a.png': redirects('file:///etc/passwd') });
    expect(textOf(await fetchFrom(labelStudio, '/a.png'))).toMatchObject({ code: 'image.unreadable' });
  });

  test('without end are given up', async () => {
    const labelStudio = await serve({ '/a.png': redirects('/a.png') });
    expect(textOf(await fetchFrom(labelStudio, '/a.png'))).toMatchObject({ code: 'image.not_found' });
    expect(labelStudio.requests).toHaveLength(6);
  });
});

describe('bounds', () => {
  const bounded = (server: FileServer, limits: { maxBytes?: number; timeoutMs?: number }, signal?: AbortSignal) => {
    const http = createHttpClient({ allowedHosts: [], ...limits });
    return createFetchTaskImage({ allowedHosts: [], http })('/a.png', { url: server.url, token }, signal);
  };

  test('a file that announces too many bytes', async () => {
    const server = await serve({ '/a.png': answers(200, 'x'.repeat(11)) });
    expect(textOf(await bounded(server, { maxBytes: 10 }))).toMatchObject({ code: 'image.too_large' });
    expect(textOf(await bounded(server, { maxBytes: 11 }))).toBe('x'.repeat(11));
  });

  test('a file that sends too many bytes without announcing them', async () => {
    const server = await serve({
      '/a.png': (_request, response) => {
        response.write('x'.repeat(8));
        response.end('x'.repeat(8));
      },
    });
    expect(textOf(await bounded(server, { maxBytes: 10 }))).toMatchObject({ code: 'image.too_large' });
  });

  test('a host that does not answer', async () => {
    const server = await serve({ '/a.png': () => undefined });
    expect(textOf(await bounded(server, { timeoutMs: 50 }))).toMatchObject({ code: 'image.timeout' });
  });

  test('a request that is withdrawn', async () => {
    const controller = new AbortController();
    const server = await serve({ '/a.png': () => controller.abort() });
    expect(textOf(await bounded(server, {}, controller.signal))).toMatchObject({ code: 'cancelled' });
  });
});

describe('data URIs', () => {
  const inline = async (uri: string) =>
    textOf(await createFetchTaskImage({ allowedHosts: [] })(uri, { url: undefined, token }));

  test.each([
    ['data:image/png;base64,cGl4ZWxz', 'pixels'],
    ['DATA:image/png;name=a;BASE64,cGl4ZWxz', 'pixels'],
    ['data:,pix%65ls', 'pixels'],
  ])('%s', async (uri, text) => expect(await inline(uri)).toBe(text));

  test.each(['data:image/png;base64', 'data:image/png;base64,', 'data:,'])('%s is damaged', async (uri) => {
    expect(await inline(uri)).toMatchObject({ code: 'image.unreadable' });
  });
});

describe('LOCAL_FILES_ROOT', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'local-files-'));
  const root = path.join(folder, 'root');
  mkdirSync(path.join(root, 'films'), { recursive: true });
  writeFileSync(path.join(root, 'films', 'a.png'), 'pixels');
  writeFileSync(path.join(folder, 'secret'), 'secret');
  symlinkSync(path.join(folder, 'secret'), path.join(root, 'link.png'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = async (address: string, localFilesRoot?: string) =>
    textOf(
      await createFetchTaskImage({ allowedHosts: [], localFilesRoot })(address, {
        url: 'http://127.0.0.1:9',
        token: undefined,
      }),
    );

  test('reads files below it', async () => {
    expect(await read('/data/local-files/?d=films/a.png', root)).toBe('pixels');
    expect(await read('http://127.0.0.1:9/data/local-files/?d=films%2Fa.png', root)).toBe('pixels');
  });

  test.each(['../secret', 'films/../../secret', 'link.png', '/etc/passwd', ''])(
    'refuses %j, which leads out of it',
    async (d) => {
      expect(await read(`/data/local-files/?d=${encodeURIComponent(d)}`, root)).toMatchObject({
        code: 'image.forbidden',
      });
    },
  );

  test('a missing file is named', async () => {
    expect(await read('/data/local-files/?d=films/b.png', root)).toMatchObject({
      code: 'image.not_found',
      message: expect.stringContaining('films/b.png'),
    });
  });

  test('is not used for other addresses, nor when it is unset', async () => {
    expect(await read('http://127.0.0.1:10/data/local-files/?d=films/a.png', root)).toMatchObject({
      code: 'image.forbidden',
    });
    expect(await read('/data/local-files/?d=films/a.png')).toMatchObject({ code: 'label_studio.unreachable' });
  });
});
