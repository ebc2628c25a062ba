import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mainFile, until } from './repository.js';

/** `sam-i-am serve` in a process of its own. */
export interface BackendProcess {
  readonly url: string;
  /** Where it keeps copies of its predictions. */
  readonly dataFolder: string;
  /** What it wrote to standard error so far. */
  log(): string;
  /** Asks it to stop and gives its exit status. A data folder of its own goes with it. */
  stop(): Promise<number | null>;
}

/** Starts the backend on a free port and waits until its models are loaded. */
export async function startBackend(environment: Readonly<Record<string, string>> = {}): Promise<BackendProcess> {
  const dataFolder = environment['DATA_DIR'] ?? (await mkdtemp(path.join(tmpdir(), 'sam-i-am-backend-')));
  const child = spawn(process.execPath, [mainFile, 'serve', '--port', '0'], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataFolder, ...environment },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const log = () => Buffer.concat(chunks).toString();
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const status = await exited;
    if (environment['DATA_DIR'] === undefined) await rm(dataFolder, { recursive: true, force: true });
    return status;
  };
  const address = () => /listening on (http:\/\/[^\s"]+)/.exec(log())?.[1];
  const isReady = async () => {
    if (child.exitCode !== null) throw new Error(`the backend stopped:\n${log()}`);
    const url = address();
    return url !== undefined && (await fetch(`${url}/ready`, { headers: loginOf(environment) })).status === 200;
  };
  try {
    await until(isReady, 'the backend is ready');
  } catch (thrown) {
    child.kill('SIGKILL');
    throw thrown;
  }
  return { url: address() ?? '', dataFolder, log, stop };
}

function loginOf({ BASIC_AUTH_USER: user, BASIC_AUTH_PASS: password }: Readonly<Record<string, string>>) {
  if (user === undefined || password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
