/**
 * Whether the memory of `sam-i-am prelabel` stays the same however many tasks there are:
 *   npm run bench -- prelabel-memory [--tasks 1000,50000] [--processes 2] [--live]
 * The command is the real one; Label Studio is a stand-in that makes up tasks and remembers what was posted, and workers over a real Redis
 * answer at once with one region of 20 kB. Prints the command's peak memory as one JSON object per line; --live collects garbage every
 * second and prints what was in use after that, in megabytes, for each tenth of the run: a peak also holds garbage that
 * there was no need to collect.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addedModelsFolder, modelsFolder } from '#built/painting/models/load-models';
import { modelVersionOf } from '#built/painting/models/model-version';
import { startRedisServer } from './redis-server.js';
import { built, labelConfigOf, mainFile, number, print, rounded } from './support.js';

const { values } = parseArgs({
  options: { tasks: number('1000,50000'), processes: number(2), live: { type: 'boolean', default: false } },
});
const scratch = mkdtempSync(path.join(tmpdir(), 'bench-memory-'));
const redis = await startRedisServer(path.join(scratch, 'redis'));
const modelVersion = await modelVersionOf(modelsFolder, addedModelsFolder(scratch), 'sam-i-am-small');
const labelConfig = labelConfigOf(['A']);

/** What the command asks Label Studio for a list of tasks. */
interface Query {
  readonly filters: { readonly items: readonly { readonly filter: string; readonly value: number }[] };
  readonly selectedItems?: { readonly included: readonly number[] };
}

/** As much of Label Studio as the command asks for. */
function standIn(count: number): { readonly predicted: Map<number, number>; readonly server: Server } {
  const predicted = new Map<number, number>();
  const row = (id: number) => ({
    id,
    data: { image: `data:image/png;base64,${Buffer.from(`image ${id} of ${count}`).toString('base64')}` },
    total_predictions: predicted.get(id) ?? 0,
    predictions_score: 0.5,
    predictions_model_versions: predicted.has(id) ? modelVersion : '',
  });
  const list = (search: URLSearchParams) => {
    const { filters, selectedItems } = JSON.parse(search.get('query') ?? '{}') as Query;
    const size = Number(search.get('page_size'));
    const after = filters.items.find(({ filter }) => filter.endsWith(':id'))?.value ?? 0;
    if (selectedItems !== undefined) {
      const found = selectedItems.included.filter((id) => predicted.has(id));
      return { total: found.length, tasks: found.map(row) };
    }
    const length = Math.max(0, Math.min(size, count - after));
    return { total: count - after, tasks: Array.from({ length }, (_, index) => row(after + 1 + index)) };
  };
  const take = (body: string) => {
    const posted = JSON.parse(body) as readonly { readonly task: number }[];
    for (const { task } of posted) predicted.set(task, (predicted.get(task) ?? 0) + 1);
    return { created: posted.length };
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isPost = url.pathname.endsWith('/import/predictions');
      const answer =
        url.pathname === '/api/tasks'
          ? list(url.searchParams)
          : isPost
            ? take(Buffer.concat(chunks).toString())
            : { title: 'stand-in', label_config: labelConfig };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  return { predicted, server };
}

/** What is in use: images that are just under way come on top of it in some looks. */
const leastMb = (looks: readonly number[]) => rounded(Math.min(...looks), 1);

/** The most memory that a process has had, in kilobytes; undefined once it has ended. */
function peakKbOf(pid: number | undefined): number | undefined {
  try {
    const said = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1];
    return said === undefined ? undefined : Number(said);
  } catch {
    return undefined;
  }
}

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
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const worker = [built('stand-in-worker.js'), redis.url, modelVersion, '0', '16', '15000', '20000'];
  const workers = Array.from({ length: Number(values.processes) }, () =>
    spawn(process.execPath, worker, { stdio: 'inherit' }),
  );
  const env = {
    PATH: process.env['PATH'],
    DATA_DIR: path.join(scratch, `data-${count}`),
    REDIS_URL: redis.url,
    LABEL_STUDIO_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    LABEL_STUDIO_API_KEY: 'a'.repeat(40),
  };
  const began = performance.now();
  const args = [...(values.live ? live : []), mainFile, 'prelabel', '--project', '1'];
  const command = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  let told = '';
  command.stdio[3]?.on('data', (text) => (told += String(text)));
  let peakKb = 0;
  while (command.exitCode === null && command.signalCode === null) {
    peakKb = peakKbOf(command.pid) ?? peakKb;
    await sleep(200);
  }
  const onceOnly = [...predicted.values()].filter((times) => times === 1).length;
  const seconds = Math.round((performance.now() - began) / 1000);
  // The last look may fall into the shutdown.
  const looks = told.trim().split(' ').map(Number).slice(0, -1);
  const tenth = (index: number) => looks.slice((index * looks.length) / 10, ((index + 1) * looks.length) / 10);
  const inUseMb = looks.length < 20 ? undefined : Array.from({ length: 10 }, (_, index) => leastMb(tenth(index)));
  const peakMb = Math.round(peakKb / 1024);
  print({ tasks: count, status: command.exitCode, once: onceOnly, peakMb, inUseMb, seconds });
  for (const each of workers) each.kill('SIGKILL');
  server.closeAllConnections();
  server.close();
}
await redis.stop();
rmSync(scratch, { recursive: true, force: true });
