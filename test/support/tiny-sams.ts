import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Micrograph } from '../../src/core/micrograph.js';
import { openOrtSession } from '../../src/inference/ort-session.js';
import { openSamPair } from '../../src/sam/layouts/open-sam.js';
import { stagedSam } from '../../src/sam/layouts/staged-sam.js';
import type { SamModel } from '../../src/sam/sam-model.js';
import { greyImage } from './grey-image.js';

/** The tiny random SAMs of training/fixtures/record_sam_references.py, the same weights in every layout. */
export const samFixtures = fileURLToPath(new URL('../fixtures/sam/', import.meta.url));

export const tinyInputSize = 128;

export function openTinyGraph(path: string) {
  return openOrtSession(samFixtures + path, { threads: 1 });
}

const pair = async (encoder: string, decoder: string): Promise<SamModel> => {
  const options = { inputSize: tinyInputSize, embeddingStride: 16, name: encoder };
  return openSamPair(await openTinyGraph(encoder), await openTinyGraph(decoder), options);
};

const transformersDecoder = 'prompt_encoder_mask_decoder.onnx';

/** How each layout is opened. The encoder of the staged layout is the usual one of Meta's. */
export const tinySams = {
  staged: async () =>
    stagedSam(
      {
        encoder: await openTinyGraph('staged/encoder.onnx'),
        imageStage: await openTinyGraph('staged/image-stage.onnx'),
        promptStage: await openTinyGraph('staged/prompt-stage.onnx'),
        maskStage: await openTinyGraph('staged/mask-stage.onnx'),
      },
      tinyInputSize,
    ),
  meta: () => pair('staged/encoder.onnx', 'meta/decoder.onnx'),
  anylabeling: () => pair('anylabeling/encoder.onnx', 'anylabeling/decoder.onnx'),
  'edge-sam': () => pair('staged/encoder.onnx', 'edge-sam/decoder.onnx'),
  transformers: () => pair('transformers/vision_encoder.onnx', `transformers/${transformersDecoder}`),
  'sam2-exporter': () => pair('sam2-exporter/encoder.onnx', 'sam2-exporter/decoder.onnx'),
  'sam2-transformers': () => pair('sam2-transformers/vision_encoder.onnx', `sam2-transformers/${transformersDecoder}`),
} satisfies Record<string, () => Promise<SamModel>>;

export type TinyLayout = keyof typeof tinySams;

/** The size and factors of a picture as the references name it: width, height, a, b, c. */
export type Pattern = readonly [number, number, number, number, number];

/** The picture that the recording script draws, in grey levels of 8 bits. */
export function patternImage([width, height, a, b, c]: Pattern): Micrograph {
  return greyImage(
    width,
    height,
    (x, y) => (Math.floor((a * x * x + b * y * y + c * x * y) / (width + height)) % 256) / 255,
  );
}

export function readSamReference(name: 'prompts' | 'generator'): unknown {
  return JSON.parse(readFileSync(`${samFixtures}${name}.json`, 'utf8'));
}
