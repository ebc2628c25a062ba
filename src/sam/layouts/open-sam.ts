import { assertNever } from '../../core/assert-never.js';
import type { InferenceSession } from '../../inference/inference-session.js';
import type { SamModel } from '../sam-model.js';
import { detectLayout } from './detect-layout.js';
import { metaSam } from './meta-sam.js';
import { sam2Exporter, sam2Transformers } from './sam2.js';
import { splitSam } from './split-sam.js';
import { transformersSam } from './transformers-sam.js';

/** What a pair of graphs does not say of itself. */
export interface PairOptions {
  /** Longest side of the encoder's input where the graph leaves it open; SAM: 1024. */
  readonly inputSize: number;
  /** Only for our own layout, whose input may have any size that is a multiple of it. */
  readonly embeddingStride: number;
  /** For messages. */
  readonly name: string;
}

/** An encoder and a decoder as a model, whatever tool exported them. */
export function openSamPair(encoder: InferenceSession, decoder: InferenceSession, options: PairOptions): SamModel {
  const layout = detectLayout(encoder, decoder, options.name);
  switch (layout) {
    case 'split':
      return splitSam(encoder, decoder, options);
    case 'meta':
      return metaSam(encoder, decoder, options.inputSize);
    case 'transformers':
      return transformersSam(encoder, decoder, options.inputSize);
    case 'sam2-exporter':
      return sam2Exporter(encoder, decoder, options.inputSize);
    case 'sam2-transformers':
      return sam2Transformers(encoder, decoder, options.inputSize);
    default:
      return assertNever(layout);
  }
}
