import { spawn } from 'node:child_process';
import { mainFile, until } from './repository.js';

/** `sam-i-am serve` in a process of its own. */
export interface BackendProcess {
  readonly url: string;
  /** What it wrote to standard error so far. */
  log(): string;
  /** Asks it to stop and gives its exit status. */
  stop(): Promise<number | null>;
}

/** Starts the backend on a free port and waits until its models are loaded. */
export async function startBackend(environment: Readonly<Record<string, string>> = {}): Promise<BackendProcess> {
  const child = spawn(process.execPath, [mainFile, 'serve', '--port', '0'], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const log = () => Buffer.concat(chunks).toString();
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = () => {
    child.kill('SIGTERM');
    return exited;
  };
  const address = () => /listening on (http:\/\/[^\s"]+)/.exec(log())?.[1];
  const isReady = async () => {
    if (child.exitCode !== null) throw new Error(`the backend stopped:\n${log()}`);
    const url = address();
    return url !== undefined && (await fetch(`${url}/ready`)).status === 200;
  };
  try {
    await until(isReady, 'the backend is ready');
  } catch (thrown) {
    child.kill('SIGKILL');
    throw thrown;
  }
  return { url: address() ?? '', log, stop };
}
