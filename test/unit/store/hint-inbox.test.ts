import { appendFile, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openHintInbox } from '../../../src/store/hint-inbox.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hints-'));
});
afterEach(() => rm(folder, { recursive: true }));

const hint = (project: string) => ({ project, action: 'ANNOTATION_CREATED' });
const projectsAfterRestart = async (): Promise<string[]> => {
  const inbox = await openHintInbox(folder);
  const projects = [...inbox.waiting().keys()];
  await inbox.close();
  return projects;
};

describe('a hint', () => {
  test('is on the disk when it is acknowledged, whatever happens to the process', async () => {
    const inbox = await openHintInbox(folder);
    await inbox.note(hint('1'));
    // The process ends here, without closing anything.
    expect(await projectsAfterRestart()).toEqual(['1']);
    await inbox.close();
  });

  test('waits until its project was looked at', async () => {
    const inbox = await openHintInbox(folder);
    await inbox.note(hint('1'));
    await inbox.note(hint('2'));
    await inbox.settle('1', inbox.waiting().get('1') ?? 0);
    expect([...inbox.waiting().keys()]).toEqual(['2']);
    await inbox.close();
    expect(await projectsAfterRestart()).toEqual(['2']);
  });

  test('that comes while its project is looked at is not taken for done', async () => {
    const inbox = await openHintInbox(folder);
    await inbox.note(hint('1'));
    const upTo = inbox.waiting().get('1') ?? 0;
    await inbox.note(hint('1'));
    await inbox.settle('1', upTo);
    expect(inbox.waiting().has('1')).toBe(true);
    await inbox.close();
    expect(await projectsAfterRestart()).toEqual(['1']);
  });

  test('many at once: all are kept, in few writes', async () => {
    const inbox = await openHintInbox(folder);
    await Promise.all(Array.from({ length: 200 }, (_, index) => inbox.note(hint(String(index % 50)))));
    const lines = (await readFile(join(folder, 'webhooks.jsonl'), 'utf8')).split('\n').filter((line) => line !== '');
    expect(lines.length).toBe(200);
    expect(inbox.waiting().size).toBe(50);
    await inbox.close();
    expect((await projectsAfterRestart()).length).toBe(50);
  });
});

test('a line that was cut off by a crash costs only itself', async () => {
  const inbox = await openHintInbox(folder);
  await inbox.note(hint('1'));
  await inbox.close();
  await appendFile(join(folder, 'webhooks.jsonl'), '{"n":2,"proj');
  expect(await projectsAfterRestart()).toEqual(['1']);
  const again = await openHintInbox(folder);
  await again.note(hint('3'));
  await again.close();
  expect(await projectsAfterRestart()).toEqual(['1', '3']);
});

describe('two servers on one folder', () => {
  test('lose nothing that one of them has acknowledged, whoever starts or ends meanwhile', async () => {
    const first = await openHintInbox(folder);
    await first.note(hint('1'));
    const second = await openHintInbox(folder);
    await Promise.all([first.note(hint('2')), second.note(hint('3')), first.note(hint('4')), second.note(hint('5'))]);
    await second.settle('3', second.waiting().get('3') ?? 0);
    const third = await openHintInbox(folder);
    await first.note(hint('6'));
    expect((await projectsAfterRestart()).sort()).toEqual(['1', '2', '4', '5', '6']);
    for (const inbox of [first, second, third]) await inbox.close();
  });

  test('a look of one settles what the other had noted before it, and nothing after', async () => {
    const [first, second] = [await openHintInbox(folder), await openHintInbox(folder)];
    await first.note(hint('1'));
    await second.note(hint('1'));
    await second.settle('1', second.waiting().get('1') ?? 0);
    expect(await projectsAfterRestart()).toEqual([]);
    await first.note(hint('1'));
    expect(await projectsAfterRestart()).toEqual(['1']);
  });
});

test('a line whose bits were flipped is counted, and left out', async () => {
  const inbox = await openHintInbox(folder);
  await inbox.note(hint('1'));
  await inbox.note(hint('2'));
  const file = join(folder, 'webhooks.jsonl');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"project":"2"', '"project":"3"'));
  const again = await openHintInbox(folder);
  expect([[...again.waiting().keys()], again.damaged]).toEqual([['1'], 1]);
});

test('a full disk refuses the hint, and half of its line costs no other', async () => {
  const inbox = await openHintInbox(folder);
  await inbox.note(hint('1'));
  const file = join(folder, 'webhooks.jsonl');
  const before = await readFile(file, 'utf8');
  await rename(file, join(folder, 'aside'));
  await symlink('/dev/full', file);
  await expect(inbox.note(hint('2'))).rejects.toMatchObject({ code: 'disk.unwritable' });
  await rm(file);
  await writeFile(file, `${before}\n{"n":3,"at":"2026-`);
  await inbox.note(hint('3'));
  expect(await projectsAfterRestart()).toEqual(['1', '3']);
});
