// How fast brush masks are encoded, beside label-studio-sdk on the same mask of 1024² pixels in the same run:
//   npm run build && node scripts/bench-brush-codec.mjs      (uses the Label Studio that the end-to-end tests install)
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeBrushMask, encodeBrushRle } from '../dist/label-studio/brush-codec.js';

const side = 1024;
const here = path.dirname(fileURLToPath(import.meta.url));

/** A lattice of disks: many short runs, as a mask of atoms has them. */
const isInside = (x, y) => Math.hypot((x % 32) - 16, (y % 32) - 16) < 10;

const runs = [];
let inside = false;
for (let i = 0; i <= side * side; i++) {
  const now = i < side * side && isInside(i % side, Math.floor(i / side));
  if (now !== inside) runs.push(i);
  inside = now;
}
const mask = Uint32Array.from(runs);

function medianMs(work, times) {
  const spent = Array.from({ length: times }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return spent.sort((a, b) => a - b)[times >> 1];
}

const encoded = encodeBrushRle(side, side, mask);
const ours = medianMs(() => encodeBrushRle(side, side, mask), 101);
const decoding = medianMs(() => decodeBrushMask(encoded, side, side), 101);

const labelStudio = execFileSync(path.join(here, 'install-label-studio.sh'), { encoding: 'utf8' }).trim();
const python = path.join(path.dirname(labelStudio), 'python');
const program = `
import time, numpy as np
from label_studio_sdk.converter import brush
y, x = np.mgrid[:${side}, :${side}]
mask = (np.hypot(x % 32 - 16, y % 32 - 16) < 10).astype(np.uint8) * 255
spent = []
for _ in range(5):
    start = time.perf_counter(); rle = brush.mask2rle(mask); spent.append(time.perf_counter() - start)
print(sorted(spent)[2] * 1000, len(rle))
`;
const [theirs, length] = execFileSync(python, ['-c', program], { encoding: 'utf8' }).trim().split(' ').map(Number);

const figures = {
  mask: `${side} × ${side}, ${mask.length / 2} runs`,
  bytes: { ours: encoded.length, sdk: length },
  encode_ms: { ours: Number(ours.toFixed(3)), sdk: Number(theirs.toFixed(1)) },
  times_faster: Math.round(theirs / ours),
  decode_ms: Number(decoding.toFixed(3)),
};
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
