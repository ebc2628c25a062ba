import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { say } from '../../../src/cli/output.js';
import { createByteProgress, createProgress, createShareProgress } from '../../../src/cli/progress.js';
import { printableJson } from '../../../src/core/printable.js';

/** What a name may carry: any text, with what acts on terminals in it more often than by chance. */
const names = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('\u001b', '\u009b', '\n', '\r', '\u202e', '\u2028', '\b', '[31m', '{bar}', '\u007f'),
  ),
});
const active = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

/** Writes into a stream as on a terminal or elsewhere, and gives what came. */
function written(isTTY: boolean, write: (stream: NodeJS.WriteStream) => void): string {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 200,
    cursorTo: () => true,
    clearLine: () => true,
    clearScreenDown: () => true,
    moveCursor: () => true,
    getWindowSize: () => [200, 50],
  });
  write(stream as unknown as NodeJS.WriteStream);
  return String(stream.read() ?? '');
}

test('a message is one line, whatever a name in it carries', () => {
  fc.assert(
    fc.property(names, (name) => {
      const [line = '', ...rest] = written(false, (stream) => say(`failed: ${name}`, stream)).split('\n');
      expect([active.test(line), rest]).toEqual([false, ['']]);
    }),
  );
});

test('off a terminal, each kind of progress writes lines that do nothing', () => {
  fc.assert(
    fc.property(names, (name) => {
      const text = written(false, (stream) => {
        const images = createProgress(1, stream);
        images.advance(name);
        images.note(name);
        createByteProgress(name, 10, stream).update(10);
        const share = createShareProgress(name, stream);
        share.update(1, `at ${name}`);
        share.note(name);
      });
      const lines = text.split('\n');
      expect(lines).toHaveLength(6);
      expect(lines.filter((line) => active.test(line))).toEqual([]);
    }),
  );
});

test('on a terminal, a bar shows names escaped and does not take them for its own fields', () => {
  const name = 'evil\u001b[31m{bar}\nname';
  const text = written(true, (stream) => {
    const bytes = createByteProgress(name, 10, stream);
    bytes.update(10);
    bytes.done();
    const share = createShareProgress(name, stream);
    share.update(0.5, `at ${name}`);
    share.done();
  });
  expect(text).toContain('evil\\x1b[31m{bar}\\x0aname');
  expect(text).not.toContain('evil\u001b');
});

test('JSON stays what it says', () => {
  fc.assert(
    fc.property(names, (name) => {
      const line = printableJson(JSON.stringify({ [name]: name }));
      expect([JSON.parse(line), active.test(line)]).toEqual([{ [name]: name }, false]);
    }),
  );
});

test('nothing but the one writer writes', async () => {
  const src = fileURLToPath(new URL('../../../src', import.meta.url));
  const files = (await readdir(src, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
  expect(files.length).toBeGreaterThan(300);
  const direct = /process\.(stdout|stderr)|\[['"]std(out|err)['"]\]|node:process|console\.|writeSync\(\s*[12]\b/;
  const guilty: string[] = [];
  for (const name of files) {
    if (direct.test(await readFile(path.join(src, name), 'utf8'))) guilty.push(name.replaceAll('\\', '/'));
  }
  expect(guilty).toEqual(['cli/output.ts']);
});
