import { SamIAmError } from '../../src/core/errors.js';
import type { ImageFile } from '../../src/core/image-file.js';
import { type MaterialCount, mostMaterials } from '../../src/core/material-count.js';
import { failure, success } from '../../src/core/result.js';
import type { UserPrompt } from '../../src/core/user-prompt.js';
import { encodeBrushRle } from '../../src/label-studio/brush-codec.js';
import type {
  PaintedMaterial,
  PaintedMicrograph,
  PromptOptions,
  SegmentationService,
} from '../../src/painting/segmentation-service.js';

/** What a {@link ScriptedService} was asked for. */
export type ServiceCall =
  | {
      readonly kind: 'paint';
      readonly name: string;
      readonly materials: MaterialCount;
      readonly signal: AbortSignal | undefined;
    }
  | { readonly kind: 'prompt'; readonly name: string; readonly prompt: UserPrompt; readonly options: PromptOptions };

/** The image size that the double paints. */
export const scriptedSize = { width: 12, height: 10 } as const;

/** A service double: paints rows of a 12 × 10 image, `auto` as three materials; bytes that start with "bad" are unreadable. */
export interface ScriptedService extends SegmentationService {
  readonly calls: ServiceCall[];
  /** Holds every painting back until the returned function is called. */
  hold(): () => void;
  setReady(ready: boolean): void;
  /** Paintings that were under way at the same time at most. */
  readonly mostAtOnce: number;
}

export function scriptedService(): ScriptedService {
  const calls: ServiceCall[] = [];
  let gate: Promise<void> = Promise.resolve();
  let isReady = true;
  let atOnce = 0;
  let mostAtOnce = 0;

  const painting = async (image: ImageFile, materials: number) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    await gate;
    atOnce--;
    const text = Buffer.from(image.bytes).toString();
    if (text.startsWith('crash')) throw new Error('secret detail of a crash');
    return text.startsWith('bad') ? failure(unreadable(image)) : success(paintRows(materials));
  };
  return {
    calls,
    modelVersion: 'scripted-1',
    ready: Promise.resolve(),
    isReady: () => isReady,
    setReady: (ready) => (isReady = ready),
    get mostAtOnce() {
      return mostAtOnce;
    },
    hold() {
      let release: () => void = () => undefined;
      gate = new Promise((resolve) => (release = resolve));
      return release;
    },
    paint(image, materials, signal) {
      calls.push({ kind: 'paint', name: image.name, materials, signal });
      return painting(image, typeof materials === 'number' ? materials : Math.min(3, mostMaterials(materials)));
    },
    paintPrompted(image, prompt, options) {
      calls.push({ kind: 'prompt', name: image.name, prompt, options });
      return painting(image, 1);
    },
    close: () => Promise.resolve(),
  };
}

/** Material k has 5 - k rows, so that the first is the largest. */
function paintRows(count: number): PaintedMicrograph {
  const { width, height } = scriptedSize;
  let row = 0;
  const materials = Array.from({ length: Math.min(count, 4) }, (_, index): PaintedMaterial => {
    const rows = 4 - index;
    const run = Uint32Array.of(row * width, (row + rows) * width);
    row += rows;
    return {
      material: index + 1,
      areaPx: rows * width,
      score: 0.9 - index / 10,
      brushRle: encodeBrushRle(width, height, run),
    };
  });
  return { width, height, materials, warnings: [] };
}

function unreadable({ name }: ImageFile): SamIAmError {
  return new SamIAmError('image.unreadable', `${name} is no image`, { hint: 'Use PNG, JPEG or TIFF.' });
}
