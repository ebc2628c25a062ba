import { describe, expect, test } from '@jest/globals';
import { findPaintTargets, findPromptTarget, parseLabelConfig } from '../../../src/label-studio/label-config.js';

const config = `
  <View>
    <Header value="Paint &amp; check"/>
    <Image name="image" value="$picture" zoom="true"/>
    <View style="display: flex">
      <BrushLabels name="smart" toName="image" smart="true" smartOnly="true"><Label value="Only smart"/></BrushLabels>
      <BrushLabels name="material" toName="image">
        <View><Label value="SrTiO₃ &lt;100&gt;" background="#f00"/></View>
        <Label value="真空"/><Label value="真空"/>
      </BrushLabels>
      <KeyPointLabels name="point" toName="image" smart="true"><Label value="真空"/></KeyPointLabels>
      <RectangleLabels name="box" toName="image"><Label value="真空"/></RectangleLabels>
    </View>
  </View>`;

describe('parseLabelConfig', () => {
  test('finds images and controls at any depth, in order, with decoded names', () => {
    expect(parseLabelConfig(config)).toEqual({
      images: [{ name: 'image', valueKey: 'picture', isList: false }],
      controls: [
        { kind: 'brush', name: 'smart', toName: 'image', labels: ['Only smart'], smartOnly: true },
        { kind: 'brush', name: 'material', toName: 'image', labels: ['SrTiO₃ <100>', '真空'], smartOnly: false },
        { kind: 'keypoint', name: 'point', toName: 'image', labels: ['真空'], smartOnly: false, isPrompt: true },
        { kind: 'rectangle', name: 'box', toName: 'image', labels: ['真空'], smartOnly: false },
      ],
      notes: [],
    });
  });

  test.each(['', 'no tags at all', '<View'])('refuses %j as unreadable', (xml) => {
    expect(() => parseLabelConfig(xml)).toThrow(expect.objectContaining({ code: 'label_config.unreadable' }));
  });
});

/** The labels of each image's materials, as `control/label`. */
const paintedWith = (xml: string) =>
  findPaintTargets(parseLabelConfig(xml)).map(({ image, labels, unknown, note }) => ({
    image: image.name,
    labels: labels.map(({ brush, label }) => `${brush.name}/${label}`),
    ...(unknown === undefined ? {} : { unknown: unknown.label }),
    ...(note === undefined ? {} : { note }),
  }));
const labels = (...values: readonly string[]) => values.map((value) => `<Label value="${value}"/>`).join('');

