import { expect, test } from '@jest/globals';
import { resolveTaskValue } from '../../../src/label-studio/task-value.js';

const data = {
  image: '/a.png',
  images: ['/0.png', '/1.png'],
  doc: [{ page: '/p.png', 'odd key': '/o.png' }],
  scan: { image: '/s.png', list: [['/n.png']] },
  'dotted.key': '/d.png',
  name: 'film',
  number: 7,
  nothing: null,
};

test.each([
  ['$image', '/a.png'],
  [' $image ', '/a.png'],
  ['image', '/a.png'],
  ['$images', ['/0.png', '/1.png']],
  ['$images[1]', '/1.png'],
  ['$images[2]', undefined],
  ['$doc[0].page', '/p.png'],
  ['$scan.image', '/s.png'],
  ['$scan.list[0][0]', '/n.png'],
  ['$dotted.key', '/d.png'],
  ['https://host/$name.png', 'https://host/film.png'],
  ['https://host/$number/$name', 'https://host/7/film'],
  ['$name.png', 'film.png'],
  ['https://host/$missing', undefined],
  ['https://host/fixed.png', 'https://host/fixed.png'],
  ['$missing', undefined],
  ['$scan.missing', undefined],
  ['$constructor', undefined],
  ['$__proto__.x', undefined],
  ['', undefined],
  ['$', undefined],
])('%j is %j', (value, expected) => {
  expect(resolveTaskValue(data, value)).toEqual(expected);
});

test('long values take no time to speak of', () => {
  for (const value of [
    '$'.repeat(50_000),
    `$${'a.'.repeat(50_000)}`,
    `$${'[0]'.repeat(50_000)} `,
    'a'.repeat(100_000),
    '$a '.repeat(20_000),
  ]) {
    expect(resolveTaskValue({ a: 1 }, value)).not.toBeNull();
  }
});
