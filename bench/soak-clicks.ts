/**
 * Clicks in a row on a cached image, through the code that the server's worker runs: latency by number of points, and whether memory stays
 * flat.
 *
 *   npm run bench -- soak-clicks [--clicks 1000] [--leak]     (--leak plants one, to show that it would be found)
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { number, openSegmenter, print, quantile, root, settledBytes, slopeOf } from './support.js';

const { values } = parseArgs({ options: { clicks: number(1000), leak: { type: 'boolean', default: false } } });
const mostBytesPerClick = 5000;
const folder = await mkdtemp(join(tmpdir(), 'soak-'));
const segmenter = openSegmenter(folder, { cacheBytes: 64e6, threads: 2 });
const image = { name: 'example.png', bytes: await readFile(join(root, 'examples/srtio3-film-on-ge.png')) };
const leaked: Float32Array[] = [];

/** Milliseconds of each click. */
interface Taken {
  readonly cpu: number;
  readonly wall: number;
}

try {
  for (const points of values.leak ? [] : [1, 10, 100, 300]) {
    print(`${points} points: ${describe(await clicks(30, points))}`);
  }
  const total = Number(values.clicks);
  const memory: [number, number][] = [];
  for (let done = 0; done < total; done += 20) {
    await clicks(20, 1);
    memory.push([done, await settledBytes()]);
  }
  const slope = slopeOf(memory.slice(Math.floor(memory.length / 5)));
  print(
    `${total} clicks: ${slope.toFixed(0)} bytes of memory a click (after the first fifth; at most ${mostBytesPerClick})`,
  );
  process.exitCode = slope > mostBytesPerClick ? 1 : 0;
} finally {
  await rm(folder, { recursive: true });
}

async function clicks(count: number, pointCount: number): Promise<readonly Taken[]> {
  const times: Taken[] = [];
  for (let i = 0; i < count; i++) {
    const points = Array.from({ length: pointCount }, (_, k) => ({
      x: 100 + ((k * 37) % 800),
      y: 100 + ((k * 91 + i) % 800),
      positive: k % 3 !== 1,
    }));
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    await segmenter.paintPrompted({ image, prompt: { points, boxes: [] }, extent: 'mask', materials: 'auto' });
    const used = process.cpuUsage(cpu);
    times.push({ wall: performance.now() - start, cpu: (used.user + used.system) / 1000 });
    if (values.leak) leaked.push(new Float32Array(3000).fill(i));
  }
  return times;
}

function describe(times: readonly Taken[]): string {
  const of = (key: keyof Taken, share: number) =>
    quantile(
      times.map((time) => time[key]),
      share,
    ).toFixed(0);
  return `wall p50 ${of('wall', 0.5)} ms, p95 ${of('wall', 0.95)} ms; CPU p50 ${of('cpu', 0.5)} ms`;
}
