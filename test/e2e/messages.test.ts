import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exampleFiles } from '../support/e2e/repository.js';
import { runCli } from '../support/run-cli.js';

/*
 * What the built command says of its surroundings, and that no name which it repeats acts on a terminal.
 */

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'messages-e2e-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const evil = 'evil\u001b[31m\u009b2J\nsecond line\u202e.png';
const shown = 'evil\\x1b[31m\\x9b2J\\x0asecond line\\u202e';
const active = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;
const closed = { LABEL_STUDIO_URL: 'http://127.0.0.1:1', LABEL_STUDIO_API_KEY: '0'.repeat(40) };

describe('a hostile argument is shown escaped, on one line, by every command', () => {
  test.each([
    ['an unknown command', [evil]],
    ['serve', ['serve', '--port', evil]],
    ['serve, host', ['serve', '--host', evil]],
    ['segment', ['segment', evil, '--out', 'x']],
    ['segment, model', ['segment', exampleFiles()[0] ?? '', '--out', 'x', '--model', evil]],
    ['segment, profile', ['segment', exampleFiles()[0] ?? '', '--out', 'x', '--profile', evil]],
    ['segment, frame', ['segment', exampleFiles()[0] ?? '', '--out', 'x', '--frame', evil]],
    ['prelabel', ['prelabel', '--project', evil]],
    ['prelabel, address', ['prelabel', '--project', '1', '--url', evil]],
    ['watch', ['watch', evil, '--out', 'x']],
    ['dataset', ['dataset', '--export', evil, '--out', 'x']],
    ['models pull', ['models', 'pull', evil]],
    ['models verify', ['models', 'verify', evil]],
    ['models add', ['models', 'add', evil]],
    ['models add, id', ['models', 'add', evil, '--id', evil]],
    ['evaluate', ['evaluate', '--export', evil, '--out', 'x']],
    ['train', ['train', '--export', evil]],
    ['profiles list', ['profiles', 'list', '--project', evil]],
    ['profiles rollback', ['profiles', 'rollback', '--project', evil, '--to', evil]],
    ['worker', ['worker', '--alive-file', evil]],
    ['doctor', ['doctor', '--url', evil]],
  ])(
    '%s',
    async (_, args) => {
      const run = await runCli(args, { ...closed, DATA_DIR: folder, CWD: folder });
      const lines = `${run.stderr}${run.stdout}`.trimEnd().split('\n');
      expect(lines.filter((line) => active.test(line))).toEqual([]);
      expect(lines.filter((line) => line.startsWith('second line'))).toEqual([]);
    },
    120_000,
  );

  test('a file of such a name is named, and not by what it does', async () => {
    const frames = path.join(folder, 'frames');
    await mkdir(frames);
    await writeFile(path.join(frames, evil), 'no image');
    await writeFile(path.join(frames, `${evil}.txt`), 'no image');
    for (const command of ['segment', 'watch']) {
      const once = command === 'watch' ? ['--once'] : [];
      const { status, stderr } = await runCli([command, frames, '--out', path.join(folder, 'out'), ...once]);
      const lines = stderr.trimEnd().split('\n');
      expect([command, status, lines.filter((line) => active.test(line))]).toEqual([command, 2, []]);
      expect(lines).toContainEqual(
        expect.stringMatching(/^failed: .*evil\\x1b\[31m\\x9b2J\\x0asecond line\\u202e\.png: /),
      );
      expect(lines).toContainEqual(expect.stringContaining(`${shown}.png.txt (.txt is no format that is read)`));
      expect(lines.at(-1)).toBe('0 done, 1 failed, 1 passed over');
    }
  }, 240_000);
});

test('a data folder of an earlier version is used, and said, until DATA_DIR names another', async () => {
  const own = path.join(folder, 'earlier');
  await mkdir(path.join(own, 'data', 'profiles'), { recursive: true });
  const list = ['profiles', 'list', '--project', '1'];
  const { stderr } = await runCli(list, { CWD: own, DATA_DIR: '' });
  expect(stderr).toContain(`sam-i-am: using the data in ${path.join(own, 'data')}, as before; move it to `);
  expect(stderr).toMatch(/, or set DATA_DIR, to use the same data from every folder\n/);
  const named = await runCli(list, { CWD: own, DATA_DIR: folder });
  expect(named.stderr).toBe('project 1 has no profile; make one: sam-i-am train\n');
  // A folder of that name that is somebody else's is left alone.
  await mkdir(path.join(folder, 'other', 'data', 'frames'), { recursive: true });
  const foreign = await runCli(list, { CWD: path.join(folder, 'other'), DATA_DIR: '' });
  expect(foreign.stderr).not.toContain('as before');
}, 60_000);

test('on a Mac with an Intel processor the runtime has no library: that is said, with the way out', async () => {
  const mac = fileURLToPath(new URL('../support/intel-mac.cjs', import.meta.url));
  const [example = ''] = exampleFiles();
  const run = await runCli(['segment', example, '--out', path.join(folder, 'mac')], {
    NODE_OPTIONS: `--require ${mac}`,
  });
  expect([run.status, run.stdout]).toEqual([1, '']);
  expect(run.stderr).toBe(
    'sam-i-am: the runtime of the models, ONNX Runtime, has no library for Macs with an Intel processor. ' +
      'Run sam-i-am in Docker, or on Linux, Windows or a Mac with an Apple processor.\n',
  );
}, 120_000);
