/**
 * How long after a frame is complete its regions are there:
 *   npm run bench -- watch [--frames 40] [--every-ms 1500] [--points-per-side 6]
 * Frames of 1024² pixels (crops of simulated micrographs, enlarged) appear in a folder that `sam-i-am watch` watches
 * with the embedded model. Prints one JSON object: the median, the 95 % quantile and the share within 1.5 s.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { mainFile, number, print, quantile, root, rounded } from './support.js';

const { values } = parseArgs({
  options: { frames: number(40), 'every-ms': number(1500), 'points-per-side': number(6) },
});
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-watch-'));
const [folder, out] = [path.join(scratch, 'frames'), path.join(scratch, 'roi')];
for (const each of [folder, out]) mkdirSync(each);
const examples = readdirSync(path.join(root, 'examples')).filter((name) => /^[^.]+\.png$/.test(name));
const frames = await Promise.all(
  Array.from({ length: Number(values.frames) }, (_, index) =>
    sharp(path.join(root, 'examples', examples[index % examples.length] ?? ''))
      .rotate(90 * (Math.floor(index / examples.length) % 4))
      .flop(index % 2 === 1)
      .resize(1024, 1024, { fit: 'fill' })
      .modulate({ brightness: 1 - index / 200 })
      .png()
      .toBuffer(),
  ),
);
const args = ['watch', folder, '--out', out, '--points-per-side', values['points-per-side']];
const watcher = spawn(process.execPath, [mainFile, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
let log = '';
watcher.stderr.on('data', (text) => (log += String(text)));
while (!log.includes('watching')) await sleep(20);
const completed: number[] = [];
const load = loadavg()[0] ?? NaN;
for (const [index, frame] of frames.entries()) {
  const part = path.join(folder, `.${index}.part`);
  writeFileSync(part, frame);
  renameSync(part, path.join(folder, `frame-${index}.png`));
  completed.push(Date.now());
  await sleep(Number(values['every-ms']));
}
const foundAt = (index: number) =>
  statSync(path.join(out, `frame-${index}.roi.json`), { throwIfNoEntry: false })?.mtimeMs;
while (!completed.every((_, index) => foundAt(index) !== undefined)) await sleep(100);
// The first frame finds the models cold.
const waits = completed.map((at, index) => ((foundAt(index) ?? NaN) - at) / 1000).slice(1);
print({
  frames: waits.length,
  medianS: rounded(quantile(waits, 0.5), 3),
  p95S: rounded(quantile(waits, 0.95), 3),
  withinShare: rounded(waits.filter((wait) => wait <= 1.5).length / waits.length, 3),
  loadBefore: rounded(load, 1),
});
watcher.kill('SIGINT');
rmSync(scratch, { recursive: true, force: true });
