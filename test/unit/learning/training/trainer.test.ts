import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SamIAmError } from '../../../../src/core/errors.js';
import type { TrainingOutcome } from '../../../../src/learning/training/train-project.js';
import { createTrainer, type TrainingEvent } from '../../../../src/learning/training/trainer.js';
import type { RunTraining } from '../../../../src/learning/training/training-process.js';
import { openProfileStore } from '../../../../src/store/profile-store.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'trainer-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const outcome: TrainingOutcome = {
  finishedAt: 'now',
  outcome: 'adopted',
  reason: 'better',
  version: 'v-p1',
  file: null,
  images: 3,
  heldOutIou: 0.8,
  zeroShotIou: 0.4,
};
const access = { url: 'http://label-studio', token: 'secret' };

/** Trainings that end when they are told to. */
function scripted() {
  const runs: { project: string; finish: () => void; fail: (error: Error) => void }[] = [];
  const run: RunTraining = ({ project }, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      runs.push({ project, finish: () => resolve(outcome), fail: reject });
      onProgress(0.5, 'half way');
      signal?.addEventListener('abort', () => reject(new SamIAmError('cancelled', 'stopped', { hint: '' })));
    });
  const events: TrainingEvent[] = [];
  const store = openProfileStore(dataDir);
  const trainer = createTrainer({ run, store, dataDir, onEvent: (event) => events.push(event) });
  const begun = async (count: number) => {
    while (runs.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { trainer, runs, events, store, begun };
}

describe('trainings', () => {
  test('200 requests at once are one training', async () => {
    const { trainer, runs, begun } = scripted();
    const states = await Promise.all(Array.from({ length: 200 }, () => trainer.start('1', access)));
    await begun(1);
    expect(new Set(states.map(({ startedAt }) => startedAt)).size).toBe(1);
    expect(trainer.state('1')).toMatchObject({ state: 'running', progress: 0.5 });
    runs[0]?.finish();
    await trainer.idle();
    expect(runs.length).toBe(1);
    expect(trainer.state('1')).toBeNull();
    expect(trainer.counts()).toEqual({ adopted: 1, refused: 0, failed: 0 });
  });

  test('of two projects run one after the other', async () => {
    const { trainer, runs, begun } = scripted();
    await trainer.start('1', access);
    await trainer.start('2', access);
    await begun(1);
    expect(trainer.state('2')?.state).toBe('waiting');
    runs[0]?.finish();
    await begun(2);
    runs[1]?.finish();
    await trainer.idle();
    expect(runs.map(({ project }) => project)).toEqual(['1', '2']);
  });

  test('that fail say why, and can be started again', async () => {
    const { trainer, runs, store, begun } = scripted();
    await trainer.start('1', access);
    await begun(1);
    runs[0]?.fail(new SamIAmError('label_studio.unreachable', 'no answer', { hint: 'Start it.' }));
    await trainer.idle();
    expect(await store.lastTraining('1')).toMatchObject({ outcome: 'failed', reason: 'no answer. Start it.' });
    expect(await trainer.unfinished()).toEqual([]);
    await trainer.start('1', access);
    await begun(2);
    runs[1]?.finish();
    await trainer.idle();
  });
});

describe('a training that was wanted', () => {
  test('is known to the next process, until it has ended', async () => {
    const first = scripted();
    await first.trainer.start('7', access);
    await first.begun(1);
    expect(await scripted().trainer.unfinished()).toEqual(['7']);
    first.runs[0]?.finish();
    await first.trainer.idle();
    expect(await scripted().trainer.unfinished()).toEqual([]);
  });

  test('stays wanted when the server is closed meanwhile', async () => {
    const { trainer, events, begun } = scripted();
    await trainer.start('7', access);
    await begun(1);
    await trainer.close();
    expect(events.at(-1)).toEqual({ kind: 'stopped', project: '7' });
    expect(await scripted().trainer.unfinished()).toEqual(['7']);
  });
});
