import { describe, expect, test } from '@jest/globals';
import { file, itemsOf, problemsOf } from '../../support/annotation-files.js';
import { drawMask } from '../../support/draw-mask.js';
import { annotation, brushRegion, task } from '../../support/label-studio-tasks.js';
import { labelConfigWith } from '../../support/test-backend.js';

const left = drawMask('##..', '##..');

describe("Label Studio's export", () => {
  test('is read task by task', async () => {
    const tasks = [1, 2].map((id) => task(id, [annotation(id, [brushRegion('a', 'STO', left)])], []));
    expect((await itemsOf(await file(tasks))).map(({ evaluated }) => evaluated?.id)).toEqual(['1', '2']);
  });

  test('is checked against a label config, if there is one', async () => {
    const path = await file([task(1, [annotation(1, [brushRegion('a', 'STO', left)])], [])]);
    expect(problemsOf(await itemsOf(path, undefined, labelConfigWith('Ge')))[0]).toContain('no label "STO"');
  });

  test.each([['[{"id": 1}'], ['nonsense'], ['']])('a damaged one, %j, is bad usage', async (text) => {
    await expect(file(text).then((path) => itemsOf(path))).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  const annotated = (id: number) => task(id, [annotation(id, [brushRegion('a', 'STO', left)])], []);

  test.each([
    ['one task without a list', JSON.stringify(annotated(1)), ['1']],
    ['a task per line', [1, 2].map((id) => JSON.stringify(annotated(id))).join('\n'), ['1', '2']],
    [
      'tasks that are spread over lines',
      [1, 2].map((id) => JSON.stringify(annotated(id), null, 1)).join('\n\n'),
      ['1', '2'],
    ],
    ['a byte order mark', `\uFEFF${JSON.stringify([annotated(1)])}`, ['1']],
  ])('%s is read', async (_what, text, ids) => {
    expect((await itemsOf(await file(text))).map(({ evaluated }) => evaluated?.id)).toEqual(ids);
  });

  test.each([
    ['a last task that is cut off', `${JSON.stringify(annotated(1))}\n{"id": 2, "data"`, 'ends before'],
    ['an object of another kind', '{"tasks": []}', 'neither a COCO file'],
    ['an object and a list', `${JSON.stringify(annotated(1))} []`, 'something else'],
  ])('%s is bad usage', async (_what, text, message) => {
    await expect(file(text).then((path) => itemsOf(path))).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining(message),
    });
  });

  test('forms without what is measured are named as what they are', async () => {
    const minimal = { image: '/a.png', id: 1, tag: [], annotator: 1, annotation_id: 10 };
    const old = { id: 2, data: { image: '/a.png' }, completions: [{ id: 1, result: [] }] };
    expect(problemsOf(await itemsOf(await file([minimal, old])))).toEqual([
      expect.stringContaining('JSON-MIN'),
      expect.stringContaining('before version 1.0'),
    ]);
  });

  test('does not go with a file of predictions', async () => {
    await expect(itemsOf(await file([]), 'x.json')).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});

test('what does not exist is bad usage', async () => {
  await expect(itemsOf('/no/such/thing')).rejects.toMatchObject({ code: 'usage.invalid' });
});
