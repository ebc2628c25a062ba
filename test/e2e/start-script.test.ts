import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { freePort, repository } from '../support/e2e/repository.js';

/*
 * What the start script of Label Studio says while it takes its minutes. Installer and server are stand-ins here that take seconds: every
 * other test of this folder runs on the real ones, which the same script installs and starts.
 */

let cache = '';
beforeEach(async () => void (cache = await mkdtemp(path.join(tmpdir(), 'start-script-'))));
afterEach(() => rm(cache, { recursive: true, force: true }));

async function program(file: string, text: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/usr/bin/env bash\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runScript(name: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Run> {
  const env = { ...process.env, SAM_I_AM_CACHE: cache, SAM_I_AM_PROGRESS_SECONDS: '0', ...environment };
  const child = spawn(path.join(repository, 'scripts', name), args, { env });
  const run = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (run.stdout += String(text)));
  child.stderr.on('data', (text) => (run.stderr += String(text)));
  return new Promise((resolve) => child.on('exit', (status) => resolve({ status, ...run })));
}

/** A Python whose new environments have an installer that does `pip`. */
const pythonWith = (pip: string) =>
  program(
    path.join(cache, 'python'),
    `[ "$1" = -m ] || exit 0
     mkdir -p "$3/bin" "$3/lib/python3/site-packages"
     cat >"$3/bin/pip" <<'PIP'
#!/usr/bin/env bash
site="$(dirname "$0")/../lib/python3/site-packages"
${pip}
PIP
     chmod +x "$3/bin/pip"`,
  );

test('the installation says how many packages were fetched and installed', async () => {
  const python = await pythonWith(`
    for each in 1 2 3; do echo "Collecting package-$each"; done; sleep 2.5
    echo 'Installing collected packages: all'; mkdir "$site/a.dist-info" "$site/b.dist-info"; sleep 2.5`);
  const { status, stdout, stderr } = await runScript('install-label-studio.sh', [], { PYTHON: python });
  expect([status, stdout]).toEqual([0, expect.stringMatching(/bin\/label-studio\n$/)]);
  expect(stderr).toMatch(/: 3 of about 1\d\d packages fetched, \d+ s\n/);
  expect(stderr).toMatch(/: 2 of about 1\d\d packages installed, \d+ s\n/);
  // Off a terminal there is nothing to write over.
  expect(stderr).not.toMatch(/[\r\u001b]/);
  const again = await runScript('install-label-studio.sh', [], { PYTHON: python });
  expect([again.status, again.stderr]).toEqual([0, '']);
}, 120_000);

test('an installation that fails says why, and the next one begins anew', async () => {
  const python = await pythonWith('echo "ERROR: No matching distribution found"; exit 1');
  const run = await runScript('install-label-studio.sh', [], { PYTHON: python });
  expect([run.status, run.stdout]).toEqual([4, '']);
  expect(run.stderr).toMatch(/installing Label Studio failed: see .*\n.*No matching distribution found\n$/);
  expect((await runScript('install-label-studio.sh', [], { PYTHON: await pythonWith('exit 0') })).status).toBe(0);
}, 120_000);

test('a start says how many steps of the database are done', async () => {
  const home = path.join(cache, 'label-studio-1.23.2');
  const server = `
import http.server, os, sqlite3, sys, time
database = sqlite3.connect(os.path.join(os.environ["LABEL_STUDIO_BASE_DATA_DIR"], "label_studio.sqlite3"))
database.execute("create table django_migrations (id integer)")
database.executemany("insert into django_migrations values (?)", [(step,) for step in range(42)])
database.commit()
time.sleep(4)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()`;
  await program(path.join(home, 'bin/python'), 'exec python3 "$@"');
  await writeFile(path.join(home, 'server.py'), server);
  await program(path.join(home, 'bin/label-studio'), `exec python3 "${home}/server.py" "\${@: -3:1}"`);
  await writeFile(path.join(home, '.complete'), '');
  const data = path.join(cache, 'data');
  const { status, stdout, stderr } = await runScript(
    'start-label-studio.sh',
    ['--data', data, '--port', String(await freePort())],
    {},
  );
  process.kill(Number(await readFile(path.join(data, 'label-studio.pid'), 'utf8')));
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^pid=\d+ url=http/)]);
  expect(stderr).toMatch(/^starting Label Studio: 42 steps of its database done, \d+ s$/m);
}, 120_000);
