// How long /health takes while 16 clients ask for predictions without a pause:
//   npm run build && node scripts/bench-health.mjs [seconds]
// Half of them send one micrograph again and again (answered from memory: all load is on the HTTP thread), half a new one each time.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { modelsLoaded, root, startServed } from './served.mjs';

const seconds = Number(process.argv[2] ?? 20);
const data = mkdtempSync(path.join(tmpdir(), 'bench-health-'));
const { child: server, url } = await startServed({ ...process.env, DATA_DIR: data }, modelsLoaded);
const { port } = new URL(url);

function ask(method, target, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'user-agent': 'heartex/bench' };
    const request = http.request(
      { host: '127.0.0.1', port, method, path: target, headers, agent: false },
      (response) => {
        response.resume();
        // A server that is killed in mid-answer closes without an end.
        response.on('close', () => resolve(response.statusCode));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const image = readFileSync(path.join(root, 'examples/particles-on-support.png'));
const labelConfig = readFileSync(path.join(root, 'label-config/materials-3.xml'), 'utf8');
const bodyFor = (bytes) =>
  JSON.stringify({
    tasks: [{ id: 1, data: { image: `data:image/png;base64,${bytes.toString('base64')}` } }],
    label_config: labelConfig,
  });
// Bytes behind the end of a PNG change its content, not its picture.
let serial = 0;
const fresh = () => bodyFor(Buffer.concat([image, Buffer.from(String(serial++))]));
const same = bodyFor(image);
await ask('POST', '/predict', same);

const end = performance.now() + seconds * 1000;
let predictions = 0;
const clients = Array.from({ length: 16 }, async (_, i) => {
  while (performance.now() < end)
    if ((await ask('POST', '/predict', i % 2 === 0 ? same : fresh())) === 200) predictions++;
});
const times = [];
while (performance.now() < end) {
  const start = performance.now();
  await ask('GET', '/health');
  times.push(performance.now() - start);
  await sleep(10);
}
server.kill('SIGKILL');
await Promise.allSettled(clients);
rmSync(data, { recursive: true, force: true });
times.sort((a, b) => a - b);
const at = (share) => Number(times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(1));
const figures = { answers: times.length, predictions, median_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
