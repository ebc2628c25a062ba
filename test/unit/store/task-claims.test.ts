import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openTaskClaims } from '../../../src/store/task-claims.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'claims-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** No process has this number. */
const nobody = 2 ** 30;

/** When a process began, as Linux tells it. */
async function beginOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

const leave = (task: number, claim: object) =>
  writeFile(
    join(folder, `${task}.claim`),
    JSON.stringify({ host: hostname(), pid: nobody, run: 'r', at: Date.now(), posting: false, ...claim }),
  );

test('of many that ask for a task at once, one gets it; released, it can be claimed again', async () => {
  const claims = Array.from({ length: 20 }, () => openTaskClaims(folder));
  const got = await Promise.all(claims.map((each) => each.claim(7)));
  expect(got.filter((each) => each === 'mine')).toHaveLength(1);
  await claims[got.indexOf('mine')]?.release(7);
  expect(await claims[0]?.claim(7)).toBe('mine');
  expect(await readdir(folder)).toEqual(['7.claim']);
});

test('a claim of a process that is gone is taken over, by one only', async () => {
  await leave(7, {});
  const got = await Promise.all(Array.from({ length: 20 }, () => openTaskClaims(folder).claim(7)));
  expect(got.filter((each) => each === 'mine')).toHaveLength(1);
});

test('what a process sent just before it was killed is given time to arrive', async () => {
  await leave(7, { posting: true });
  await leave(8, { posting: true, at: Date.now() - 60_000 });
  const claims = openTaskClaims(folder);
  expect([await claims.claim(7), await claims.claim(8)]).toEqual(['elsewhere', 'mine']);
});

test('of other machines only the age of a claim is known', async () => {
  await leave(7, { host: 'another', pid: process.pid });
  await leave(8, { host: 'another', pid: process.pid, at: Date.now() - 3_600_000 });
  const claims = openTaskClaims(folder);
  expect([await claims.claim(7), await claims.claim(8)]).toEqual(['elsewhere', 'mine']);
});

test('a claim by an earlier process of our own number is taken over, ours marked as posting is not', async () => {
  await leave(7, { pid: process.pid });
  const claims = openTaskClaims(folder);
  expect(await claims.claim(7)).toBe('mine');
  await claims.markPosting(7);
  expect(await claims.claim(7)).toBe('elsewhere');
});

/** A process that lives, and is not this one. */
const other = process.ppid;

test('a claim of another process stands while that process runs, and not for a later one that was given its number', async () => {
  const began = await beginOf(other);
  await leave(7, { pid: other, began });
  await leave(8, { pid: other, began: '1' });
  const claims = openTaskClaims(folder);
  expect(await claims.claim(7)).toBe('elsewhere');
  expect(await claims.claim(8)).toBe(began === null ? 'elsewhere' : 'mine');
});

test('a damaged claim does not keep its task for ever, and goes to one only', async () => {
  await writeFile(join(folder, '7.claim'), '');
  await writeFile(join(folder, '8.claim'), '{"host":');
  const got = await Promise.all(Array.from({ length: 20 }, () => openTaskClaims(folder).claim(7)));
  expect(got.filter((each) => each === 'mine')).toHaveLength(1);
  expect(await openTaskClaims(folder).claim(8)).toBe('mine');
});

test('a folder that cannot be made is an error that names the cure', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(openTaskClaims(join(folder, 'file', 'below')).claim(1)).rejects.toMatchObject({
    code: 'disk.unwritable',
    hint: expect.stringContaining('DATA_DIR'),
  });
});

test('a claim of a clock that ran ahead locks its task for nobody', async () => {
  const day = 86_400_000;
  await leave(1, { at: Date.now() + day });
  await leave(2, { at: Date.now() + day, posting: true });
  await leave(3, { at: Date.now() + day, host: 'elsewhere', posting: true });
  await leave(4, { at: Date.now() + day, pid: process.ppid, began: await beginOf(process.ppid) });
  const claims = openTaskClaims(folder);
  expect(await Promise.all([1, 2, 3, 4].map((task) => claims.claim(task)))).toEqual([
    'mine',
    'mine',
    'mine',
    'elsewhere',
  ]);
});
