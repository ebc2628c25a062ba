// What a click on a cached image costs in the server, by the number and kind of regions in the request:
//   npm run build && node scripts/bench-clicks.mjs [--rounds 40]
// Sizes take turns, so that load from elsewhere falls on all alike. CPU is what the server's process used; wall time is what a user waits.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { maskFromBox } from '../dist/core/mask.js';
import { encodeBrushRle } from '../dist/label-studio/brush-codec.js';
import { modelsLoaded, root, startServed } from './served.mjs';

const { values: flags, positionals } = parseArgs({ options: { rounds: { type: 'string' } }, allowPositionals: true });
const rounds = Number(flags.rounds ?? positionals[0] ?? 40);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write('bench-clicks: rounds must be a whole number from 1 on, for instance --rounds 10\n');
  process.exit(2);
}
const side = 1024;
const data = mkdtempSync(path.join(tmpdir(), 'bench-clicks-'));
const { child: server, url } = await startServed(
  {
    ...process.env,
    DATA_DIR: data,
    LOCAL_FILES_ROOT: path.join(root, 'examples'),
    LABEL_STUDIO_URL: 'http://127.0.0.1:1',
  },
  modelsLoaded,
);
const { port } = new URL(url);
const labelConfig = readFileSync(path.join(root, 'label-config/materials-3.xml'), 'utf8');
const toName = /<Image[^>]*name="([^"]+)"/.exec(labelConfig)[1];

const kinds = {
  'key points': (k) => ({
    type: 'keypointlabels',
    value: { x: 5 + ((k * 37) % 90), y: 5 + ((k * 91) % 90), width: 0.3, keypointlabels: ['Material 1'] },
  }),
  'brush strokes': (k) => {
    const box = { x: 40 + ((k * 379) % 900), y: 40 + ((k * 911) % 900), width: 12, height: 30 };
    const rle = encodeBrushRle(side, side, maskFromBox(side, side, box).runs);
    return { type: 'brushlabels', value: { format: 'rle', rle: [...rle], brushlabels: ['Material 1'] } };
  },
};
const region = (value, k) => ({
  id: String(k),
  from_name: 'm',
  to_name: toName,
  original_width: side,
  original_height: side,
  image_rotation: 0,
  is_positive: true,
  ...value,
});
const bodyOf = (kind, count) => {
  const result = Array.from({ length: count }, (_, k) => region(kinds[kind](k), k));
  return JSON.stringify({
    tasks: [{ id: 1, data: { image: '/data/local-files/?d=srtio3-film-on-ge.png' } }],
    label_config: labelConfig,
    params: { context: { result } },
  });
};

const rows = Object.keys(kinds).flatMap((kind) =>
  [1, 10, 100, 300].map((count) => ({ kind, count, cpu: [], wall: [] })),
);
for (const row of rows) row.body = bodyOf(row.kind, row.count);
try {
  for (let round = -3; round < rounds; round++) {
    for (const row of rows) {
      const [cpu, start] = [cpuMs(), performance.now()];
      const { status, text } = await ask(row.body);
      const wall = performance.now() - start;
      if (status !== 200) throw new Error(`${row.kind}, ${row.count}: ${status} ${text}`);
      await sleep(30);
      if (round >= 0) {
        row.cpu.push(cpuMs() - cpu);
        row.wall.push(wall);
      }
    }
  }
} finally {
  server.kill('SIGTERM');
  rmSync(data, { recursive: true, force: true });
}
for (const { kind, count, cpu, wall, body } of rows) {
  const mean = cpu.reduce((sum, value) => sum + value, 0) / cpu.length;
  const figures = `CPU mean ${mean.toFixed(0)} ms; wall median ${at(wall, 0.5)} ms, p95 ${at(wall, 0.95)} ms`;
  process.stdout.write(`${String(count).padStart(3)} ${kind} (${(body.length / 1000).toFixed(0)} kB): ${figures}\n`);
}

function ask(body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = { host: '127.0.0.1', port, method: 'POST', path: '/predict', headers };
    const request = http.request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** User and system time of the server, in ticks of 10 ms: means over many clicks are finer. */
function cpuMs() {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function at(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0);
}
