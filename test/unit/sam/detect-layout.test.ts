import { expect, test } from '@jest/globals';
import type { InferenceSession } from '../../../src/inference/inference-session.js';
import { detectLayout } from '../../../src/sam/layouts/detect-layout.js';

const graph = (inputs: string, outputs: string): InferenceSession => ({
  inputs: inputs.split(' '),
  outputs: outputs.split(' '),
  specOf: () => undefined,
  run: () => Promise.reject(new Error('not to be run')),
  release: () => Promise.resolve(),
});

const metaDecoder = 'image_embeddings point_coords point_labels mask_input has_mask_input';

test.each([
  ['meta', 'x', 'image_embeddings', `${metaDecoder} orig_im_size`],
  ['meta', 'image', 'image_embeddings', 'image_embeddings point_coords point_labels'],
  [
    'transformers',
    'pixel_values',
    'image_embeddings image_positional_embeddings',
    'image_embeddings image_positional_embeddings input_points input_labels',
  ],
  [
    'sam2-exporter',
    'image',
    'high_res_feats_0 high_res_feats_1 image_embed',
    'image_embed high_res_feats_0 high_res_feats_1 point_coords point_labels mask_input has_mask_input',
  ],
  [
    'sam2-transformers',
    'pixel_values',
    'image_embeddings.0 image_embeddings.1 image_embeddings.2',
    'image_embeddings.0 image_embeddings.1 image_embeddings.2 input_points input_labels input_boxes',
  ],
  [
    'split',
    'image',
    'image_embeddings high_res_features_8 high_res_features_4 texture_tokens',
    'image_embeddings high_res_features_8 high_res_features_4 texture_tokens point_coords point_labels',
  ],
])('%s: by the names of inputs and outputs', (layout, input, features, decoderInputs) => {
  expect(detectLayout(graph(input, features), graph(decoderInputs, 'masks'), 'm')).toBe(layout);
});

test.each([
  ['an unknown layout', 'x', 'features', 'features prompts', /no known layout.*features.*prompts/, 'transformers.js'],
  ['SAM 3', 'image', 'backbone_fpn_0', 'language_mask box_coords', /no known layout/, 'SAM 3'],
  ['SAM-HQ', 'x', 'image_embeddings', `${metaDecoder} interm_embeddings`, /wants interm_embeddings/, 'SAM-HQ'],
])('%s is refused by name, with what was found and what to do', (_, input, features, decoderInputs, message, cure) => {
  const detect = () => detectLayout(graph(input, features), graph(decoderInputs, 'masks'), 'my-model');
  expect(detect).toThrow(
    expect.objectContaining({
      code: 'model.incompatible',
      message: expect.stringMatching(message) as unknown,
      hint: expect.stringContaining(cure) as unknown,
    }),
  );
  expect(detect).toThrow('my-model');
});
