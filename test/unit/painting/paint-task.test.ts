import { describe, expect, test } from '@jest/globals';
import { SamIAmError } from '../../../src/core/errors.js';
import { failure, success } from '../../../src/core/result.js';
import { findPaintTargets, parseLabelConfig } from '../../../src/label-studio/label-config.js';
import { materialsOf, paintTask, type TaskPainting } from '../../../src/painting/paint-task.js';
import { scriptedService } from '../../support/scripted-service.js';
import { labelConfigWith } from '../../support/test-backend.js';

const configOf = (config: string) => parseLabelConfig(config);
const twoImages = `<View>
  <Image name="a" value="$before"/><BrushLabels name="la" toName="a"><Label value="A"/><Label value="B"/></BrushLabels>
  <Image name="b" value="$after"/><BrushLabels name="lb" toName="b"><Label value="C"/></BrushLabels>
</View>`;

function painting(changes: Partial<TaskPainting> = {}) {
  const service = scriptedService();
  const fetched: string[] = [];
  const deps: TaskPainting = {
    service,
    labelStudio: { url: undefined, token: undefined },
    materials: undefined,
    fetchTaskImage: (address) => {
      fetched.push(address);
      return Promise.resolve(success({ name: address, bytes: Buffer.from(address) }));
    },
    ...changes,
  };
  return { deps, service, fetched };
}

describe('a task', () => {
  test('of one image is painted with the labels of its config, as many materials as there are labels', async () => {
    const { deps, service } = painting();
    const { regions } = await paintTask({ id: 7, data: { image: 'a.png' } }, configOf(labelConfigWith('A', 'B')), deps);
    expect(regions.map(({ value }) => value.brushlabels)).toEqual([['A'], ['B']]);
    expect(service.calls).toMatchObject([{ kind: 'paint', name: 'a.png', materials: { atMost: 2 } }]);
  });

  test('of several images has each painted with its own labels, in their order', async () => {
    const { deps, fetched } = painting();
    const task = { id: 7, data: { before: 'one.png', after: 'two.png' } };
    const { regions } = await paintTask(task, configOf(twoImages), deps);
    expect(fetched).toEqual(['one.png', 'two.png']);
    expect(regions.map(({ to_name: to, value }) => [to, value.brushlabels])).toEqual([
      ['a', ['A']],
      ['a', ['B']],
      ['b', ['C']],
    ]);
  });

  test.each([undefined, null, ''])('may lack some of them: %p', async (missing) => {
    const { deps, fetched } = painting();
    await paintTask({ id: 7, data: { before: missing, after: 'two.png' } }, configOf(twoImages), deps);
    expect(fetched).toEqual(['two.png']);
  });

  test('but not all: that is an error, and nothing is painted', async () => {
    const { deps, service } = painting();
    await expect(paintTask({ id: 7, data: {} }, configOf(twoImages), deps)).rejects.toMatchObject({
      code: 'image.missing',
    });
    expect(service.calls).toEqual([]);
  });

  test('whose image cannot be had, or not be painted, throws the reason', async () => {
    const gone = new SamIAmError('image.not_found', 'it is gone', { hint: 'Upload it again.' });
    const { deps } = painting({ fetchTaskImage: () => Promise.resolve(failure(gone)) });
    const config = configOf(labelConfigWith('A'));
    await expect(paintTask({ id: 7, data: { image: 'a.png' } }, config, deps)).rejects.toBe(gone);
    await expect(paintTask({ id: 7, data: { image: 'bad.png' } }, config, painting().deps)).rejects.toMatchObject({
      code: 'image.unreadable',
    });
  });
});

test('what the user said of materials goes before what the labels say', () => {
  const [target] = findPaintTargets(configOf(labelConfigWith('A', 'B', 'C')));
  expect([materialsOf(target, undefined), materialsOf(target, 2), materialsOf(target, 'auto')]).toEqual([
    { atMost: 3 },
    2,
    'auto',
  ]);
});
