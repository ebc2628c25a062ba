import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { FrameReports } from '../../../src/cli/frame-reports.js';
import { SamIAmError } from '../../../src/core/errors.js';

const frame = (name: string) => ({ path: `/f/${name}`, name, modifiedMs: Date.now(), size: 1 });
const fault = (code: 'image.unreadable' | 'disk.unwritable') => new SamIAmError(code, 'is bad', { hint: 'Mend it.' });

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  const take = (text: unknown): boolean => said.push(String(text).trimEnd()) > 0;
  jest.spyOn(process.stderr, 'write').mockImplementation(take);
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterEach(() => {
  jest.restoreAllMocks();
});

test('each file that is passed over is named with its reason and counted in the last line', () => {
  const report = new FrameReports(false);
  report.done(frame('a.png'), '/out/a.roi.json');
  report.before();
  report.fail(frame('b.png'), fault('disk.unwritable'));
  report.giveUp(frame('c.png'));
  report.passOver('/f/notes.txt', '.txt is no format that is read');
  report.sum(false);
  expect(said.slice(1)).toEqual([
    'failed: /f/b.png: is bad. Mend it.',
    'given up: /f/c.png: newer frames came faster than they could be done (--most-waiting)',
    'passed over: /f/notes.txt (.txt is no format that is read)',
    '1 done, 1 failed, 1 passed over, 1 done before, 1 given up',
  ]);
  expect(report.status).toBe(1);
});

test('results of this run are not passed over, wherever they lie', () => {
  const report = new FrameReports(false);
  expect(report.isTaken('./a.roi.json', 'a.png')).toBe(false);
  expect(report.isTaken('a.roi.json', 'a.tif')).toBe(true);
  report.passOver('a.roi.json', 'a result of sam-i-am');
  report.sum(false);
  expect(said.at(-1)).toBe('0 done, 0 failed, 0 passed over');
});

test.each([
  ['nothing at all', () => undefined, 2],
  ['only what is no micrograph', (report: FrameReports) => report.passOver('/f/x', 'no ending'), 2],
  ['only what cannot be read', (report: FrameReports) => report.fail(frame('a.png'), fault('image.unreadable')), 2],
  ['a fault of the disk', (report: FrameReports) => report.fail(frame('a.png'), fault('disk.unwritable')), 1],
  ['what was done before', (report: FrameReports) => report.before(), 0],
  ['what was given up', (report: FrameReports) => report.giveUp(frame('a.png')), 0],
] as const)('a folder that holds %s ends with its exit status', (_, fill, status) => {
  const report = new FrameReports(true);
  fill(report);
  report.sum(false);
  expect([report.status, said.some((line) => line.startsWith('nothing there is a micrograph'))]).toEqual([
    status,
    status === 2,
  ]);
});
