import { describe, expect, test } from '@jest/globals';
import type { SourceItem } from '../../../src/annotations/evaluation-case.js';
import { readLabelStudioTask, type TaskReading } from '../../../src/annotations/read-label-studio-task.js';
import { evaluateCase } from '../../../src/evaluation/evaluate-case.js';
import { parseLabelConfig } from '../../../src/label-studio/label-config.js';
import { drawMask } from '../../support/draw-mask.js';
import { annotation, brushRegion, prediction, task } from '../../support/label-studio-tasks.js';
import { recordedAnnotations } from '../../support/recorded-annotations.js';
import { labelConfigWith } from '../../support/test-backend.js';

const reading: TaskReading = { config: undefined, difficultyField: 'difficulty', maxPixels: 1e6 };
const left = drawMask('##..', '##..');
const right = drawMask('..##', '..##');

const readAll = (raw: unknown, more: Partial<TaskReading> = {}) => readLabelStudioTask(raw, { ...reading, ...more });
const read = async (raw: unknown, more: Partial<TaskReading> = {}) => {
  const [item = { evaluated: null, problems: [] }, ...others] = await readAll(raw, more);
  if (others.length > 0) throw new Error('it has several images');
  return item;
};
const messages = async (raw: unknown, more: Partial<TaskReading> = {}) =>
  (await read(raw, more)).problems.map(({ message }) => message);

describe('recorded tasks', () => {
  test('an edited prediction: two regions edited, one drawn, compared with the prediction that the annotation names', async () => {
    const { evaluated } = await read(recordedAnnotations.task);
    if (evaluated === null) throw new Error('it is annotated');
    const { counts, traced, editedPx } = evaluateCase(evaluated, {}, new Map());
    expect(counts).toEqual({ accepted: 0, edited: 2, rejected: 0, drawn: 1 });
    expect(evaluated.annotations[0].prediction?.version).toBe('rec-v1');
    expect(evaluated.annotations[0].annotator).toBe('annotator@example.com');
    expect(traced.regions.every((region) => region.editedPx > 0)).toBe(true);
    expect(editedPx).toBeGreaterThan(0);
  });

  test('predictions for another size and without type are named, and cost only themselves', async () => {
    expect(await messages(recordedAnnotations.task)).toEqual([
      expect.stringContaining('prediction 36: region 1 is no brush mask'),
      expect.stringContaining('prediction 35 is 320 × 240 pixels, the accepted masks are 160 × 120'),
    ]);
  });

  test('a skip beside an annotation does not count', async () => {
    const [, withSkip] = recordedAnnotations['export-snapshot'];
    const { evaluated } = await read(withSkip);
    expect(evaluated?.annotations.map(({ id }) => id)).toEqual(['2']);
    expect(evaluated?.file).toMatch(/^em_/);
    if (evaluated === null) throw new Error('it is annotated');
    expect(evaluateCase(evaluated, {}, new Map()).counts).toEqual({ accepted: 2, edited: 0, rejected: 0, drawn: 1 });
  });

  test('an export with prediction ids only asks for the predictions', async () => {
    const [raw] = recordedAnnotations['export-json'];
    const asked: string[] = [];
    const { evaluated } = await read(raw, {
      findPredictions: (id) => {
        asked.push(id);
        return Promise.resolve(recordedAnnotations.predictions);
      },
    });
    expect(asked).toEqual(['3']);
    expect(evaluated?.annotations[0].prediction?.id).toBe('32');
  });

  test('without an answer, the record of each region still tells its origin', async () => {
    const [raw] = recordedAnnotations['export-json'];
    const { evaluated, problems } = await read(raw);
    if (evaluated === null) throw new Error('it is annotated');
    expect(evaluateCase(evaluated, {}, new Map()).counts).toEqual({ accepted: 0, edited: 2, rejected: 0, drawn: 1 });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('no prediction')]);
  });
});

describe('predictions that Label Studio lost', () => {
  const accepted = annotation(1, [brushRegion('old', 'STO', left, { origin: 'prediction' })]);
  const copy = prediction(9, [brushRegion('old', 'STO', left)], { model_version: 'lost' });
  const findPredictions = (asked: unknown[]) => (id: string, project?: string) => {
    asked.push([id, project]);
    return Promise.resolve([copy]);
  };

  test('are looked up where a later version took their place', async () => {
    const asked: unknown[] = [];
    const later = prediction(2, [brushRegion('new', 'STO', right)], { model_version: 'later' });
    const raw = { ...task(1, [accepted], [later]), project: 4 };
    const { evaluated } = await read(raw, { findPredictions: findPredictions(asked) });
    expect(asked).toEqual([['1', '4']]);
    expect(evaluated?.annotations[0].prediction?.version).toBe('lost');
    expect(evaluated?.versions.map(({ version }) => version)).toEqual(['lost', 'later']);
  });

  test('are not looked up where nothing is missing', async () => {
    const asked: unknown[] = [];
    await read(task(1, [accepted], [copy]), { findPredictions: findPredictions(asked) });
    expect(asked).toEqual([]);
  });
});

