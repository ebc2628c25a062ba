import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './e2e/repository.js';

/** A real Redis of scripts/redis-server.mjs. */
export interface RedisServer {
  readonly url: string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it as the signal says, and starts it again after a while. */
  restart(signal?: NodeJS.Signals, awayMs?: number): Promise<void>;
}

/** Starts one whose files lie in `folder`; installs Redis first if need be. */
export async function startRedisServer(folder: string): Promise<RedisServer> {
  const script = pathToFileURL(path.join(repository, 'scripts/redis-server.mjs')).href;
  const { startRedisServer: start } = (await import(script)) as {
    startRedisServer: (folder: string) => Promise<RedisServer>;
  };
  return start(folder);
}
