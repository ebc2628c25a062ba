// Whether the memory of `sam-i-am prelabel` stays the same however many tasks there are:
//   npm run build && node scripts/bench-prelabel-memory.mjs [--tasks 1000,50000] [--processes 2] [--live]
// The command is the real one; Label Studio is a stand-in that makes up tasks and remembers what was posted, and workers over a
// real Redis answer at once with one region of 20 kB. Prints the command's peak memory as one JSON object per line;
// --live collects garbage every second and prints what was in use after that, in megabytes, for each tenth of the run: a peak also
// holds garbage that there was no need to collect.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addedModelsFolder, modelsFolder } from '../dist/painting/models/load-models.js';
import { modelVersionOf } from '../dist/painting/models/model-version.js';
import { startRedisServer } from './redis-server.mjs';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000,50000' },
    processes: { type: 'string', default: '2' },
    live: { type: 'boolean' },
  },
});
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-memory-'));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const redis = await startRedisServer(path.join(scratch, 'redis'));
const modelVersion = await modelVersionOf(modelsFolder, addedModelsFolder(scratch), 'sam-i-am-small');
const labelConfig =
  '<View><Image name="i" value="$image"/><BrushLabels name="b" toName="i"><Label value="A"/></BrushLabels></View>';

/** As much of Label Studio as the command asks for. */
function standIn(count) {
  const predicted = new Map();
  const row = (id) => ({
    id,
    data: { image: `data:image/png;base64,${Buffer.from(`image ${id} of ${count}`).toString('base64')}` },
    total_predictions: predicted.get(id) ?? 0,
    predictions_score: 0.5,
    predictions_model_versions: predicted.has(id) ? modelVersion : '',
  });
  const list = (search) => {
    const { filters, selectedItems } = JSON.parse(search.get('query'));
    const size = Number(search.get('page_size'));
    const after = filters.items.find(({ filter }) => filter.endsWith(':id'))?.value ?? 0;
    if (selectedItems !== undefined) {
      const found = selectedItems.included.filter((id) => predicted.has(id));
      return { total: found.length, tasks: found.map(row) };
    }
    const length = Math.max(0, Math.min(size, count - after));
    return { total: count - after, tasks: Array.from({ length }, (_, index) => row(after + 1 + index)) };
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://x');
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (body) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (url.pathname === '/api/tasks') return answer(list(url.searchParams));
      if (!url.pathname.endsWith('/import/predictions'))
        return answer({ title: 'stand-in', label_config: labelConfig });
      const posted = JSON.parse(Buffer.concat(chunks));
      for (const { task } of posted) predicted.set(task, (predicted.get(task) ?? 0) + 1);
      return answer({ created: posted.length });
    });
  });
  return { predicted, server };
}

/** What is in use: images that are just under way come on top of it in some looks. */
const leastMb = (looks) => Number(Math.min(...looks).toFixed(1));

/** Loaded into the command: tells on file descriptor 3 what is in use. */
const watcher = `
  import { writeSync } from 'node:fs';
  setInterval(() => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    writeSync(3, (heapUsed + external) / 2 ** 20 + ' ');
  }, 1000).unref();`;
const live = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(watcher)}`];

for (const count of values.tasks.split(',').map(Number)) {
  const { predicted, server } = standIn(count);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const worker = [here('stand-in-worker.mjs'), redis.url, modelVersion, '0', '16', '15000', '20000'];
  const workers = Array.from({ length: Number(values.processes) }, () =>
    spawn(process.execPath, worker, { stdio: 'inherit' }),
  );
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: path.join(scratch, `data-${count}`),
    REDIS_URL: redis.url,
    LABEL_STUDIO_URL: `http://127.0.0.1:${server.address().port}`,
    LABEL_STUDIO_API_KEY: 'a'.repeat(40),
  };
  const main = here('../dist/cli/main.js');
  const began = performance.now();
  const args = [...(values.live === true ? live : []), main, 'prelabel', '--project', '1'];
  const command = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  let told = '';
  command.stdio[3].on('data', (text) => (told += text));
  const ended = new Promise((resolve) => command.once('exit', resolve));
  let peakKb = 0;
  let status;
  void ended.then((code) => (status = code));
  while (status === undefined) {
    try {
      peakKb = Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${command.pid}/status`, 'utf8'))?.[1] ?? peakKb);
    } catch {
      // It has just ended.
    }
    await sleep(200);
  }
  const once = [...predicted.values()].filter((times) => times === 1).length;
  const seconds = Math.round((performance.now() - began) / 1000);
  // The last look may fall into the shutdown.
  const looks = told.trim().split(' ').map(Number).slice(0, -1);
  const tenth = (index) => looks.slice((index * looks.length) / 10, ((index + 1) * looks.length) / 10);
  const inUse = looks.length < 20 ? {} : { inUseMb: Array.from({ length: 10 }, (_, index) => leastMb(tenth(index))) };
  const figures = { tasks: count, status, once, peakMb: Math.round(peakKb / 1024), ...inUse, seconds };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  for (const each of workers) each.kill('SIGKILL');
  server.closeAllConnections();
  server.close();
}
await redis.stop();
rmSync(scratch, { recursive: true, force: true });
