/**
 * How long /health takes while 16 clients ask for predictions without a pause:
 *   npm run bench -- health [--seconds 20]
 * Half of them send one micrograph again and again (answered from memory: all load is on the HTTP thread), half a new one each time.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { modelsLoaded, number, print, quantile, root, rounded, startServed } from './support.js';

const { values } = parseArgs({ options: { seconds: number(20) } });
const data = mkdtempSync(path.join(tmpdir(), 'bench-health-'));
const { child: server, url } = await startServed({ ...process.env, DATA_DIR: data }, modelsLoaded);
const { port } = new URL(url);

function ask(method: string, target: string, body?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'user-agent': 'heartex/bench' };
    const options = { host: '127.0.0.1', port, method, path: target, headers, agent: false };
    const request = http.request(options, (response) => {
      response.resume();
      // A server that is killed in mid-answer closes without an end.
      response.on('close', () => resolve(response.statusCode));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const image = readFileSync(path.join(root, 'examples/particles-on-support.png'));
const labelConfig = readFileSync(path.join(root, 'label-config/materials-3.xml'), 'utf8');
const bodyFor = (bytes: Buffer) =>
  JSON.stringify({
    tasks: [{ id: 1, data: { image: `data:image/png;base64,${bytes.toString('base64')}` } }],
    label_config: labelConfig,
  });
// Bytes behind the end of a PNG change its content, not its picture.
let serial = 0;
const fresh = () => bodyFor(Buffer.concat([image, Buffer.from(String(serial++))]));
const same = bodyFor(image);
await ask('POST', '/predict', same);

const end = performance.now() + Number(values.seconds) * 1000;
let predictions = 0;
const clients = Array.from({ length: 16 }, async (_, index) => {
  while (performance.now() < end) {
    if ((await ask('POST', '/predict', index % 2 === 0 ? same : fresh())) === 200) predictions++;
  }
});
const times: number[] = [];
while (performance.now() < end) {
  const start = performance.now();
  await ask('GET', '/health');
  times.push(performance.now() - start);
  await sleep(10);
}
server.kill('SIGKILL');
await Promise.allSettled(clients);
rmSync(data, { recursive: true, force: true });
const at = (share: number) => rounded(quantile(times, share), 1);
print({ answers: times.length, predictions, median_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) });
