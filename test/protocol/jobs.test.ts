import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import request from 'supertest';
import { announceQueue } from '../../src/store/announced-queues.js';
import { inlineImage, labelConfigWith, testBackend } from '../support/test-backend.js';

const predict = (...images: string[]) => ({
  project: '4.1795394550',
  label_config: labelConfigWith('A', 'B'),
  tasks: images.map((image, index) => ({ id: index + 1, data: { image: inlineImage(image) } })),
});

test('what is predicted is a job, with its project and task, whatever came of it', async () => {
  const { app } = testBackend();
  await request(app).post('/predict').send(predict('fine', 'bad')).expect(200);
  const listed = await request(app).get('/api/jobs').expect(200);
  expect(listed.body).toMatchObject({
    queue: { done: 1, failed: 1, waiting: 0, running: 0, perMinute: 1, ownSince: expect.stringMatching(/^\d{4}-/) },
    workers: [{ state: 'idle', job: null }],
    jobs: [
      { kind: 'paint', project: 4, task: 2, state: 'failed', attempts: 1, reason: expect.any(String) },
      { kind: 'paint', project: 4, task: 1, state: 'done', attempts: 1, reason: null },
    ],
  });
});

test('a failed job can be run again; unknown ones, other methods and other words are refused', async () => {
  const { app } = testBackend();
  await request(app).post('/predict').send(predict('bad')).expect(200);
  const { body } = (await request(app).get('/api/jobs')) as { body: { jobs: { id: string }[] } };
  const id = body.jobs[0]?.id ?? '';
  const again = await request(app).post(`/api/jobs/${id}/retry`).expect(200);
  expect(again.body).toMatchObject({ id, attempts: 2 });
  const missing = await request(app).post('/api/jobs/none/cancel').expect(404);
  expect(missing.body).toMatchObject({
    error: { code: 'request.invalid', hint: expect.stringContaining('/api/jobs') },
  });
  await request(app).get(`/api/jobs/${id}/retry`).expect(405);
  await request(app).post(`/api/jobs/${id}/explode`).expect(404);
});

test('a command that works by itself with the same data folder is told beside the own queue, until it ends', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'jobs-'));
  const { app } = testBackend({ environment: { DATA_DIR: folder } });
  const elsewhere = async () =>
    ((await request(app).get('/api/jobs').expect(200)).body as { elsewhere: unknown[] }).elsewhere;
  const queue = { waiting: 2, running: 1, done: 5, failed: 0, perMinute: 5, ownSince: '2026-11-28T07:00:00.000Z' };
  const announced = announceQueue(folder, 'prelabel', () => Promise.resolve(queue));
  let told = await elsewhere();
  while (told.length === 0) told = await elsewhere();
  expect(told).toEqual([{ command: 'prelabel', host: hostname(), pid: process.pid, ...queue }]);
  await announced.stop();
  expect(await elsewhere()).toEqual([]);
  await rm(folder, { recursive: true });
});

test('the length of the queue is a metric', async () => {
  const { app } = testBackend();
  await request(app).post('/predict').send(predict('fine', 'bad')).expect(200);
  const { text } = await request(app).get('/metrics').expect(200);
  expect(text).toContain('sam_i_am_jobs{state="waiting"} 0');
  expect(text).toContain('sam_i_am_jobs{state="done"} 1');
  expect(text).toContain('sam_i_am_workers 1');
});

test('the list of jobs asks for the login that everything else asks for', async () => {
  const { app } = testBackend({ environment: { BASIC_AUTH_USER: 'u', BASIC_AUTH_PASS: 'p' } });
  await request(app).get('/api/jobs').expect(401);
  await request(app).get('/api/jobs').auth('u', 'p').expect(200);
});
