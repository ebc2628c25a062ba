import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TaskStream } from '../../../src/label-studio/task-stream.js';

/** What remains of a text that arrives in pieces of `size` bytes. */
function read(text: string, size = 7, mostKept = 1 << 20): unknown {
  const stream = new TaskStream({ mostKept, mostTasks: 1000 });
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) stream.write(bytes.subarray(i, i + size));
  return stream.finish();
}

const task = (id: number) => ({
  id,
  data: { image: `/data/upload/1/"${id}\\".png`, annotations: 'kept: not the task\'s own, [{"' },
  annotations: [{ result: [{ value: { rle: [0, 1, 255], text: 'a "quoted\\" ] } text' } }] }],
  predictions: [],
  drafts: null,
  meta: { predictions: ['kept'] },
});

test('what a prediction does not need is dropped, all else is kept', () => {
  const body = { tasks: [task(1), task(2), 'no task', null, [3]], project: '1.2', params: { context: { tasks: [1] } } };
  const lean = (id: number) => ({ ...task(id), annotations: null, predictions: null });
  for (const size of [1, 2, 7, 1000])
    expect(read(JSON.stringify(body, null, size === 2 ? 2 : undefined), size)).toEqual({
      ...body,
      tasks: [lean(1), lean(2), 'no task', null, [3]],
    });
});

test('any JSON body without those keys is read as JSON.parse reads it', () => {
  const body = fc.record(
    {
      tasks: fc.oneof(fc.array(fc.jsonValue({ maxDepth: 4 })), fc.jsonValue()),
      project: fc.string(),
      x: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(body, fc.jsonValue()), fc.integer({ min: 1, max: 40 }), (value, size) => {
      const text = JSON.stringify(value);
      expect(read(text, size)).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test('random text is read as JSON.parse reads it, or refused', () => {
  const pieces = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '"tasks"', '1', ' ', 'null', '"data"', '[{');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
      const text = parts.join('');
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(() => read(text)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
        return;
      }
      expect(read(text)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});

describe('bounds', () => {
  test('dropped values take no memory, however large', () => {
    const stream = new TaskStream({ mostKept: 1000, mostTasks: 1000 });
    stream.write(Buffer.from('{"tasks":[{"id":1,"annotations":[{"rle":['));
    const numbers = Buffer.from('255,'.repeat(16_000));
    for (let i = 0; i < 1000; i++) stream.write(numbers);
    stream.write(Buffer.from('1]}],"data":{}}]}'));
    expect(stream.finish()).toEqual({ tasks: [{ id: 1, annotations: null, data: {} }] });
  });

  test('more than may be kept is refused', () => {
    const text = JSON.stringify({ tasks: [{ data: { image: 'x'.repeat(200) } }] });
    expect(() => read(text, 50, 100)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  });

  test('more tasks than are taken at once are refused before the last has come', () => {
    const stream = new TaskStream({ mostKept: 1 << 20, mostTasks: 3 });
    expect(() => stream.write(Buffer.from('{"tasks":[{},{},{},{},'))).toThrow(
      expect.objectContaining({ code: 'request.invalid', message: expect.stringContaining('more than 3 tasks') }),
    );
  });

  test('lists of numbers that are kept are refused from a size on that takes long to parse; texts of that size are not', () => {
    const bounds = { mostKept: 1 << 26, mostTasks: 3 };
    const numbers = Buffer.from('1,'.repeat(1 << 20));
    const stream = new TaskStream(bounds);
    stream.write(Buffer.from('{"tasks":[{"data":{"x":['));
    expect(() => {
      for (let i = 0; i < 8; i++) stream.write(numbers);
    }).toThrow('more lists and numbers');
    const text = new TaskStream(bounds);
    text.write(Buffer.from(`{"tasks":[{"data":{"image":"${'x'.repeat(1 << 25)}"}}]}`));
    expect(text.finish()).toMatchObject({ tasks: [{}] });
  });

  test('endless nesting is refused', () => {
    expect(() => read('['.repeat(10_000))).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  });
});

test.each(['', '{', '{"tasks":[{"id":1', '{"tasks":[1,]}', '{"tasks":[,1]}', '{"tasks":[1]]}', 'hello'])(
  '%j is no JSON',
  (text) => expect(() => read(text)).toThrow(expect.objectContaining({ code: 'request.invalid' })),
);
