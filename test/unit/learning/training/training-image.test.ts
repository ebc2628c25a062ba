import { describe, expect, test } from '@jest/globals';
import type { CaseAnnotation, EvaluationCase } from '../../../../src/annotations/evaluation-case.js';
import { readLabelStudioTask } from '../../../../src/annotations/read-label-studio-task.js';
import { maskFromBitmap, maskHasPixel } from '../../../../src/core/mask.js';
import { acceptedMasks } from '../../../../src/learning/training/training-image.js';
import { recordedAnnotations } from '../../../support/recorded-annotations.js';

const side = 24;
/** Columns from `start` to before `end`. */
const columns = (start: number, end: number) =>
  maskFromBitmap(
    side,
    side,
    Array.from({ length: side * side }, (_, pixel) => Number(pixel % side >= start && pixel % side < end)),
  );
const annotation = (
  annotator: string,
  ...regions: readonly [label: string, start: number, end: number][]
): CaseAnnotation => ({
  id: annotator,
  annotator,
  completedAt: null,
  leadTimeS: null,
  prediction: null,
  regions: regions.map(([label, start, end], index) => ({
    id: `${annotator}-${index}`,
    label,
    recordedOrigin: null,
    mask: columns(start, end),
  })),
});
const caseOf = (...annotations: readonly [CaseAnnotation, ...CaseAnnotation[]]): EvaluationCase => ({
  id: '1',
  file: 'a.png',
  width: side,
  height: side,
  difficulty: null,
  annotations,
  versions: [],
  isTraced: true,
  imageAddress: null,
});
/** The columns of each label that are learned from. */
const learned = (...annotations: readonly [CaseAnnotation, ...CaseAnnotation[]]) =>
  Object.fromEntries(
    acceptedMasks(caseOf(...annotations), ['Ge', 'Pt']).map(({ name, mask }) => [
      name,
      Array.from({ length: side }, (_, x) => x).filter((x) => maskHasPixel(mask, x)),
    ]),
  );
const range = (start: number, end: number) => Array.from({ length: end - start }, (_, index) => start + index);

describe('what is learned where people disagree', () => {
  const first = annotation('a', ['Ge', 0, 12], ['Pt', 12, 24]);

  test('one person is believed', () => {
    expect(learned(first)).toEqual({ Ge: range(0, 12), Pt: range(12, 24) });
  });

  test('a region that two people name differently teaches nothing', () => {
    expect(learned(first, annotation('b', ['Pt', 0, 12], ['Ge', 12, 24]))).toEqual({});
  });

  test('only the pixels in dispute are left out', () => {
    expect(learned(first, annotation('b', ['Ge', 0, 8], ['Pt', 8, 24]))).toEqual({
      Ge: range(0, 8),
      Pt: range(12, 24),
    });
  });

  test('what another person left blank is no dispute', () => {
    expect(learned(first, annotation('b', ['Ge', 0, 4]))).toEqual({ Ge: range(0, 12), Pt: range(12, 24) });
  });

  test('a third person who agrees with the first settles it', () => {
    const [second, third] = [annotation('b', ['Pt', 0, 12]), annotation('c', ['Ge', 0, 12])];
    expect(learned(first, second, third)).toEqual({ Ge: range(0, 12), Pt: range(12, 24) });
    expect(learned(first, second, annotation('c', ['Pt', 0, 12]))).toEqual({ Pt: range(12, 24) });
  });

  test('a label that the label config has lost teaches nothing', () => {
    expect(learned(annotation('a', ['Gone', 0, 12], ['Pt', 12, 24]))).toEqual({ Pt: range(12, 24) });
  });
});

describe('a task that one person annotated twice', () => {
  const [task] = recordedAnnotations['export-snapshot'];
  const [recorded] = task?.annotations ?? [];
  const again = (id: number, updatedAt: string, result = recorded?.result ?? []) => ({
    ...recorded,
    id,
    result,
    completed_by: 1,
    updated_at: updatedAt,
    was_cancelled: false,
    ground_truth: false,
  });
  const read = async (...annotations: readonly unknown[]) => {
    const reading = { config: undefined, difficultyField: 'difficulty', maxPixels: 1e8, acceptedOnly: true };
    const [item] = await readLabelStudioTask({ ...task, annotations }, reading);
    return item?.evaluated;
  };

  test('is known by the later annotation alone, in whichever order they come', async () => {
    const [older, newer] = [again(1, '2026-01-01T00:00:00Z'), again(2, '2026-01-02T00:00:00Z')];
    for (const order of [
      [older, newer],
      [newer, older],
    ]) {
      const evaluated = await read(...order);
      expect(evaluated?.annotations.map(({ id }) => id)).toEqual(['2']);
    }
  });

  test('is known by the ground truth where one is marked', async () => {
    const truth = { ...again(1, '2026-01-01T00:00:00Z'), ground_truth: true };
    const evaluated = await read(again(2, '2026-01-02T00:00:00Z'), truth);
    expect(evaluated?.annotations.map(({ id }) => id)).toEqual(['1']);
  });
});
