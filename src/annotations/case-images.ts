import { readdir, readFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import type { ImageFile } from '../core/image-file.js';
import type { GreyImage } from '../core/micrograph.js';
import { failure, type Result, success } from '../core/result.js';
import { decodeMicrograph } from '../imaging/decode-micrograph.js';
import { isMicrographName } from '../imaging/micrograph-names.js';
import type { FetchTaskImage } from '../label-studio/fetch-task-image.js';
import type { LabelStudioAccess } from '../label-studio/image-address.js';
import type { EvaluationCase } from './evaluation-case.js';

/** Opens the image file of an evaluated case; a failure says where it was looked for. */
export type OpenCaseImage = (
  evaluated: EvaluationCase,
  signal?: AbortSignal,
) => Promise<Result<ImageFile, SamIAmError>>;

/** Where image files come from: a folder, looked into first, and the addresses that tasks have. */
export interface CaseImageSources {
  readonly folder: string | undefined;
  readonly fetchTaskImage: FetchTaskImage;
  readonly labelStudio: LabelStudioAccess;
}

/** Files of the folder go by their names, with or without ending; label images and results of our own are passed over. */
export async function createOpenCaseImage(sources: CaseImageSources): Promise<OpenCaseImage> {
  const files = sources.folder === undefined ? new Map<string, string>() : await filesByName(sources.folder);
  return async ({ file, imageAddress, task }, signal) => {
    const path = names(file)
      .map((name) => files.get(name))
      .find((found) => found !== undefined);
    if (path !== undefined) return readImage(path);
    const isAddress = imageAddress !== null && /^(data:|\/|[a-z][a-z0-9+.-]{0,30}:\/\/)/i.test(imageAddress);
    if (!isAddress) return failure(notFound(file, sources.folder));
    return sources.fetchTaskImage(imageAddress, { ...sources.labelStudio, taskId: task }, signal);
  };
}

/** As it is, without its ending, and both without the prefix that Label Studio gives uploads. */
function names(file: string): string[] {
  return [file, file.replace(/^[0-9a-f]{8}-/, '')].flatMap((name) => [name, parse(name).name]);
}

async function filesByName(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new SamIAmError('usage.invalid', `the folder ${folder} can't be read`, {
      hint: 'Give --images a folder that holds the micrographs.',
      cause,
    });
  });
  const files = entries
    .filter((entry) => entry.isFile() && isMicrographName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.flatMap((path) => [[parse(path).name, path] as const, [basename(path), path] as const]));
}

async function readImage(path: string): Promise<Result<ImageFile, SamIAmError>> {
  try {
    return success({ name: basename(path), bytes: await readFile(path) });
  } catch (thrown) {
    return failure(asSamIAmError(thrown));
  }
}

/** The micrograph of a case, decoded. */
export function createOpenMicrograph(open: OpenCaseImage, maxPixels: number) {
  return async (evaluated: EvaluationCase): Promise<Result<GreyImage, SamIAmError>> => {
    const image = await open(evaluated);
    return image.ok ? decodeMicrograph(image.value.name, image.value.bytes, { maxPixels }) : image;
  };
}

function notFound(file: string, folder: string | undefined): SamIAmError {
  const where = folder === undefined ? 'no folder of images was given' : `${folder} has no file of that name`;
  return new SamIAmError('image.not_found', `the micrograph ${file} is not at hand: ${where}`, {
    hint: 'Give --images the folder that holds the micrographs.',
  });
}