describe('findPaintTargets', () => {
  test('prefers a brush that is not reserved for the smart tool', () => {
    expect(paintedWith(config)).toEqual([{ image: 'image', labels: ['material/SrTiO₃ <100>', 'material/真空'] }]);
  });

  test('takes a smart brush where there is no other', () => {
    const smartOnly = config.replace('name="material"', 'name="material" smartOnly="true"');
    expect(paintedWith(smartOnly)).toEqual([{ image: 'image', labels: ['smart/Only smart'] }]);
  });

  test('of several brushes the first names the materials: a second one is for something else', () => {
    const xml = `<View><Image name="i" value="$i"/><Choices name="c" toName="i"><Choice value="easy"/></Choices>
      <BrushLabels name="material" toName="i">${labels('A', 'B')}</BrushLabels>
      <BrushLabels name="defect" toName="i">${labels('Void', 'Grain boundary')}</BrushLabels></View>`;
    expect(paintedWith(xml)).toEqual([{ image: 'i', labels: ['material/A', 'material/B'] }]);
  });

  test('brushes of one label each are one material each', () => {
    const xml = `<View><Image name="i" value="$i"/>
      <BrushLabels name="film" toName="i">${labels('Film')}</BrushLabels>
      <BrushLabels name="support" toName="i">${labels('Support')}</BrushLabels>
      <BrushLabels name="defect" toName="i">${labels('Void', 'Crack')}</BrushLabels></View>`;
    expect(paintedWith(xml)).toEqual([{ image: 'i', labels: ['film/Film', 'support/Support'] }]);
  });

  test('each of several images has its own', () => {
    const xml = `<View><Image name="haadf" value="$haadf"/><Image name="bf" value="$bf"/><Image name="map" value="$map"/>
      <BrushLabels name="one" toName="haadf">${labels('A')}</BrushLabels>
      <BrushLabels name="two" toName="bf">${labels('B', 'C')}</BrushLabels></View>`;
    expect(paintedWith(xml)).toEqual([
      { image: 'haadf', labels: ['one/A'] },
      { image: 'bf', labels: ['two/B', 'two/C'] },
    ]);
    expect(paintedWith(xml.replace('toName="bf"', 'toName="bf, map"')).map(({ image }) => image)).toEqual([
      ...['haadf', 'bf', 'map'],
    ]);
  });

  test('a label for unknown materials is kept apart, and a field for notes is found', () => {
    const xml = (unknown: string) => `<View><Image name="i" value="$i"/>
      <BrushLabels name="m" toName="i">${unknown}${labels('A')}</BrushLabels>
      <TextArea name="comment" toName="i"/><TextArea name="sam-i-am" toName="i"/></View>`;
    const expected = [{ image: 'i', labels: ['m/A'], note: 'sam-i-am' }];
    for (const [tag, unknown] of [
      ['<Label value="Autre" unknown="true"/>', 'Autre'],
      ['<Label value="Unknown"/>', 'Unknown'],
    ] as const)
      expect(paintedWith(xml(tag))).toEqual(expected.map((target) => ({ ...target, unknown })));
    expect(paintedWith(xml(''))).toEqual(expected);
  });

  test('tags and attributes in any case, aliases, pages', () => {
    const xml = `<view><image NAME="i" valueList="$pages"/>
      <brushlabels name="m" toname="i"><label value="SrTiO₃" alias="sto"/></brushlabels></view>`;
    expect(paintedWith(xml)).toEqual([{ image: 'i', labels: ['m/sto'] }]);
    expect(parseLabelConfig(xml).images).toEqual([{ name: 'i', valueKey: 'pages', isList: true }]);
  });

  test.each([
    [
      'no brush tag',
      '<View><Image name="i" value="$i"/><Choices name="c" toName="i"><Choice value="a"/></Choices></View>',
    ],
    ['a brush tag without labels', '<View><Image name="i" value="$i"/><BrushLabels name="b" toName="i"/></View>'],
  ])('%s is an error that says what to add', (_, xml) => {
    expect(() => findPaintTargets(parseLabelConfig(xml))).toThrow(
      expect.objectContaining({ code: 'label_config.no_brush_labels', hint: expect.stringContaining('<BrushLabels') }),
    );
  });

  test('a brush on an image that does not exist is an error that names it', () => {
    const xml =
      '<View><Image name="i" value="$i"/><BrushLabels name="b" toName="j"><Label value="x"/></BrushLabels></View>';
    expect(() => findPaintTargets(parseLabelConfig(xml))).toThrow(
      expect.objectContaining({ code: 'label_config.unreadable', message: expect.stringContaining('"j"') }),
    );
  });
});

describe('findPromptTarget', () => {
  const find = (xml: string, label?: string, toName?: string) => {
    const { brush, label: found, image } = findPromptTarget(parseLabelConfig(xml), { label, toName });
    return `${image.name}: ${brush.name}/${found}`;
  };

  test('finds the brush that has the label, on the image that was clicked', () => {
    expect(find(config, '真空')).toBe('image: material/真空');
    expect(find(config, 'Only smart')).toBe('image: smart/Only smart');
    const two = `<View><Image name="a" value="$a"/><Image name="b" value="$b"/>
      <BrushLabels name="one" toName="a">${labels('X')}</BrushLabels>
      <BrushLabels name="two" toName="b">${labels('X')}</BrushLabels></View>`;
    expect(find(two, 'X', 'b')).toBe('b: two/X');
    expect(find(two, 'X')).toBe('a: one/X');
  });

  test('takes the first label where none was picked', () => {
    expect(find(config)).toBe('image: material/SrTiO₃ <100>');
  });

  test('refuses a label that no brush has', () => {
    expect(() => find(config, 'Ge')).toThrow('no <BrushLabels> tag of "image" has the label "Ge"');
  });
});
