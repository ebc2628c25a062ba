import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asSamIAmError, type SamIAmError } from '../../../src/core/errors.js';

const folder = await mkdtemp(join(tmpdir(), 'system-'));

async function errorOf(path: string | Buffer): Promise<SamIAmError> {
  try {
    await readFile(path);
  } catch (thrown) {
    return asSamIAmError(thrown);
  }
  throw new Error('it could be read');
}

describe('what the operating system says of a file is named as that', () => {
  test('a broken link, and one that leads to itself', async () => {
    await symlink('gone.png', join(folder, 'broken.png'));
    await symlink('circle.png', join(folder, 'circle.png'));
    expect(await errorOf(join(folder, 'broken.png'))).toMatchObject({
      code: 'file.unreadable',
      message: expect.stringMatching(/broken\.png is not there; if it is a link/),
    });
    expect((await errorOf(join(folder, 'circle.png'))).message).toContain('leads back to itself');
  });

  test('a folder called like a file', async () => {
    await mkdir(join(folder, 'folder.png'));
    expect((await errorOf(join(folder, 'folder.png'))).message).toBe('it is a folder, not a file');
  });

  test('a name that is no UTF-8, as it comes from a listing', async () => {
    const name = Buffer.from([0x72, 0xe9, 0x73]);
    await writeFile(Buffer.concat([Buffer.from(`${folder}/`), name]), 'x');
    const listed = execFileSync('ls', [folder])
      .toString()
      .split('\n')
      .find((each) => each.startsWith('r'));
    expect((await errorOf(join(folder, listed ?? ''))).message).toContain('a name that is not UTF-8');
  });

  test('a name that is too long, a path through a file', async () => {
    expect((await errorOf(join(folder, 'x'.repeat(300)))).message).toContain('longer name than the file system takes');
    await writeFile(join(folder, 'file'), 'x');
    expect((await errorOf(join(folder, 'file', 'a.png'))).message).toContain('a part of its path is a file');
  });

  test('no permission', async () => {
    const path = join(folder, 'secret.png');
    await writeFile(path, 'x');
    await chmod(path, 0o000);
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall: 'open', path });
    const error = process.getuid?.() === 0 ? asSamIAmError(denied) : await errorOf(path);
    expect(error).toMatchObject({ code: 'file.unreadable', message: `${path} may not be opened by this user` });
  });

  test('our own faults stay our own', () => {
    for (const thrown of [
      new Error('ENOENT'),
      new TypeError('x'),
      'ENOENT',
      Object.assign(new Error('x'), { code: 'E' }),
    ]) {
      expect(asSamIAmError(thrown)).toMatchObject({
        code: 'internal',
        hint: expect.stringContaining('fault of sam-i-am'),
      });
    }
  });
});
