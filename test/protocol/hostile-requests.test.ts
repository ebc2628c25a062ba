import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { labelConfigWith, testBackend } from '../support/test-backend.js';

const { app, logLines } = testBackend();
const schema = labelConfigWith('A');
const tasks = (count: number) => ({ tasks: Array.from({ length: count }, () => ({})), label_config: schema });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** What a client did wrong is its own fault (4xx) and named; nothing of it is ours (5xx). */
describe('a request that means harm is refused, and is no fault of ours', () => {
  test.each<readonly [name: string, path: string, body: string, headers?: Readonly<Record<string, string>>]>([
    ['a config of blanks', '/setup', JSON.stringify({ schema: `${' '.repeat(100_000)}x` })],
    ['a config of 400,000 labels', '/setup', JSON.stringify({ schema: '<Label/>'.repeat(400_000) })],
    ['a config that is nested', '/validate', JSON.stringify({ config: '<a>'.repeat(20_000) })],
    ['a host name of slashes', '/setup', JSON.stringify({ hostname: `http://a${'/'.repeat(300_000)}x` })],
    ['an endless project', '/train', JSON.stringify({ project: '1'.repeat(300_000) })],
    ['half a character', '/train', '{"project":"\\udc00"}'],
    ['nested lists', '/setup', nested(100_000)],
    ['nested lists', '/predict', nested(100_000)],
    ['nested lists', '/webhook', nested(100_000)],
    ['200,000 tasks', '/predict', JSON.stringify(tasks(200_000))],
    ['200,000 tasks, packed', '/predict', 'gzip', { 'content-encoding': 'gzip' }],
    ['a damaged packing', '/predict', 'no gzip', { 'content-encoding': 'gzip' }],
    ['a damaged packing', '/setup', 'no gzip', { 'content-encoding': 'gzip' }],
    ['a packed event', '/webhook', 'gzip', { 'content-encoding': 'gzip' }],
    ['an unknown packing', '/setup', '{}', { 'content-encoding': 'x-none' }],
    ['an unknown character set', '/setup', '{}', { 'content-type': 'application/json; charset=x-none' }],
    ['a training of megabytes', '/webhook', JSON.stringify({ action: 'START_TRAINING', x: 'y'.repeat(1 << 20) })],
    ['an event without an action', '/webhook', JSON.stringify({ x: 'y'.repeat(1 << 20) })],
    ['a path that is no text', '/api/projects/%zz/train', '{}'],
    ['a path that is no text', '/%zz', '{}'],
    ['a project that is no number', '/api/projects/..%2f1/train', '{}'],
    ['names of the language itself', '/predict', '{"__proto__":{"tasks":[]},"constructor":1}'],
  ])('%s to %s', async (_name, path, body, headers = {}) => {
    const bytes = body === 'gzip' ? gzipSync(JSON.stringify(tasks(200_000))) : Buffer.from(body);
    const sent = request(app).post(path).set('content-type', 'application/json').set(headers);
    const response = await sent.serialize((raw: unknown) => raw as string).send(bytes);
    const { status } = response;
    const answer: unknown = response.body;
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(answer).toMatchObject({ error: { code: expect.any(String), hint: expect.any(String) } });
    expect(JSON.stringify(answer).length).toBeLessThan(2000);
    expect(JSON.stringify(answer)).not.toMatch(/\bat .*\.[jt]s:\d/);
  });

  test('none of them is in the log as a fault', () => {
    expect(logLines.filter((line) => line.includes('"code":"internal"'))).toEqual([]);
  });
});

describe("another site's page", () => {
  const changes = ['/setup', '/predict', '/train', '/webhook', '/api/projects/1/train', '/api/projects/1/rollback'];
  const own = { host: '127.0.0.1:9090', origin: 'http://127.0.0.1:9090', 'sec-fetch-site': 'same-origin' };

  test.each(changes)('must not ask for %s', async (path) => {
    for (const headers of [
      { ...own, origin: 'http://evil.example' },
      { ...own, origin: 'null' },
      { ...own, 'sec-fetch-site': 'cross-site' },
      { ...own, 'sec-fetch-site': 'same-site' },
      { host: '127.0.0.1:9090', origin: 'http://127.0.0.1:9999' },
    ])
      await request(app).post(path).set(headers).send({}).expect(403);
  });

  test('gains nothing by turning its own name round to this machine', async () => {
    const turned = { host: 'evil.example:9090', origin: 'http://evil.example:9090', 'sec-fetch-site': 'same-origin' };
    await request(app).post('/train').set(turned).send({}).expect(403);
    const open = testBackend({ environment: { HOST: '0.0.0.0' } });
    await request(open.app).post('/train').set(turned).send({}).expect(200);
  });

  test("is not this server's own, nor Label Studio", async () => {
    await request(app).post('/train').set(own).send({}).expect(200);
    await request(app).post('/train').set('host', 'backend:9090').send({}).expect(200);
    const proxied = { host: '127.0.0.1:9090', 'x-forwarded-host': 'lab.example', origin: 'https://lab.example' };
    await request(app).post('/train').set(proxied).send({}).expect(200);
  });
});

describe('passwords', () => {
  test('can be tried ten times a minute', async () => {
    const { app: guarded } = testBackend({ environment: { BASIC_AUTH_USER: 'ada', BASIC_AUTH_PASS: 'lovelace' } });
    for (let i = 0; i < 10; i++) await request(guarded).post('/train').auth('ada', `guess ${i}`).send({}).expect(401);
    const waiting = await request(guarded).post('/train').auth('ada', 'lovelace').send({}).expect(429);
    expect(waiting.headers['retry-after']).toBe('60');
  });

  test('of a page that asks for the first time are not counted', async () => {
    const { app: guarded } = testBackend({ environment: { BASIC_AUTH_USER: 'ada', BASIC_AUTH_PASS: 'lovelace' } });
    for (let i = 0; i < 30; i++) await request(guarded).get('/').expect(401);
    await request(guarded).get('/health').auth('ada', 'lovelace').expect(200);
  });
});
