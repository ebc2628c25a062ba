import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { root } from './repository-root.js';

/** A real Redis on a free port of this machine, for tests and measurements. */
export interface RedisServer {
  readonly url: string;
  pid(): number;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it as the signal says, and starts it again after a while. */
  restart(signal?: NodeJS.Signals, awayMs?: number): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.on('data', (text) => {
      resolve(text.toString().includes('PONG'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
}

/** Starts one whose append-only file lies in `folder`; installs Redis first if need be. Throws if it does not answer within 15 s. */
export async function startRedisServer(folder: string): Promise<RedisServer> {
  const { stdout } = await promisify(execFile)(path.join(root, 'scripts/find-redis.sh'), { timeout: 10 * 60_000 });
  const program = stdout.trim();
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', ''];
  const start = async (): Promise<ChildProcess> => {
    const started = spawn(program, options, { stdio: 'ignore' });
    for (let patience = 300; !(await answers(port)); patience--) {
      if (patience === 0 || started.exitCode !== null) throw new Error(`${program} does not answer on port ${port}`);
      await sleep(50);
    }
    return started;
  };
  let child = await start();
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const restart = async (signal?: NodeJS.Signals, awayMs = 500) => {
    await stop(signal);
    await sleep(awayMs);
    child = await start();
  };
  return { url: `redis://127.0.0.1:${port}`, pid: () => child.pid ?? 0, stop, restart };
}
