/**
 * Predictions in a row, each of a new image with a click after it, through the code that the server's worker runs: does the process stay as
 * large as it is after the warm-up? Ends with 1 where a least-squares line through its size, or through what JavaScript holds, rises more
 * than the limit.
 *
 *   npm run bench -- soak-predictions [--predictions 1000] [--side 256] [--most-bytes 5000] [--leak javascript|native]
 *
 * --leak plants one of 12 kB a prediction, to show that it would be found: in JavaScript, or in the runtime (a session that nobody releases
 * every tenth prediction).
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { ImageFile } from '#built/core/image-file';
import { openOrtSession } from '#built/inference/ort-session';
import { modelsFolder } from '#built/painting/models/load-models';
import { defaultSegmentOptions } from '#built/pipeline/pipeline-parameters';
import { number, openSegmenter, print, say, settledBytes, slopeOf } from './support.js';

const { values } = parseArgs({
  options: { predictions: number(1000), side: number(256), 'most-bytes': number(5000), leak: { type: 'string' } },
});
const total = Number(values.predictions);
const side = Number(values.side);
const mostBytes = Number(values['most-bytes']);
const between = 10;
const folder = await mkdtemp(join(tmpdir(), 'soak-'));
const segmenter = openSegmenter(folder, { cacheBytes: 8e6, threads: 1 });
const leaked: unknown[] = [];

/** Bytes that JavaScript holds, and those of the process that are its own. */
interface Sizes {
  readonly process: number;
  readonly javascript: number;
}

try {
  const samples: { readonly done: number; readonly sizes: Sizes }[] = [];
  for (let done = 0; done < total; done++) {
    await predict(await drawImage(done));
    await plantLeak(done);
    if (done % between !== between - 1) continue;
    const sizes = await settledSizes();
    samples.push({ done: done + 1, sizes });
    if (done % 100 === 99) say(`${done + 1}: ${describe(sizes)}`);
  }
  // The first part fills caches and the allocators' pools.
  const settled = samples.slice(Math.floor(samples.length * 0.4));
  for (const what of ['process', 'javascript'] as const) {
    const slope = slopeOf(settled.map(({ done, sizes }) => [done, sizes[what]]));
    const last = total - (settled[0]?.done ?? total);
    print(`${what}: ${slope.toFixed(0)} bytes a prediction over the last ${last} (at most ${mostBytes})`);
    if (slope > mostBytes) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}

/** All materials from a few prompts, then a click, which encodes the image for the cache. */
async function predict(image: ImageFile): Promise<void> {
  const options = { ...defaultSegmentOptions, pointsPerSide: 4 };
  await segmenter.segment({ image, options, modelVersion: 'soak' });
  const points = [{ x: side / 4, y: side / 4, positive: true }];
  await segmenter.paintPrompted({ image, prompt: { points, boxes: [] }, extent: 'mask', materials: 'auto' });
}

/** Two gratings side by side, other ones each time. */
async function drawImage(seed: number): Promise<ImageFile> {
  const border = (0.3 + 0.4 * ((seed * 0.618) % 1)) * side;
  const [left, right] = [0.8 + ((seed * 0.37) % 0.4), 1.4 + ((seed * 0.73) % 0.6)];
  const pixels = Uint8Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    const wave = x < border ? Math.sin(x * left) * Math.sin(y * left) : Math.sin((x + y) * right);
    return 128 + 60 * wave + (((at * 7919 + seed * 104729) >>> 3) % 31);
  });
  const raw = { width: side, height: side, channels: 1 } as const;
  return { name: `${seed}.png`, bytes: await sharp(pixels, { raw }).png().toBuffer() };
}

async function plantLeak(done: number): Promise<void> {
  if (values.leak === 'javascript') leaked.push(new Float32Array(3000).fill(done));
  if (values.leak === 'native' && done % 10 === 9) {
    leaked.push(await openOrtSession(join(modelsFolder, 'sam-i-am-small/decoder.onnx'), { threads: 1 }));
  }
}

async function settledSizes(): Promise<Sizes> {
  const javascript = await settledBytes();
  return { process: privateBytes(), javascript };
}

/** Files that are mapped (models, libraries) come and go with the memory that others need: they don't count. */
function privateBytes(): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1024;
}

function describe(sizes: Sizes): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return `process ${megabytes(sizes.process)}, javascript ${megabytes(sizes.javascript)}`;
}
