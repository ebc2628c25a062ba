/**
 * How fast brush masks are encoded, beside label-studio-sdk on the same mask of 1024² pixels in the same run:
 *   npm run bench -- brush-codec      (uses the Label Studio that the end-to-end tests install)
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { decodeBrushMask, encodeBrushRle } from '#built/label-studio/brush-codec';
import { print, quantile, rounded, script } from './support.js';

const side = 1024;

/** A lattice of disks: many short runs, as a mask of atoms has them. */
const isInside = (x: number, y: number) => Math.hypot((x % 32) - 16, (y % 32) - 16) < 10;

const runs: number[] = [];
let inside = false;
for (let i = 0; i <= side * side; i++) {
  const now = i < side * side && isInside(i % side, Math.floor(i / side));
  if (now !== inside) runs.push(i);
  inside = now;
}
const mask = Uint32Array.from(runs);

function medianMs(work: () => unknown, times: number): number {
  const spent = Array.from({ length: times }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return quantile(spent, 0.5);
}

const encoded = encodeBrushRle(side, side, mask);
const ours = medianMs(() => encodeBrushRle(side, side, mask), 101);
const decoding = medianMs(() => decodeBrushMask(encoded, side, side), 101);

const python = path.join(path.dirname(script('install-label-studio.sh')), 'python');
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
const said = execFileSync(python, ['-c', program], { encoding: 'utf8' });
const [theirs = NaN, length = NaN] = said.trim().split(' ').map(Number);
print({
  mask: `${side} × ${side}, ${mask.length / 2} runs`,
  bytes: { ours: encoded.length, sdk: length },
  encode_ms: { ours: rounded(ours, 3), sdk: rounded(theirs, 1) },
  times_faster: Math.round(theirs / ours),
  decode_ms: rounded(decoding, 3),
});
