import { asSamIAmError, type ErrorCode, SamIAmError } from '../../core/errors.js';
import type { ImageFile } from '../../core/image-file.js';
import type { MaterialCount } from '../../core/material-count.js';
import { failure, type Result, success } from '../../core/result.js';
import type { UserPrompt } from '../../core/user-prompt.js';
import type { DecodeOptions } from '../../imaging/decode-micrograph.js';
import type { MicrographFile } from '../../imaging/micrograph-file.js';
import type { BoostChoices } from '../../pipeline/exploration.js';
import type { PaintingChoices, SegmentOptions } from '../../pipeline/pipeline-parameters.js';
import type { EmbeddingBudget } from '../embedding-cache.js';
import type { ActiveProfile, PromptOptions } from '../segmentation-service.js';
import type { CancelFlag } from './cancel-flag.js';
import type { ProgressFlag } from './progress-flag.js';

/** What a worker is started with. */
export interface WorkerSettings {
  readonly modelsFolder: string;
  readonly addedFolder: string;
  readonly cacheFolder: string;
  readonly cache: EmbeddingBudget;
  readonly modelId: string;
  readonly threads: number;
  readonly maxImagePixels: number;
  readonly choices?: PaintingChoices;
}

/** A micrograph whose materials are wanted as brush masks. */
export interface PaintTask {
  readonly image: ImageFile;
  readonly materials: MaterialCount;
  readonly profile?: ActiveProfile | undefined;
  readonly cancel?: CancelFlag;
}

/** A micrograph in which someone has clicked. */
export interface PaintPromptedTask extends PromptOptions {
  readonly image: ImageFile;
  readonly prompt: UserPrompt;
  readonly cancel?: CancelFlag;
}

/** How a micrograph is segmented, and what of its file is read. */
export type SegmentFileOptions = SegmentOptions & Pick<DecodeOptions, 'frame' | 'pixelSizeNm'>;

/** A micrograph whose result is wanted as files. */
export interface SegmentTask {
  readonly image: ImageFile | MicrographFile;
  readonly options: SegmentFileOptions;
  readonly modelVersion: string;
}

/** A micrograph that someone looks at on the page. */
export interface ExploreTask {
  readonly image: ImageFile;
  readonly modelVersion: string;
  readonly cancel?: CancelFlag;
  readonly progress?: ProgressFlag;
}

/** Writes `segment`'s files for a micrograph that was explored before, without inference. */
export interface RewriteTask {
  readonly image: ImageFile;
  /** {@link Exploration.json} */
  readonly explored: Uint8Array;
  readonly choices: BoostChoices;
  readonly modelVersion: string;
}

/** One file that `segment` writes: `NAME` + suffix. */
export interface OutputFile {
  readonly suffix: string;
  readonly content: Uint8Array | string;
}

/** The files of a segmented micrograph, and how many materials it has; null where the stage has none. */
export interface SegmentedFiles {
  readonly files: readonly OutputFile[];
  readonly materials: number | null;
  readonly masks: number;
  readonly totalMs: number;
  readonly warnings: readonly string[];
}

/** A result as it crosses the thread boundary, where classes lose their type. */
export type WorkerAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false;
      readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string };
    };

/** Runs `work` and packs what it returns or throws. */
export async function answer<Value>(work: () => Promise<Value>): Promise<WorkerAnswer<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    const { code, message, hint } = asSamIAmError(thrown);
    return { ok: false, error: { code, message, hint } };
  }
}

/** A worker's answer with its error as a real one. */
export function unpack<Value>(packed: WorkerAnswer<Value>): Result<Value, SamIAmError> {
  if (packed.ok) return success(packed.value);
  const { code, message, hint } = packed.error;
  return failure(new SamIAmError(code, message, { hint }));
}
