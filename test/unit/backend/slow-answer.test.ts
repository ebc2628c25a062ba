import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import express from 'express';
import { sendError } from '../../../src/backend/error-response.js';
import { slowAnswer } from '../../../src/backend/slow-answer.js';
import { SamIAmError } from '../../../src/core/errors.js';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks a server whose answer comes after so many milliseconds, with a sign of life every 10. */
async function ask(afterMs: number, fail = false) {
  const app = express().get('/', async (_request, response) => {
    const answer = slowAnswer(response, 10);
    answer.begin();
    await wait(afterMs);
    if (!fail) {
      answer.send({ rle: Uint8Array.of(1, 2) });
      return;
    }
    answer.stop();
    sendError(response, new SamIAmError('image.timeout', 'late', { hint: 'Try again.' }));
  });
  const server = createServer(app).listen(0);
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return { status: response.status, length: response.headers.get('content-length'), text: await response.text() };
  } finally {
    server.close();
  }
}

test('a quick answer is an ordinary one', async () => {
  expect(await ask(0)).toEqual({ status: 200, length: '13', text: '{"rle":[1,2]}' });
});

test('a slow answer is preceded by spaces, which JSON ignores', async () => {
  const { status, length, text } = await ask(60);
  expect([status, length]).toEqual([200, null]);
  expect(text).toMatch(/^ +\{"rle":\[1,2\]\}$/);
});

test('results come one by one, with what there is to say at the end', async () => {
  const ask = async (count: number, last: object) => {
    const app = express().get('/', async (_request, response) => {
      const entries = (async function* () {
        for (let i = 0; i < count; i++) yield { rle: Uint8Array.of(i), wait: await wait(1) };
      })();
      await slowAnswer(response).sendResults(entries, () => ({ ...last }));
    });
    const server = createServer(app).listen(0);
    try {
      const { port } = server.address() as AddressInfo;
      return (await (await fetch(`http://127.0.0.1:${port}`)).json()) as unknown;
    } finally {
      server.close();
    }
  };
  expect(await ask(2, { errors: [1] })).toEqual({ results: [{ rle: [0] }, { rle: [1] }], errors: [1] });
  expect(await ask(1, {})).toEqual({ results: [{ rle: [0] }] });
  expect(await ask(0, {})).toEqual({ results: [] });
  expect(await ask(0, { errors: [] })).toEqual({ results: [], errors: [] });
});

test('a late failure is told in the body, which has no results', async () => {
  const { status, text } = await ask(60, true);
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'image.timeout' } });
});
