import { describe, expect, test } from '@jest/globals';
import { attribute, longestConfig, parseConfigTags, withDescendants } from '../../../src/label-studio/config-tags.js';

test('tags keep their order, with names in lower case and attributes by any spelling', () => {
  const [view] = parseConfigTags('<View><Image NAME="a"/><Header value="x &amp; y"/></View>');
  expect(view?.children.map(({ name }) => name)).toEqual(['image', 'header']);
  expect(view?.children.map((tag) => [attribute(tag, 'Name'), attribute(tag, 'value')])).toEqual([
    ['a', ''],
    ['', 'x & y'],
  ]);
});

describe('a config that would hold up health checks', () => {
  const filled = (text: string) => text.repeat(Math.ceil((longestConfig + 1) / text.length));

  test.each(['<Label value="a"/>', '<View>', '<!--', ' ', '&amp;', '<a b="'])(
    'of %j without end is refused unread',
    (text) => {
      expect(() => parseConfigTags(filled(text))).toThrow(
        expect.objectContaining({ code: 'label_config.unreadable', message: expect.stringContaining('too large') }),
      );
    },
  );

  test('nested without end is named as such', () => {
    expect(() => parseConfigTags('<a>'.repeat(9000) + '</a>'.repeat(9000))).toThrow(/nested/i);
  });

  test('of a thousand labels is read', () => {
    const labels = Array.from({ length: 1000 }, (_, index) => `<Label value="material ${index}" background="#fa0"/>`);
    const tags = parseConfigTags(`<View><BrushLabels>${labels.join('')}</BrushLabels></View>`);
    expect(tags.flatMap(withDescendants).filter(({ name }) => name === 'label')).toHaveLength(1000);
  });
});
