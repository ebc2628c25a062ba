import { SamIAmError } from '../../core/errors.js';
import type { InferenceSession } from '../../inference/inference-session.js';

/** Layouts of encoder and decoder pairs, named for who exports them. */
export type PairLayout = 'split' | 'meta' | 'transformers' | 'sam2-exporter' | 'sam2-transformers';

interface Signature {
  readonly layout: PairLayout;
  readonly encoderOutputs: readonly string[];
  readonly decoderInputs: readonly string[];
}

/** What tells the layouts apart, the more particular ones first. */
const signatures: readonly Signature[] = [
  {
    layout: 'split',
    encoderOutputs: ['image_embeddings', 'texture_tokens'],
    decoderInputs: ['image_embeddings', 'texture_tokens', 'point_coords', 'point_labels'],
  },
  {
    layout: 'sam2-transformers',
    encoderOutputs: ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2'],
    decoderInputs: ['input_points', 'input_labels', 'image_embeddings.2'],
  },
  {
    layout: 'sam2-exporter',
    encoderOutputs: ['image_embed', 'high_res_feats_0', 'high_res_feats_1'],
    decoderInputs: ['image_embed', 'high_res_feats_0', 'point_coords', 'point_labels'],
  },
  {
    layout: 'transformers',
    encoderOutputs: ['image_embeddings', 'image_positional_embeddings'],
    decoderInputs: ['image_embeddings', 'image_positional_embeddings', 'input_points', 'input_labels'],
  },
  {
    layout: 'meta',
    encoderOutputs: ['image_embeddings'],
    decoderInputs: ['image_embeddings', 'point_coords', 'point_labels'],
  },
];

/** Decoder inputs beyond a signature that plain SAM has; others mean a relative that needs more than we feed. */
const knownDecoderInputs = new Set([
  ...signatures.flatMap(({ decoderInputs }) => decoderInputs),
  ...['mask_input', 'has_mask_input', 'orig_im_size', 'input_boxes'],
  ...['high_res_feats_1', 'high_res_features_8', 'high_res_features_4', 'image_embeddings.0', 'image_embeddings.1'],
]);

/**
 * The layout of a pair of graphs, from the names of their inputs and outputs, never from file names. Throws `model.incompatible` that
 * names what was found where no layout fits.
 */
export function detectLayout(encoder: InferenceSession, decoder: InferenceSession, name: string): PairLayout {
  const fits = ({ encoderOutputs, decoderInputs }: Signature): boolean =>
    encoderOutputs.every((output) => encoder.outputs.includes(output)) &&
    decoderInputs.every((input) => decoder.inputs.includes(input));
  const signature = signatures.find(fits);
  if (signature === undefined) throw unknownLayout(encoder, decoder, name);
  const strange = decoder.inputs.filter((input) => !knownDecoderInputs.has(input) && !encoder.outputs.includes(input));
  if (strange.length > 0) throw unknownInput(strange, name);
  return signature.layout;
}

/** Whether a graph looks like an encoder: it takes an image and nothing else. */
export function isEncoder(session: InferenceSession): boolean {
  return session.inputs.length === 1 && !session.inputs.includes('tokens');
}

function unknownLayout(encoder: InferenceSession, decoder: InferenceSession, name: string): SamIAmError {
  const found =
    `encoder (${encoder.inputs.join(', ')}) → (${encoder.outputs.join(', ')}), ` +
    `decoder (${decoder.inputs.join(', ')}) → (${decoder.outputs.join(', ')})`;
  const isSam3 = [...encoder.outputs, ...decoder.inputs].some((each) => /backbone_fpn|language/.test(each));
  return new SamIAmError('model.incompatible', `${name}: the graphs have no known layout of SAM: ${found}`, {
    hint: isSam3
      ? 'SAM 3 is prompted with words and has no mask generator; use a SAM 1, SAM 2 or MobileSAM export.'
      : 'Known are: Meta’s decoder with an encoder, transformers.js, samexporter/AnyLabeling, EdgeSAM, SAM 2, and sam-export of this project.',
  });
}

function unknownInput(inputs: readonly string[], name: string): SamIAmError {
  return new SamIAmError(
    'model.incompatible',
    `${name}: the decoder wants ${inputs.join(', ')}, which no plain SAM has`,
    {
      hint: 'Relatives such as SAM-HQ need more of the encoder; use an export of plain SAM, SAM 2 or MobileSAM.',
    },
  );
}