describe('tasks', () => {
  test('that nobody annotated, or that were only skipped, are nothing', async () => {
    expect(await read(task(1, [], []))).toEqual({ evaluated: null, problems: [] });
    const skipped = annotation(1, [], { was_cancelled: true });
    expect(await read(task(1, [skipped], []))).toEqual({ evaluated: null, problems: [] });
  });

  test('that are none are named', async () => {
    expect(await messages({ id: 7 })).toEqual(['this is no task of Label Studio']);
    expect(await messages(null)).toHaveLength(1);
  });

  test('have the file name that the user knows', async () => {
    const { evaluated } = await read(task(5, [annotation(1, [brushRegion('a', 'STO', left)])], []));
    expect(evaluated?.file).toBe('film-5.png');
  });
});

describe('bad regions', () => {
  const accepted = brushRegion('a', 'STO', left);
  const predicted = prediction(1, [brushRegion('p', 'STO', left)]);

  test('an RLE that does not decode leaves its annotation out', async () => {
    const damaged = { ...accepted, value: { ...accepted.value, rle: [0, 0, 0, 32, 57] } };
    const { evaluated, problems } = await read(task(1, [annotation(1, [damaged])], [predicted]));
    expect(evaluated).toBeNull();
    expect(problems[0]).toMatchObject({ id: '1', message: expect.stringContaining('region a: the brush RLE') });
  });

  test('an RLE of another size than it says leaves its annotation out', async () => {
    const wrong = { ...accepted, original_width: 5 };
    expect(await messages(task(1, [annotation(1, [wrong])], [predicted]))).toEqual([expect.stringContaining('5 × 2')]);
  });

  test('regions of two sizes leave their annotation out', async () => {
    const other = brushRegion('b', 'STO', drawMask('#'));
    expect(await messages(task(1, [annotation(1, [accepted, other])], [predicted]))).toEqual([
      expect.stringContaining('region b is 1 × 1 pixels, not 4 × 2'),
    ]);
  });

  test('a damaged prediction is named and the annotation is measured without', async () => {
    const damaged = prediction(1, [{ foo: 1 }]);
    const { evaluated, problems } = await read(task(1, [annotation(1, [accepted])], [damaged]));
    expect(evaluated?.annotations[0].prediction).toBeNull();
    expect(problems).toHaveLength(2);
  });

  test('labels that the config does not have are named and measured', async () => {
    const config = parseLabelConfig(labelConfigWith('Ge'));
    const { evaluated, problems } = await read(task(1, [annotation(1, [accepted])], [predicted]), { config });
    expect(evaluated).not.toBeNull();
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^annotation 1: .*no label "STO"/),
      expect.stringMatching(/^prediction 1: .*no label "STO"/),
    ]);
  });

  test('annotations and predictions that are none are named; ids in place of predictions say nothing', async () => {
    const { evaluated, problems } = await read(
      task(1, [annotation(1, [accepted]), { id: 2 }], [predicted, { id: 3, result: 'x' }, 4]),
    );
    expect(evaluated?.annotations).toHaveLength(1);
    expect(problems.map(({ message }) => message)).toEqual([
      'annotation 2 is damaged: result is missing or wrong',
      'prediction 2 is damaged: result is missing or wrong',
    ]);
  });

  test('an annotation without brush regions is named', async () => {
    expect(await messages(task(1, [annotation(1, [])], [predicted]))).toEqual([
      expect.stringContaining('no region with an area'),
    ]);
  });

  test('a mask of more pixels than are allowed is refused', async () => {
    expect(await messages(task(1, [annotation(1, [accepted])], []), { maxPixels: 7 })).toEqual([
      expect.stringContaining('region a'),
    ]);
  });

  test('regions on a second image and on a second page are cases of their own', async () => {
    const config = parseLabelConfig(labelConfigWith('STO'));
    const elsewhere = brushRegion('b', 'STO', drawMask('#'), { to_name: 'second' });
    const page = brushRegion('c', 'STO', drawMask('#'), { item_index: 1 });
    const data = { image: '/data/upload/1/0123abcd-a.png', second: '/b.png' };
    const raw = task(1, [annotation(1, [elsewhere, page, accepted])], [predicted], data);
    const about = (items: readonly SourceItem[]) =>
      items.map(({ evaluated, problems }) => [
        evaluated?.id,
        evaluated?.file,
        evaluated?.annotations[0].regions.map(({ id }) => id),
        problems.map(({ message }) => message),
      ]);
    expect(about(await readAll(raw))).toEqual([
      ['1', 'b.png', ['b'], []],
      ['1.image', 'a.png', ['a'], []],
      ['1.image.page-2', 'task 1', ['c'], []],
    ]);
    expect(about(await readAll(raw, { config }))).toEqual([
      ['1', 'a.png', ['a'], []],
      ['1.page-2', 'task 1', ['c'], []],
      [
        undefined,
        undefined,
        undefined,
        ['annotation 1: the label config has no image "second", on which it has regions'],
      ],
    ]);
  });

  test('anti-aliased pixels are inside from one half of opacity on', async () => {
    // 2 × 1 pixels as literal groups: alpha 127 and 128.
    const bits = ['00000000000000000000000000001000', '00111', '0010', '0011', '0111', '1111', '0', '00', '111'];
    for (const value of [127, 127, 127, 127, 128, 128, 128, 128]) bits.push(value.toString(2).padStart(8, '0'));
    const text = bits.join('').padEnd(136, '0');
    const rle = Array.from({ length: text.length / 8 }, (_, i) => parseInt(text.slice(8 * i, 8 * i + 8), 2));
    const soft = { ...accepted, original_width: 2, original_height: 1, value: { ...accepted.value, rle } };
    const { evaluated } = await read(task(1, [annotation(1, [soft])], []));
    expect([...(evaluated?.annotations[0].regions[0]?.mask.runs ?? [])]).toEqual([1, 2]);
  });
});

