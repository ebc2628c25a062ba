import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { operations } from '../../src/backend/openapi.js';
import { testBackend } from '../support/test-backend.js';

const policy =
  "default-src 'none';script-src 'self';worker-src 'self';style-src 'self';img-src 'self' blob:;connect-src 'self'";

describe('the page', () => {
  test('every answer forbids inline code, foreign sources and framing', async () => {
    const { app } = testBackend();
    for (const path of ['/health', '/openapi.json', '/nothing']) {
      const { headers } = await request(app).get(path);
      expect(headers['content-security-policy']).toContain(policy);
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
    }
  });

  test('asks for the login where there is one', async () => {
    const { app } = testBackend({ environment: { BASIC_AUTH_USER: 'ada', BASIC_AUTH_PASS: 'x' } });
    for (const path of ['/', '/openapi.json', '/api/try/examples']) {
      expect((await request(app).get(path)).status).toBe(401);
      expect((await request(app).get(path).auth('ada', 'x')).status).not.toBe(401);
    }
  });

  test("another site's page changes nothing", async () => {
    const { app } = testBackend();
    const post = (site: string) => request(app).post('/api/try?example=none.png').set('sec-fetch-site', site);
    expect((await post('cross-site')).status).toBe(403);
    expect((await post('same-site')).status).toBe(403);
    expect((await post('same-origin')).status).not.toBe(403);
  });
});

describe('/openapi.json', () => {
  test('describes every route, with nothing that is not JSON Schema', async () => {
    const { app } = testBackend();
    const { body } = (await request(app).get('/openapi.json').expect(200)) as {
      body: { openapi: string; paths: object };
    };
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths).sort()).toEqual([...new Set(operations.map(({ path }) => path))].sort());
  });

  test('names only routes that are there', async () => {
    const { app } = testBackend();
    const own = operations.filter(({ path }) => path !== '/');
    for (const { method, path } of own) {
      const { body, status } = (await request(app)[method](path.replace('{file}', 'labels.png')).send()) as {
        body: { error?: { message: string } };
        status: number;
      };
      expect([path, status === 405, body.error?.message.startsWith('there is nothing at') ?? false]).toEqual([
        path,
        false,
        false,
      ]);
    }
  });
});

describe('/api/try', () => {
  test('says what is missing where no models are', async () => {
    const { body, status } = (await request(testBackend().app).post('/api/try').send(Buffer.from('x'))) as {
      body: { error: { code: string } };
      status: number;
    };
    expect([status, body.error.code]).toEqual([503, 'model.not_ready']);
  });

  test.each([
    ['get', '/api/try/unknown'],
    ['get', '/api/try/unknown/masks'],
    ['get', '/api/try/unknown/picture.png'],
    ['get', '/api/try/unknown/files/labels.png'],
    ['get', '/api/try/unknown/files/..%2f..%2fpackage.json'],
    ['get', '/api/try/examples/..%2fpackage.json/thumbnail.webp'],
    ['delete', '/api/try/unknown'],
  ] as const)('%s %s is not there', async (method, path) => {
    expect((await request(testBackend().app)[method](path)).status).toBe(404);
  });
});
