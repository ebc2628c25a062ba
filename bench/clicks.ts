/**
 * What a click on a cached image costs in the server, by the number and kind of regions in the request:
 *   npm run bench -- clicks [--rounds 40]
 * Sizes take turns, so that load from elsewhere falls on all alike. CPU is what the server's process used; wall time is what a user waits.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { maskFromBox } from '#built/core/mask';
import { encodeBrushRle } from '#built/label-studio/brush-codec';
import { cpuMs, endServed, modelsLoaded, number, print, quantile, root, startServed, there } from './support.js';

const { values } = parseArgs({ options: { rounds: number(40) } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds takes a whole number from 1 on');
const side = 1024;
const data = mkdtempSync(path.join(tmpdir(), 'bench-clicks-'));
const server = await startServed(
  {
    ...process.env,
    DATA_DIR: data,
    LOCAL_FILES_ROOT: path.join(root, 'examples'),
    LABEL_STUDIO_URL: 'http://127.0.0.1:1',
  },
  modelsLoaded,
);
const { port } = new URL(server.url);
const labelConfig = readFileSync(path.join(root, 'label-config/materials-3.xml'), 'utf8');
const toName = there(/<Image[^>]*name="([^"]+)"/.exec(labelConfig)?.[1], 'the image of the label config');

const kinds: Readonly<Record<string, (k: number) => object>> = {
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

const region = (value: object, k: number) => ({
  id: String(k),
  from_name: 'm',
  to_name: toName,
  original_width: side,
  original_height: side,
  image_rotation: 0,
  is_positive: true,
  ...value,
});

const bodyOf = (draw: (k: number) => object, count: number) => {
  const result = Array.from({ length: count }, (_, k) => region(draw(k), k));
  return JSON.stringify({
    tasks: [{ id: 1, data: { image: '/data/local-files/?d=srtio3-film-on-ge.png' } }],
    label_config: labelConfig,
    params: { context: { result } },
  });
};

function ask(body: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = { host: '127.0.0.1', port, method: 'POST', path: '/predict', headers };
    const request = http.request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const rows = Object.entries(kinds).flatMap(([kind, draw]) =>
  [1, 10, 100, 300].map((count) => ({
    kind,
    count,
    body: bodyOf(draw, count),
    cpu: [] as number[],
    wall: [] as number[],
  })),
);
const cpuNow = () => cpuMs(server.pid).own;
try {
  for (let round = -3; round < rounds; round++) {
    for (const row of rows) {
      const [cpu, start] = [cpuNow(), performance.now()];
      const { status, text } = await ask(row.body);
      const wall = performance.now() - start;
      if (status !== 200) throw new Error(`${row.kind}, ${row.count}: ${status ?? 'no status'} ${text}`);
      await sleep(30);
      if (round < 0) continue;
      row.cpu.push(cpuNow() - cpu);
      row.wall.push(wall);
    }
  }
} finally {
  await endServed(server.child);
  rmSync(data, { recursive: true, force: true });
}
for (const { kind, count, cpu, wall, body } of rows) {
  // Ticks are 10 ms: means over many clicks are finer than quantiles.
  const mean = cpu.reduce((sum, value) => sum + value, 0) / cpu.length;
  const at = (share: number) => quantile(wall, share).toFixed(0);
  const figures = `CPU mean ${mean.toFixed(0)} ms; wall median ${at(0.5)} ms, p95 ${at(0.95)} ms`;
  print(`${String(count).padStart(3)} ${kind} (${(body.length / 1000).toFixed(0)} kB): ${figures}`);
}
