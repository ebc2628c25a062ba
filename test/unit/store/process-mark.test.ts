import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { isRunning, ownMark, processMark } from '../../../src/store/process-mark.js';

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

test('this process runs, and a later one of its number is another', async () => {
  const own = await ownMark();
  expect(processMark.parse(JSON.parse(JSON.stringify(own)))).toEqual(own);
  expect(await isRunning(own)).toBe(true);
  expect(await isRunning({ ...own, began: `${own.began ?? ''}1` })).toBe(own.began === null);
});

test('where the system does not tell when a process began, its number counts', async () => {
  expect(await isRunning({ pid: process.pid, began: null })).toBe(true);
  // Beyond the largest number that Linux gives.
  expect(await isRunning({ pid: 2 ** 22 + 1, began: null })).toBe(false);
});

test('a process that was killed runs no more', async () => {
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const pid = child.pid ?? 0;
  expect(await isRunning({ pid, began: null })).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isRunning({ pid, began: null })).toBe(false);
});
