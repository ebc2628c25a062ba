import { expect, test } from '@jest/globals';
import { decodeCocoRle, encodeCocoRle } from '../../src/core/coco-rle.js';
import { boundaryMask } from '../../src/metrics/boundary-mask.js';
import { confuseLabels } from '../../src/metrics/label-confusion.js';
import { matchOneToOne, objective, panopticQuality } from '../../src/metrics/matching.js';
import { iouAt, overlapTable } from '../../src/metrics/overlap-table.js';
import { comparePartitions } from '../../src/metrics/partition-measures.js';
import { measureImage, measureMaterials, measureNames } from '../../src/metrics/region-measures.js';
import { readCompressedReference } from '../support/read-fixture.js';

/*
 * 1,000 random images, measured by pycocotools, OpenCV (Boundary IoU's definition), scikit-image, SciPy, scikit-learn and, for the
 * paper's equations, by a plain reading in NumPy: training/fixtures/record_measures.py.
 */

interface Case {
  readonly size: [number, number];
  readonly masks: string[];
  readonly truths: string[];
  readonly weights: number[];
  readonly iou: number[][];
  readonly boundaries: string[];
  readonly boundaryIou: number[][];
  readonly measures: number[];
  readonly weighted: number[];
  readonly boundary: number[];
  readonly objective: number;
  readonly panoptic: number;
  readonly partition: string[];
  readonly partitionNumbers: number[];
  readonly truthNumbers: number[];
  /** Null where there are no two pixels to pair: scikit-image has no value, ours is 0. */
  readonly rand: number | null;
  readonly split: number;
  readonly merge: number;
  /** Rows: true numbers from 1; columns: predicted numbers from 0. */
  readonly confusion: number[][];
}

const cases = readCompressedReference('measures') as Case[];

const decode = ({ size }: Case, texts: readonly string[]) => texts.map((counts) => decodeCocoRle({ size, counts }));
const tableOf = (each: Case) => overlapTable(decode(each, each.masks), decode(each, each.truths));

/** Numbers that agree to 1e-9. */
function expectClose(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((value, index) => expect(Math.abs(value - (theirs[index] ?? NaN))).toBeLessThanOrEqual(1e-9));
}

function expectMeasures(each: Case, masks: readonly string[], truths: readonly string[], expected: readonly number[]) {
  const materials = measureMaterials(overlapTable(decode(each, masks), decode(each, truths)));
  const measures = measureImage(materials, expected === each.weighted ? each.weights : undefined);
  expectClose(
    measureNames.map((name) => measures?.[name] ?? NaN),
    expected,
  );
}

test('there are 1,000 cases, all with ground truth', () => {
  expect(cases).toHaveLength(1000);
  expect(cases.filter(({ truths }) => truths.length === 0)).toEqual([]);
});

test('IoU is that of pycocotools', () => {
  for (const each of cases) {
    const table = tableOf(each);
    each.iou.forEach((row, mask) =>
      expectClose(
        row.map((_, truth) => iouAt(table, mask, truth)),
        row,
      ),
    );
  }
});

test('boundary masks are those of the definition, pixel by pixel, and so is their IoU', () => {
  for (const each of cases) {
    const ours = decode(each, [...each.masks, ...each.truths]).map(boundaryMask);
    expect(ours.map((mask) => encodeCocoRle(mask).counts)).toEqual(each.boundaries);
    const table = overlapTable(ours.slice(0, each.masks.length), ours.slice(each.masks.length));
    each.boundaryIou.forEach((row, mask) =>
      expectClose(
        row.map((_, truth) => iouAt(table, mask, truth)),
        row,
      ),
    );
  }
});

test('equations 3 to 6 agree with a plain reading of them', () => {
  for (const each of cases) expectMeasures(each, each.masks, each.truths, each.measures);
});

test('so do the weighted measures', () => {
  for (const each of cases) expectMeasures(each, each.masks, each.truths, each.weighted);
});

test('and the boundary twins', () => {
  for (const each of cases) {
    const count = each.masks.length;
    expectMeasures(each, each.boundaries.slice(0, count), each.boundaries.slice(count), each.boundary);
  }
});

test("Objective 1 and panoptic quality match SciPy's assignment", () => {
  for (const each of cases) {
    const table = tableOf(each);
    const matches = matchOneToOne(table);
    expectClose([objective(table, matches), panopticQuality(table, matches).quality], [each.objective, each.panoptic]);
  }
});

test("the partition measures are scikit-image's, unlabelled pixels left out", () => {
  for (const each of cases) {
    const ours = comparePartitions(overlapTable(decode(each, each.partition), decode(each, each.truths)));
    expectClose(
      [ours?.adaptedRandError ?? NaN, ours?.splitBits ?? NaN, ours?.mergeBits ?? NaN],
      [each.rand ?? 0, each.split, each.merge],
    );
  }
});

test("the label confusion is scikit-learn's", () => {
  const named = (each: Case, texts: readonly string[], numbers: readonly number[]) =>
    decode(each, texts).map((mask, index) => ({ label: String(numbers[index]), mask }));
  for (const each of cases) {
    const cells = confuseLabels(
      named(each, each.partition, each.partitionNumbers),
      named(each, each.truths, each.truthNumbers),
    );
    const ours = each.confusion.map((row, truth) =>
      row.map((_, predicted) => {
        const label = predicted === 0 ? null : String(predicted);
        return cells.find((cell) => cell.truth === String(truth + 1) && cell.predicted === label)?.areaPx ?? 0;
      }),
    );
    expect(ours).toEqual(each.confusion);
  }
});
