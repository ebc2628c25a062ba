import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * Jest's global setup: one real Label Studio for all end-to-end files, because a fresh one takes two minutes to start. Where
 * SAM_I_AM_LABEL_STUDIO holds the line that scripts/start-label-studio.sh printed, that server is used, and left running.
 */
export default async function startLabelStudio() {
  if (process.env.SAM_I_AM_LABEL_STUDIO !== undefined) return;
  const data = await mkdtemp(path.join(tmpdir(), 'sam-i-am-e2e-'));
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
  const script = path.join(import.meta.dirname, '../../../scripts/start-label-studio.sh');
  const { stdout } = await promisify(execFile)(script, ['--data', data, '--port', String(port)], {
    timeout: 20 * 60_000,
  });
  process.env.SAM_I_AM_LABEL_STUDIO = stdout.trim().split('\n').at(-1);
  process.env.SAM_I_AM_LABEL_STUDIO_DATA = data;
}
