import { expect, test } from '@jest/globals';
import { agreementNote, changesText, sumChanges } from '../../../src/core/region-changes.js';

test('changes are told of all regions that there were, and not at all where nothing is known of them', () => {
  expect(changesText({ accepted: 9, edited: 2, rejected: 0, drawn: 1 })).toBe(
    '2 edited, 1 drawn, 0 deleted of 12 regions',
  );
  expect(changesText({ accepted: 3, edited: 0, rejected: 0, drawn: 0 })).toBe(
    '0 edited, 0 drawn, 0 deleted of 3 regions',
  );
  expect(changesText(sumChanges([]))).toBeUndefined();
});

test('changes of several images are added up', () => {
  const one = { accepted: 1, edited: 2, rejected: 3, drawn: 4 };
  expect(sumChanges([one, one, sumChanges([])])).toEqual({ accepted: 2, edited: 4, rejected: 6, drawn: 8 });
});

test('the note tells agreement from accuracy', () => {
  expect(agreementNote).toMatch(/unchanged.*agreement, not accuracy/);
});
