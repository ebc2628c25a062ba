/*
 * Predictions in a row, each of a new image with a click after it, through the code that the server's worker runs: does the process stay as large as it is after the
 * warm-up? Ends with 1 where a least-squares line through its size, or through what JavaScript holds, rises more than the limit.
 *
 *   node --expose-gc scripts/soak-predictions.mjs [--predictions 1000] [--side 256] [--most-bytes 5000] [--leak javascript|native]
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
import { openOrtSession } from '../dist/inference/ort-session.js';
import { modelsFolder } from '../dist/painting/models/load-models.js';
import { defaultSegmentOptions } from '../dist/pipeline/pipeline-parameters.js';
import { openSegmenter, settledBytes, slopeOf } from './soaking.mjs';

const { values } = parseArgs({
  options: {
    predictions: { type: 'string', default: '1000' },
    side: { type: 'string', default: '256' },
    'most-bytes': { type: 'string', default: '5000' },
    leak: { type: 'string' },
  },
});
const total = Number(values.predictions);
const side = Number(values.side);
const mostBytes = Number(values['most-bytes']);
const between = 10;
const folder = await mkdtemp(join(tmpdir(), 'soak-'));
const segmenter = openSegmenter(folder, { cacheBytes: 8e6, threads: 1 });
const leaked = [];

try {
  const samples = [];
  for (let done = 0; done < total; done++) {
    await predict(await drawImage(done));
    await plantLeak(done);
    if (done % between !== between - 1) continue;
    samples.push([done + 1, await settledSizes()]);
    if (done % 100 === 99) process.stderr.write(`${done + 1}: ${describe(samples.at(-1)[1])}\n`);
  }
  // The first part fills caches and the allocators' pools.
  const settled = samples.slice(Math.floor(samples.length * 0.4));
  const slopeOfSize = (what) => slopeOf(settled.map(([done, sizes]) => [done, sizes[what]]));
  const slopes = { process: slopeOfSize('process'), javascript: slopeOfSize('javascript') };
  for (const [what, slope] of Object.entries(slopes)) {
    print(
      `${what}: ${slope.toFixed(0)} bytes a prediction over the last ${total - settled[0][0]} (at most ${mostBytes})`,
    );
  }
  if (Object.values(slopes).some((slope) => slope > mostBytes)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

/** All materials from a few prompts, then a click, which encodes the image for the cache. */
async function predict(image) {
  const options = { ...defaultSegmentOptions, pointsPerSide: 4 };
  await segmenter.segment({ image, options, modelVersion: 'soak' });
  await segmenter.paintPrompted({
    image,
    prompt: { points: [{ x: side / 4, y: side / 4, positive: true }], boxes: [] },
  });
}

/** Two gratings side by side, other ones each time. */
async function drawImage(seed) {
  const border = (0.3 + 0.4 * ((seed * 0.618) % 1)) * side;
  const [left, right] = [0.8 + ((seed * 0.37) % 0.4), 1.4 + ((seed * 0.73) % 0.6)];
  const pixels = Uint8Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    const wave = x < border ? Math.sin(x * left) * Math.sin(y * left) : Math.sin((x + y) * right);
    return 128 + 60 * wave + (((at * 7919 + seed * 104729) >>> 3) % 31);
  });
  const bytes = await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  return { name: `${seed}.png`, bytes };
}

async function plantLeak(done) {
  if (values.leak === 'javascript') leaked.push(new Float32Array(3000).fill(done));
  if (values.leak === 'native' && done % 10 === 9) {
    const session = await openOrtSession(join(modelsFolder, 'sam-i-am-small/decoder.onnx'), { threads: 1 });
    leaked.push(session);
  }
}

/** Bytes that JavaScript holds, and those of the process that are its own. */
async function settledSizes() {
  const javascript = await settledBytes();
  return { process: privateBytes(), javascript };
}

/** Files that are mapped (models, libraries) come and go with the memory that others need: they don't count. */
function privateBytes() {
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1024;
}

function describe(sizes) {
  return Object.entries(sizes)
    .map(([what, bytes]) => `${what} ${(bytes / 1e6).toFixed(1)} MB`)
    .join(', ');
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
