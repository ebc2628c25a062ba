import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readLocalFile } from '../../../src/label-studio/local-files.js';

let folder: string;
let root: string;
const secret = 'not an image';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'local-files-'));
  root = path.join(folder, 'root');
  mkdirSync(path.join(root, 'deep'), { recursive: true });
  mkdirSync(path.join(folder, 'root-neighbour'));
  writeFileSync(path.join(folder, 'secret'), secret);
  writeFileSync(path.join(folder, 'root-neighbour', 'secret'), secret);
  writeFileSync(path.join(root, 'a.png'), 'pixels');
  writeFileSync(path.join(root, '..a.png'), 'pixels');
  symlinkSync(path.join(root, 'a.png'), path.join(root, 'deep', 'inside'));
  symlinkSync(path.join(folder, 'secret'), path.join(root, 'outside'));
  symlinkSync(folder, path.join(root, 'up'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = async (name: string, from = root) => Buffer.from(await readLocalFile(from, name, 1000)).toString();

test.each(['a.png', './a.png', 'deep/../a.png', 'deep/inside', '..a.png'])('%s is read', async (name) => {
  expect(await read(name)).toBe('pixels');
});

test.each(['../secret', 'deep/../../secret', 'outside', 'up/secret', '/etc/passwd', '../root-neighbour/secret'])(
  '%s leads out and is refused',
  async (name) => {
    await expect(read(name)).rejects.toMatchObject({ code: 'image.forbidden' });
  },
);

test.each(['', '.', 'deep', 'none.png', 'a.png\0', 'a.png/x', 'x'.repeat(5000)])('%j is no file', async (name) => {
  await expect(read(name)).rejects.toMatchObject({ code: expect.stringMatching(/^image\.(not_found|forbidden)$/) });
});

test('a named pipe is no file, and nobody waits for a writer', async () => {
  execFileSync('mkfifo', [path.join(root, 'pipe')]);
  await expect(read('pipe')).rejects.toMatchObject({ code: 'image.not_found' });
});

test('a file of more bytes than allowed is named', async () => {
  writeFileSync(path.join(root, 'large'), Buffer.alloc(1001));
  await expect(read('large')).rejects.toMatchObject({ code: 'image.too_large' });
});

test.each(['/', '/proc', '/proc/self', '/dev', '/sys'])('%s is no root for images', async (system) => {
  await expect(read('etc/hostname', system)).rejects.toMatchObject({ code: 'image.forbidden' });
});

describe('a link that is turned round while it is read', () => {
  test('never gives what lies outside', async () => {
    const [link, inside, outside] = ['turning', 'to-inside', 'to-outside'].map((name) => path.join(root, name));
    if (link === undefined || inside === undefined || outside === undefined) throw new Error('three names');
    linkSync(path.join(root, 'a.png'), link);
    let turns = 0;
    const isRead: string[] = [];
    for (let i = 0; i < 500; i++) {
      const reading = Promise.allSettled(Array.from({ length: 4 }, () => read('turning')));
      for (const target of [path.join(folder, 'secret'), path.join(root, 'a.png')]) {
        const next = turns++ % 2 === 0 ? outside : inside;
        symlinkSync(target, next);
        renameSync(next, link);
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const outcome of await reading) if (outcome.status === 'fulfilled') isRead.push(outcome.value);
    }
    expect(isRead.filter((text) => text.includes(secret))).toEqual([]);
    expect(isRead.length).toBeGreaterThan(100);
  });
});
