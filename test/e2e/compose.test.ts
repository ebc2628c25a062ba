import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { repository } from '../support/e2e/repository.js';

interface Service {
  readonly user?: string;
  readonly read_only?: boolean;
  readonly mem_limit?: string | number;
  readonly healthcheck?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: string | readonly string[];
}

/*
 * docker-compose.yml as Compose itself understands it; no engine runs here.
 */

test('Compose accepts the file; what is ours runs without root, read-only and with bounds', async () => {
  const script = path.join(repository, 'scripts/check-compose.sh');
  const { stdout } = await promisify(execFile)(script, { timeout: 600_000, maxBuffer: 2 ** 24 });
  const { services } = parse(stdout) as { services: Readonly<Record<string, Service>> };
  expect(Object.keys(services).sort()).toEqual(['backend', 'label-studio', 'redis', 'worker']);
  for (const name of ['backend', 'redis', 'worker']) {
    const { user, read_only } = services[name] ?? {};
    expect([name, read_only, user === undefined || user === 'root']).toEqual([name, true, false]);
  }
  for (const each of Object.values(services)) expect(each.mem_limit).toBeDefined();
  for (const name of ['redis', 'worker', 'label-studio']) expect(services[name]?.healthcheck).toBeDefined();
  expect(String(services['redis']?.command)).toContain('appendonly');
  for (const name of ['backend', 'worker']) {
    expect(services[name]?.environment).toMatchObject({ REDIS_URL: expect.any(String), ORT_DISABLE_TELEMETRY: '1' });
  }
}, 600_000);
