// How long after a frame is complete its regions are there:
//   npm run build && node scripts/bench-watch.mjs [--frames 40] [--every-ms 1500] [--points-per-side 6]
// Frames of 1024² pixels (crops of simulated micrographs, enlarged) appear in a folder that `sam-i-am watch` watches with the embedded model.
// Prints one JSON object: the median, the 95 % quantile and the share within 1.5 s.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '40' },
    'every-ms': { type: 'string', default: '1500' },
    'points-per-side': { type: 'string', default: '6' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-watch-'));
const [folder, out] = ['frames', 'roi'].map((name) => path.join(scratch, name));
for (const each of [folder, out]) mkdirSync(each);
const examples = readdirSync(path.join(root, 'examples')).filter((name) => /^[^.]+\.png$/.test(name));
const frames = await Promise.all(
  Array.from({ length: Number(values.frames) }, (_, index) =>
    sharp(path.join(root, 'examples', examples[index % examples.length]))
      .rotate(90 * (Math.floor(index / examples.length) % 4))
      .flop(index % 2 === 1)
      .resize(1024, 1024, { fit: 'fill' })
      .modulate({ brightness: 1 - index / 200 })
      .png()
      .toBuffer(),
  ),
);
const main = process.env.SAM_I_AM_MAIN ?? path.join(root, 'dist/cli/main.js');
const args = ['watch', folder, '--out', out, '--points-per-side', values['points-per-side']];
const watcher = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
let log = '';
watcher.stderr.on('data', (text) => (log += text));
while (!log.includes('watching')) await sleep(20);
const completed = [];
const put = async (index) => {
  const part = path.join(folder, `.${index}.part`);
  writeFileSync(part, frames[index]);
  renameSync(part, path.join(folder, `frame-${index}.png`));
  completed[index] = Date.now();
};
const load = loadavg()[0];
for (let index = 0; index < frames.length; index++) {
  await put(index);
  await sleep(Number(values['every-ms']));
}
const roi = (index) => path.join(out, `frame-${index}.roi.json`);
const there = (index) => statSync(roi(index), { throwIfNoEntry: false });
while (!completed.every((_, index) => there(index))) await sleep(100);
// The first frame finds the models cold.
const waits = completed.map((at, index) => (there(index).mtimeMs - at) / 1000).slice(1);
const sorted = waits.sort((a, b) => a - b);
const quantile = (share) => Number(sorted[Math.ceil(share * sorted.length) - 1].toFixed(3));
const within = sorted.filter((wait) => wait <= 1.5).length / sorted.length;
const figures = {
  frames: sorted.length,
  medianS: quantile(0.5),
  p95S: quantile(0.95),
  withinShare: Number(within.toFixed(3)),
};
process.stdout.write(`${JSON.stringify({ ...figures, loadBefore: Number(load.toFixed(1)) })}\n`);
watcher.kill('SIGINT');
rmSync(scratch, { recursive: true, force: true });
