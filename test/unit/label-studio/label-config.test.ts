import { describe, expect, test } from '@jest/globals';
import { findPaintTarget, findPaintTargetForLabel, parseLabelConfig } from '../../../src/label-studio/label-config.js';

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
      images: [{ name: 'image', valueKey: 'picture' }],
      controls: [
        { kind: 'brush', name: 'smart', toName: 'image', labels: ['Only smart'], smartOnly: true },
        { kind: 'brush', name: 'material', toName: 'image', labels: ['SrTiO₃ <100>', '真空'], smartOnly: false },
        { kind: 'keypoint', name: 'point', toName: 'image', labels: ['真空'], smartOnly: false },
        { kind: 'rectangle', name: 'box', toName: 'image', labels: ['真空'], smartOnly: false },
      ],
    });
  });

  test.each(['', 'no tags at all', '<View'])('refuses %j as unreadable', (xml) => {
    expect(() => parseLabelConfig(xml)).toThrow(expect.objectContaining({ code: 'label_config.unreadable' }));
  });
});

describe('findPaintTarget', () => {
  test('prefers a brush that is not reserved for the smart tool', () => {
    expect(findPaintTarget(parseLabelConfig(config))).toMatchObject({
      brush: { name: 'material' },
      image: { valueKey: 'picture' },
    });
  });

  test('takes a smart brush where there is no other', () => {
    const smartOnly = config.replace('name="material"', 'name="material" smartOnly="true"');
    expect(findPaintTarget(parseLabelConfig(smartOnly)).brush.name).toBe('smart');
  });

  test.each([
    [
      'no brush tag',
      '<View><Image name="i" value="$i"/><Choices name="c" toName="i"><Choice value="a"/></Choices></View>',
    ],
    ['a brush tag without labels', '<View><Image name="i" value="$i"/><BrushLabels name="b" toName="i"/></View>'],
  ])('%s is an error that says what to add', (_, xml) => {
    expect(() => findPaintTarget(parseLabelConfig(xml))).toThrow(
      expect.objectContaining({ code: 'label_config.no_brush_labels', hint: expect.stringContaining('<BrushLabels') }),
    );
  });

  test('a brush on an image that does not exist is an error that names it', () => {
    const xml =
      '<View><Image name="i" value="$i"/><BrushLabels name="b" toName="j"><Label value="x"/></BrushLabels></View>';
    expect(() => findPaintTarget(parseLabelConfig(xml))).toThrow(
      expect.objectContaining({ code: 'label_config.unreadable', message: expect.stringContaining('"j"') }),
    );
  });
});

describe('findPaintTargetForLabel', () => {
  test('finds the brush that has the label', () => {
    expect(findPaintTargetForLabel(parseLabelConfig(config), '真空').brush.name).toBe('material');
  });

  test('refuses a label that no brush has', () => {
    expect(() => findPaintTargetForLabel(parseLabelConfig(config), 'Ge')).toThrow(
      'no <BrushLabels> tag has the label "Ge"',
    );
  });
});
