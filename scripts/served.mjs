// What scripts share that measure the built server: it, on a free port.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Starts `sam-i-am serve` with the environment given; resolves when its log, which grows in `log`, says what `until` looks for. */
export async function startServed(env, until = /listening on http/) {
  const child = spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), 'serve', '--port', '0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const started = { child, log: '', url: '' };
  child.stderr.on('data', (text) => (started.log += text));
  child.on('exit', () => (started.ended = true));
  while (!until.test(started.log)) {
    if (started.ended) throw new Error(`the server ended: ${started.log}`);
    await sleep(20);
  }
  started.url = /listening on (http:\/\/[^\s"]+)/.exec(started.log)[1].replace(/\/$/, '');
  return started;
}

/** Ends the server, and waits until it has: then nothing writes into its folders any more. */
export async function endServed(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** What the log says once predictions are to be had. */
export const modelsLoaded = /the models are loaded/;
