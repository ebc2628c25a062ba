import { describe, expect, test } from '@jest/globals';
import { closestZoom, fitted, levelFor, moved, pixelAt, toImage, zoomedAt } from '../../../../src/web/try/viewport.js';

const image = { width: 1000, height: 500 };
const pane = { width: 400, height: 400 };

test('the whole image stands in the middle of the pane', () => {
  expect(fitted(image, pane)).toEqual({ zoom: 0.4, x: 0, y: 100 });
});

describe('zoomedAt', () => {
  test('keeps what lies under the pointer', () => {
    const at = { x: 210, y: 190 };
    const before = fitted(image, pane);
    const after = zoomedAt(before, 4, at, image, pane);
    expect(after.zoom).toBeCloseTo(1.6);
    expect(toImage(after, at).x).toBeCloseTo(toImage(before, at).x);
    expect(toImage(after, at).y).toBeCloseTo(toImage(before, at).y);
  });

  test('ends at whole images and at large pixels', () => {
    expect(zoomedAt(fitted(image, pane), 0.01, { x: 0, y: 0 }, image, pane)).toEqual(fitted(image, pane));
    expect(zoomedAt(fitted(image, pane), 1e6, { x: 0, y: 0 }, image, pane).zoom).toBe(closestZoom);
  });
});

test('an image larger than the pane leaves no gap however far it is moved', () => {
  const close = { zoom: 2, x: -100, y: -100 };
  expect(moved(close, { x: 9999, y: 9999 }, image, pane)).toEqual({ zoom: 2, x: 0, y: 0 });
  expect(moved(close, { x: -9999, y: -9999 }, image, pane)).toEqual({ zoom: 2, x: -1600, y: -600 });
});

test('beside the image there is no pixel', () => {
  const view = fitted(image, pane);
  expect(pixelAt(view, { x: 0, y: 99 }, image)).toBeNull();
  expect(pixelAt(view, { x: 0, y: 100 }, image)).toEqual({ x: 0, y: 0 });
  expect(pixelAt(view, { x: 399.9, y: 299.9 }, image)).toEqual({ x: 999, y: 499 });
  expect(pixelAt(view, { x: 400, y: 200 }, image)).toBeNull();
});

test('no more pixels are touched than the screen has, and none are lost when close', () => {
  expect([4, 1, 0.51, 0.5, 0.25, 0.01].map((zoom) => levelFor(zoom, 4))).toEqual([0, 0, 0, 1, 2, 3]);
});
