// A real Redis on a free port of this machine, with its append-only file in a folder; for tests and for the kill scripts.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.on('data', (text) => {
      resolve(String(text).includes('PONG'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
}

/** Starts it, installing it first if need be; `restart` stops it as `signal` says and starts it again after `awayMs`. */
export async function startRedisServer(folder) {
  const script = fileURLToPath(new URL('find-redis.sh', import.meta.url));
  const { stdout } = await promisify(execFile)(script, { timeout: 10 * 60_000 });
  const program = stdout.trim();
  const port = await freePort();
  mkdirSync(path.join(folder), { recursive: true });
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', ''];
  let child;
  const start = async () => {
    child = spawn(program, options, { stdio: 'ignore' });
    for (let patience = 300; !(await answers(port)); patience--) {
      if (patience === 0 || child.exitCode !== null) throw new Error(`${program} does not answer on port ${port}`);
      await sleep(50);
    }
  };
  const stop = async (signal = 'SIGTERM') => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  const restart = async (signal, awayMs = 500) => {
    await stop(signal);
    await sleep(awayMs);
    await start();
  };
  await start();
  return { url: `redis://127.0.0.1:${port}`, pid: () => child.pid, stop, restart };
}
