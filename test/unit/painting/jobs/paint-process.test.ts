import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import type { PaintJob } from '../../../../src/painting/jobs/paint-job.js';
import { PaintProcesses } from '../../../../src/painting/jobs/paint-process.js';
import { ProcessCrashed } from '../../../../src/painting/jobs/redis-worker.js';

const program = fileURLToPath(new URL('../../../support/e2e/crashing-painter.mjs', import.meta.url));
const pool = {
  modelId: 'none',
  concurrency: 1,
  maxImagePixels: 1,
  dataDir: '.',
  cache: { memoryBytes: 0, diskBytes: 0 },
};
let processes: PaintProcesses;
afterEach(() => processes.close());

const job = (name: string): PaintJob => ({
  image: { name, bytes: Uint8Array.of(104, 105) },
  call: { kind: 'paint', materials: 'auto' },
});
const never = new AbortController().signal;

test('jobs one after the other are done by one process, with their bytes', async () => {
  processes = new PaintProcesses({ pool, program });
  await processes.open(1);
  const painted = [await processes.run(job('a'), never), await processes.run(job('b'), never)];
  const pids = painted.map((each) => (each.ok && 'width' in each.value ? each.value.width : undefined));
  expect(pids[0]).toBe(pids[1]);
  expect(painted[0]).toMatchObject({ ok: true, value: { warnings: ['hi'] } });
});

test.each([
  ['crash', 'SIGSEGV'],
  ['exit', 'status 7'],
])(
  'a job that ends its process by %s is told as such, another beside it goes on, the next one gets a new process',
  async (name, how) => {
    processes = new PaintProcesses({ pool, program });
    await processes.open(2);
    const [crashed, beside] = await Promise.allSettled([
      processes.run(job(name), never),
      processes.run(job('a'), never),
    ]);
    expect(crashed).toMatchObject({ status: 'rejected', reason: new ProcessCrashed(how) });
    expect(beside).toMatchObject({ status: 'fulfilled', value: { ok: true } });
    const after = await Promise.all([processes.run(job('b'), never), processes.run(job('c'), never)]);
    expect(after.map(({ ok }) => ok)).toEqual([true, true]);
  },
);

test('a withdrawn job is told so, and the process goes on', async () => {
  processes = new PaintProcesses({ pool, program });
  const controller = new AbortController();
  const running = processes.run(job('endless'), controller.signal);
  setTimeout(() => controller.abort(), 20);
  expect(await running).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(await processes.run(job('a'), never)).toMatchObject({ ok: true });
});

test('a program that cannot start says so', async () => {
  processes = new PaintProcesses({ pool, program: `${program}.missing` });
  await expect(processes.open(1)).rejects.toMatchObject({ code: 'model.not_ready' });
});
