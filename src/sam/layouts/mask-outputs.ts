import { SamIAmError } from '../../core/errors.js';
import type { FloatTensor } from '../../inference/inference-session.js';
import type { ImageFrame } from '../prepare-image.js';
import type { DecodeOptions, LogitMap, MaskLogits } from '../sam-model.js';

/** How the logits of a map lie over the image. */
export type MapPlacement = (rows: number, columns: number) => Omit<LogitMap, 'logits'>;

/** SAM 1: logits cover a square of `side` pixels into which the image was fitted; Meta enlarges them in two steps. */
export function fittedPlacement(frame: ImageFrame, side: number): MapPlacement {
  return (rows, columns) => ({
    rows,
    columns,
    columnsPerPixel: (columns / side) * frame.scaleX,
    rowsPerPixel: (rows / side) * frame.scaleY,
    frame: { width: frame.width, height: frame.height, linesPerPixel: columns / side },
  });
}

/** SAM 2: logits cover exactly the image, and are enlarged in one step. */
export function stretchedPlacement(image: { readonly width: number; readonly height: number }): MapPlacement {
  return (rows, columns) => ({
    rows,
    columns,
    columnsPerPixel: columns / image.width,
    rowsPerPixel: rows / image.height,
  });
}

/**
 * Scores [.., n, k] and logits [.., n, k, rows, columns] as the masks of each prompt. Of four, the first is SAM's answer to
 * prompts that leave no doubt, and the other three are the proposals; of three or one, all are proposals.
 */
export function masksOf(
  scores: FloatTensor,
  logits: FloatTensor,
  place: MapPlacement,
  { wanted = () => true, output = 'three' }: DecodeOptions,
): MaskLogits[][] {
  const [perPrompt = 0, rows = 0, columns = 0] = logits.dims.slice(-3);
  const size = rows * columns;
  const placement = place(rows, columns);
  const prompts = perPrompt === 0 ? 0 : logits.data.length / size / perPrompt;
  return Array.from({ length: prompts }, (_, prompt) => {
    const scoreOf = (mask: number): number => scores.data[prompt * perPrompt + mask] as number;
    return chosenMasks(perPrompt, scoreOf, output)
      .filter((mask) => wanted(scoreOf(mask)))
      .map((mask) => {
        const at = (prompt * perPrompt + mask) * size;
        return { predictedIou: scoreOf(mask), map: { ...placement, logits: logits.data.subarray(at, at + size) } };
      });
  });
}

/** The masks that answer: see {@link masksOf}. */
export function chosenMasks(
  perPrompt: number,
  scoreOf: (mask: number) => number,
  output: 'three' | 'one',
): readonly number[] {
  const all = Array.from({ length: perPrompt }, (_, mask) => mask);
  if (output === 'three') return perPrompt === 4 ? all.slice(1) : all;
  if (perPrompt === 4) return [0];
  return all.sort((a, b) => scoreOf(b) - scoreOf(a)).slice(0, 1);
}

/** For layouts without that kind of prompt. */
export function unsupportedPrompt(what: string): SamIAmError {
  return new SamIAmError('model.incompatible', `this model takes no ${what} as a prompt`, {
    hint: `Prompt without ${what}, or choose another model with MODEL.`,
  });
}