describe('the prediction that a person was shown', () => {
  const shown = async (more: Record<string, unknown>, ...predictions: unknown[]) => {
    const raw = task(1, [annotation(1, [brushRegion('p2', 'STO', left)], more)], predictions);
    return (await read(raw)).evaluated?.annotations[0].prediction?.id;
  };
  const one = prediction(1, [brushRegion('p1', 'STO', left)], { created_at: '2026-10-01T00:00:00Z' });
  const two = prediction(2, [brushRegion('p2', 'STO', right)], { created_at: '2026-10-02T00:00:00Z' });
  const late = prediction(3, [brushRegion('p3', 'STO', right)], { created_at: '2026-12-02T00:00:00Z' });

  test('is the one that the annotation names', async () => {
    expect(await shown({ parent_prediction: 1 }, one, two)).toBe('1');
  });

  test('else the one whose regions it has', async () => {
    expect(await shown({}, two, one, late)).toBe('2');
  });

  test('else the newest before the annotation', async () => {
    const other = prediction(2, [brushRegion('x', 'STO', right)], { created_at: '2026-10-02T00:00:00Z' });
    expect(await shown({}, one, other, late)).toBe('2');
  });

  test('versions keep their newest prediction each', async () => {
    const newer = prediction(4, [brushRegion('p4', 'STO', left)], { created_at: '2026-10-03T00:00:00Z' });
    const other = prediction(5, [brushRegion('p5', 'STO', left)], { model_version: 'v2' });
    const { evaluated } = await read(task(1, [annotation(1, [brushRegion('a', 'STO', left)])], [newer, one, other]));
    expect(evaluated?.versions.map(({ version, id }) => [version, id])).toEqual([
      ['v1', '4'],
      ['v2', '5'],
    ]);
  });
});

describe('several annotators', () => {
  const by = (person: number, id: number, mask = left, more = {}) =>
    annotation(id, [brushRegion(`a${id}`, 'STO', mask)], { completed_by: person, ...more });

  test('each counts once, with the last word; the newest comes first', async () => {
    const { evaluated } = await read(task(1, [by(1, 1), by(2, 2), by(1, 3)], []));
    expect(evaluated?.annotations.map(({ annotator, id }) => [annotator, id])).toEqual([
      ['1', '3'],
      ['2', '2'],
    ]);
  });

  test('a ground truth comes before all others', async () => {
    const { evaluated } = await read(task(1, [by(1, 1, left, { ground_truth: true }), by(2, 2)], []));
    expect(evaluated?.annotations[0].id).toBe('1');
  });

  test('their agreement is measured both ways', async () => {
    const { evaluated } = await read(task(1, [by(1, 1, drawMask('##..', '....')), by(2, 2)], []));
    if (evaluated === null) throw new Error('it is annotated');
    expect(evaluateCase(evaluated, {}, new Map()).agreement).toMatchObject({ mIoU: 0.5, best_iou: 0.5, images: 1 });
  });
});

describe('the difficulty', () => {
  const difficultyOf = async (data: Record<string, unknown>, ...more: unknown[]) => {
    const raw = task(1, [annotation(1, [brushRegion('a', 'STO', left), ...more])], [], data);
    return read(raw);
  };

  test('is a field of the task', async () => {
    expect((await difficultyOf({ difficulty: '3' })).evaluated?.difficulty).toBe(3);
  });

  test('or what people chose, which comes first', async () => {
    const choice = { type: 'choices', from_name: 'difficulty', value: { choices: ['2 moderate'] } };
    expect((await difficultyOf({ difficulty: 1 }, choice)).evaluated?.difficulty).toBe(2);
  });

  test('or unknown', async () => {
    expect((await difficultyOf({})).evaluated?.difficulty).toBeNull();
  });

  test('one that is none of the classes is named', async () => {
    const { problems } = await difficultyOf({ difficulty: 'who knows' });
    expect(problems.at(-1)?.message).toContain('"who knows" is none of 1, 2, 3');
  });
});
