import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { success } from '../../src/core/result.js';
import { promptInPixels } from '../../src/core/user-prompt.js';
import type { FetchTaskImage } from '../../src/label-studio/fetch-task-image.js';
import type { PredictAnswer } from '../../src/label-studio/protocol.js';
import { regionsOf, testBackend } from '../support/test-backend.js';

/** Requests that a Label Studio 1.23.2 server sent to a backend (long masks cut short). */
const recorded = JSON.parse(
  readFileSync(new URL('../fixtures/label-studio/recorded-requests.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, { readonly path: string; readonly body: { readonly tasks?: readonly unknown[] } }>>;

const anyImage: FetchTaskImage = (address) => Promise.resolve(success({ name: address, bytes: Buffer.from('pixels') }));

async function replay(name: string) {
  const backend = testBackend({ fetchTaskImage: anyImage });
  const { path = '', body = {} } = recorded[name] ?? {};
  const response = await request(backend.app).post(path).send(body);
  expect(response.status).toBe(200);
  return { body: response.body as PredictAnswer, calls: backend.service.calls, sent: body };
}

test.each(Object.keys(recorded))('%s is answered', async (name) => {
  await replay(name);
});

test.each(Object.keys(recorded).filter((name) => /predict|null-context/.test(name)))(
  '%s has an entry per task',
  async (name) => {
    const { body, sent } = await replay(name);
    expect(body.results.map(({ result }) => (result?.length ?? 0) > 0)).toEqual(sent.tasks?.map(() => true));
  },
);

describe('recorded prompts', () => {
  const promptOf = async (name: string, size = { width: 160, height: 120 }) => {
    const { body, calls } = await replay(name);
    const [call] = calls;
    return {
      prompt: call?.kind === 'prompt' ? promptInPixels(call.prompt, size) : undefined,
      label: regionsOf(body.results[0])[0]?.value.brushlabels[0],
    };
  };

  test('a click restored from a draft is positive', async () => {
    const { prompt, label } = await promptOf('ml-10-interactive-keypoint-from-draft');
    expect(prompt?.points.map(({ positive }) => positive)).toEqual([true, true]);
    expect(label).toBe('Vesicle');
  });

  test('an Alt+click is negative, and percents become pixels', async () => {
    const { prompt } = await promptOf('ml-11-interactive-keypoint-negative');
    expect(prompt?.points.map(({ x, y, positive }) => [Math.round(x), Math.round(y), positive])).toEqual([
      [80, 20, true],
      [88, 43, true],
      [72, 37, false],
    ]);
  });

  test('a box', async () => {
    const { prompt, label } = await promptOf('ml-12-interactive-rectangle', { width: 128, height: 96 });
    const [box] = prompt?.boxes ?? [];
    expect([box?.x, box?.y, box?.width, box?.height].map((value) => Math.round(value ?? 0))).toEqual([15, 71, 24, 18]);
    expect(label).toBe('Mitochondrion');
  });
});
