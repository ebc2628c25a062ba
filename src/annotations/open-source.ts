import { readFile, stat } from 'node:fs/promises';
import { SamIAmError } from '../core/errors.js';
import { parseLabelConfig } from '../label-studio/label-config.js';
import { openCocoFile } from './coco-file.js';
import type { EvaluationSource } from './evaluation-case.js';
import { openExportFile } from './export-file.js';
import { firstKeys } from './json-objects.js';
import { openLabelImages } from './label-images.js';
import type { TaskReading } from './label-studio-task.js';
import { firstSign, readTextPieces } from './text-encoding.js';

/** Files to measure. */
export interface SourceFiles {
  /** An export of Label Studio, a COCO file or a folder of label images: told apart by what they are. */
  readonly path: string;
  /** Predictions for COCO and label images; Label Studio's exports hold their own. */
  readonly predictions?: string | undefined;
  /** The label config of an export, as XML. */
  readonly labelConfig?: string | undefined;
}

/** Opens what the user pointed at; `usage.invalid` says what it should be. */
export async function openSource(
  { path, predictions, labelConfig }: SourceFiles,
  reading: Omit<TaskReading, 'config'>,
): Promise<EvaluationSource> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new SamIAmError('usage.invalid', `${path} does not exist`, {
      hint: 'Give a JSON export of Label Studio, a COCO file, or a folder of label images.',
    });
  }
  const config = labelConfig === undefined ? undefined : parseLabelConfig(labelConfig);
  if (found.isDirectory()) {
    const labels = config?.controls.flatMap((control) => control.labels) ?? [];
    return openLabelImages(path, predictions, { maxPixels: reading.maxPixels, labels });
  }
  if ((await firstSign(path)) === '{') {
    const keys = await firstKeys(readTextPieces(path), (key) => cocoKeys.has(key) || key === 'data');
    if (keys.some((key) => cocoKeys.has(key))) return openCocoFile(path, predictions, reading);
    if (!keys.includes('data')) throw noKnownForm(path);
  }
  if (predictions !== undefined) {
    throw new SamIAmError('usage.invalid', '--predictions does not go with an export of Label Studio', {
      hint: 'Leave it out: the export holds its predictions.',
    });
  }
  return openExportFile(path, { ...reading, config });
}

/**
 * A text file named on the command line; `what` is what it is to the reader. Throws `usage.invalid` where it can't be
 * read.
 */
export async function readTextFile(path: string, what: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SamIAmError('usage.invalid', `${what} ${path} can't be read`, {
      hint: 'Give a file that exists.',
      cause,
    });
  });
}

/** Only COCO has them. */
const cocoKeys: ReadonlySet<string> = new Set(['images', 'categories']);

function noKnownForm(path: string): SamIAmError {
  const forms = 'a COCO file (with images, annotations and categories) nor a task of Label Studio (with data)';
  return new SamIAmError('usage.invalid', `${path} is neither ${forms}`, {
    hint: 'Export the project from Label Studio as JSON, or give a COCO file or a folder of label images.',
  });
}
