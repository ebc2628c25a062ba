// What the soaks share: the code that the server's worker runs, memory once it has settled, and how it grows.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { modelsFolder } from '../dist/painting/models/load-models.js';
import { createSegmenter } from '../dist/painting/segmenter.js';

/** The embedded models, with a cache of `cacheBytes` in memory and as much in `folder`. */
export function openSegmenter(folder, { cacheBytes, threads }) {
  return createSegmenter({
    modelsFolder,
    addedFolder: join(folder, 'models'),
    cacheFolder: join(folder, 'embeddings'),
    cache: { memoryBytes: cacheBytes, diskBytes: cacheBytes },
    modelId: 'sam-i-am-small',
    threads,
    maxImagePixels: 1e8,
  });
}

/** Bytes that JavaScript holds once finalizers of native tensors have run; needs --expose-gc. */
export async function settledBytes() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await sleep(5);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Least squares over [x, y]. */
export function slopeOf(samples) {
  const mean = (at) => samples.reduce((sum, sample) => sum + sample[at], 0) / samples.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = samples.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return covariance / samples.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}
