import type { TextureTokens } from '../../src/core/token-grid.js';
import { unsupportedPrompt } from '../../src/sam/layouts/mask-outputs.js';
import { pointsPerPrompt } from '../../src/sam/layouts/prompt-tensors.js';
import type { ImageEmbedding, MaskLogits, SamModel } from '../../src/sam/sam-model.js';

interface DiskEmbedding extends ImageEmbedding {
  readonly grey: Float32Array;
}

export interface DiskSamOptions {
  /** Radii in pixels of the masks proposed per prompt. */
  readonly radii: readonly number[];
  readonly predictedIou?: number;
  /** How steeply the logits fall from the disk's edge, per pixel. */
  readonly steepness?: number;
  /** If given, only pixels of the prompted pixel's grey value belong to the mask, wherever they lie. */
  readonly sameGreyOnly?: boolean;
  readonly textureTokens?: TextureTokens;
}

/** A SAM that draws disks around the prompt's first point, at the image's own resolution. */
export function diskSam(options: DiskSamOptions): SamModel<DiskEmbedding> {
  const { radii, predictedIou = 0.95, steepness = 10, sameGreyOnly = false, textureTokens = null } = options;
  return {
    encode: ({ width, height, grey }) => Promise.resolve({ image: { width, height }, grey, textureTokens }),
    async decode({ image: { width, height }, grey }, prompts, { wanted = () => true, output, earlierMask } = {}) {
      if (earlierMask !== undefined) throw unsupportedPrompt('earlier mask');
      pointsPerPrompt(prompts);
      const draw = (x: number, y: number, radius: number): MaskLogits => {
        const prompted = grey[Math.floor(y) * width + Math.floor(x)];
        const logits = Float32Array.from({ length: width * height }, (_, index) => {
          if (sameGreyOnly && grey[index] !== prompted) return -100;
          return steepness * (radius - Math.hypot((index % width) - x, Math.floor(index / width) - y));
        });
        return { predictedIou, map: { columns: width, rows: height, columnsPerPixel: 1, rowsPerPixel: 1, logits } };
      };
      const used = (output === 'one' ? radii.slice(0, 1) : radii).filter(() => wanted(predictedIou));
      const masks = prompts.map(([point]) => used.map((radius) => draw(point?.x ?? 0, point?.y ?? 0, radius)));
      return Promise.resolve(masks);
    },
    release: () => Promise.resolve(),
  };
}
