import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { labelConfigWith, testBackend } from '../support/test-backend.js';

const setupBody = {
  project: '1.1795394550',
  schema: labelConfigWith('A'),
  hostname: 'http://127.0.0.1:8080',
  access_token: '0123456789abcdef0123456789abcdef01234567',
  extra_params: null,
};

describe('answers', () => {
  test('GET /health', async () => {
    const response = await request(testBackend().app).get('/health').expect(200);
    expect(response.body).toEqual({ status: 'UP', model_class: 'SamIAm' });
  });

  test('GET /ready follows the models', async () => {
    const { app, service } = testBackend();
    await request(app).get('/ready').expect(200, { status: 'ready' });
    service.setReady(false);
    const loading = await request(app).get('/ready').expect(503, { status: 'loading' });
    expect(loading.headers['retry-after']).toBeUndefined();
    await request(app).get('/health').expect(200);
  });

  test('POST /setup, also with less than Label Studio sends', async () => {
    const { app } = testBackend();
    await request(app).post('/setup').send(setupBody).expect(200, { model_version: 'scripted-1' });
    await request(app).post('/setup').send({}).expect(200, { model_version: 'scripted-1' });
  });

  test.each([
    ['/setup', '{"project":"\\ud800","schema":""}'],
    ['/train', '{"project":"\\ud800"}'],
    ['/train', '{"project":{"id":"a\\udc00b"}}'],
    ['/predict', '{"project":"\\ud83d","tasks":[]}'],
    ['/webhook', '{"project":{"id":"\\ud800"},"action":"START_TRAINING"}'],
  ])('POST %s refuses a project that is no text: %s', async (path, body) => {
    const { app } = testBackend();
    const answer = await request(app).post(path).set('content-type', 'application/json').send(body).expect(400);
    expect(answer.body).toMatchObject({
      error: { code: 'request.invalid', message: expect.stringContaining('project') },
    });
  });

  test('a project with a sign of two halves is text', async () => {
    const { app } = testBackend();
    await request(app)
      .post('/setup')
      .send({ ...setupBody, project: '\u{1F600}' })
      .expect(200);
  });

  test('POST /setup refuses a label config that nothing can be painted with, in the status line, which Label Studio shows', async () => {
    const { app } = testBackend();
    const schema =
      '<View><Image name="i" value="$i"/><RectangleLabels name="r" toName="i"><Label value="a"/></RectangleLabels></View>';
    const server = app.listen(0);
    try {
      const { port } = server.address() as AddressInfo;
      const response = await fetch(`http://127.0.0.1:${port}/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...setupBody, schema }),
      });
      expect(response.status).toBe(422);
      expect(response.statusText).toContain('no <BrushLabels> tag with labels. Add <BrushLabels');
    } finally {
      server.close();
    }
    for (const blank of ['<View></View>', '<View/>', '', null])
      await request(app)
        .post('/setup')
        .send({ ...setupBody, schema: blank })
        .expect(200);
  });

  test('POST /validate, which older servers send', async () => {
    const { app } = testBackend();
    await request(app).post('/validate').send({ config: setupBody.schema }).expect(200, { status: 'ok' });
    await request(app).post('/validate').send({ config: '<View><Header value="x"/></View>' }).expect(422);
    await request(app).post('/validate').send({}).expect(200);
  });

  test('GET /versions', async () => {
    await request(testBackend().app)
      .get('/versions')
      .expect(200, { versions: ['scripted-1'] });
  });

  test.each(['ANNOTATION_CREATED', 'PROJECT_UPDATED', 'SOMETHING_NEW'])(
    'POST /webhook acknowledges %s',
    async (action) => {
      const response = await request(testBackend().app)
        .post('/webhook')
        .send({ action, project: { id: 1 } });
      expect(response.status).toBe(200);
      expect(response.body).toEqual({ status: 'ok', action });
    },
  );

  test.each([
    ['/webhook', { action: 'START_TRAINING', project: { id: 1 } }],
    ['/train', { project: '1.1' }],
  ])('POST %s says so where the server does not learn, without failing', async (path, body) => {
    const response = await request(testBackend().app).post(path).send(body);
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      status: 'not_available',
      message: expect.stringContaining('does not learn'),
    });
  });

  test('every answer has a request id and safe headers, and does not name the framework', async () => {
    const { headers } = await request(testBackend().app).get('/health');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-powered-by']).toBeUndefined();
  });
});

describe('refusals', () => {
  test.each([
    ['get', '/nothing', 404],
    ['get', '/predict', 405],
    ['delete', '/health', 405],
    ['post', '/versions', 405],
  ] as const)('%s %s is %d', async (method, path, status) => {
    const response = await request(testBackend().app)[method](path);
    expect(response.status).toBe(status);
    expect(response.body).toEqual({
      error: { code: 'request.invalid', message: expect.any(String), hint: expect.any(String) },
    });
    expect(response.headers['allow'] !== undefined).toBe(status === 405);
  });

  test.each(['/setup', '/predict', '/webhook'])('POST %s without a JSON body', async (path) => {
    const { app } = testBackend();
    await request(app).post(path).type('text').send('hello').expect(400);
    await request(app).post(path).type('json').send('{"a":').expect(400);
  });

  test('a body of many megabytes is read', async () => {
    const annotations = [{ result: [{ value: { rle: Array.from({ length: 3_000_000 }, () => 255) } }] }];
    const { app } = testBackend();
    await request(app).post('/webhook').send({ action: 'ANNOTATION_CREATED', annotations }).expect(200);
  });
});

describe('login', () => {
  const { app } = testBackend({ environment: { BASIC_AUTH_USER: 'ada', BASIC_AUTH_PASS: 'pass: word' } });

  test.each(['/health', '/ready', '/versions'])('GET %s wants it', async (path) => {
    const refused = await request(app).get(path).expect(401);
    expect(refused.headers['www-authenticate']).toContain('Basic');
    expect(refused.body).toMatchObject({ error: { hint: expect.stringContaining('BASIC_AUTH_USER') } });
    await request(app).get(path).auth('ada', 'wrong').expect(401);
    await request(app).get(path).auth('ada', 'pass: word').expect(200);
  });

  test('/setup and /predict want it', async () => {
    await request(app).post('/setup').send(setupBody).expect(401);
    await request(app).post('/predict').send({ tasks: [] }).expect(401);
    await request(app).post('/setup').auth('ada', 'pass: word').send(setupBody).expect(200);
  });

  test('project webhooks come without it', async () => {
    await request(app).post('/webhook').send({ action: 'PROJECT_UPDATED' }).expect(200);
  });
});

test('the log has a line per request, and no token, login, body or query', async () => {
  const { app, logLines } = testBackend({ environment: { BASIC_AUTH_USER: 'ada', BASIC_AUTH_PASS: 'lovelace' } });
  await request(app).post('/setup?token=hidden-query').auth('ada', 'lovelace').send(setupBody).expect(200);
  const log = logLines.join('');
  expect(log).toContain('"path":"/setup"');
  expect(log).toMatch(/"requestId":"[0-9a-f-]{36}"/);
  for (const secret of [setupBody.access_token, 'hidden-query', 'lovelace', 'BrushLabels', 'YWRhOmxvdmVsYWNl']) {
    expect(log).not.toContain(secret);
  }
});
