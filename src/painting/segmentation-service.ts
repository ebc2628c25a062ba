import type { MaterialProfile } from '../booster/material-profile.js';
import type { SamIAmError } from '../core/errors.js';
import type { ImageFile } from '../core/image-file.js';
import type { MaterialCount } from '../core/material-count.js';
import type { Result } from '../core/result.js';
import type { UserPrompt } from '../core/user-prompt.js';

/** One material of a micrograph, painted: ready for Label Studio. */
export interface PaintedMaterial {
  /** 1 is the material with the largest area. */
  readonly material: number;
  /** The label that the project's profile gives it; null without a profile, and for what is unlike anything that it has seen. */
  readonly name?: string | null;
  readonly areaPx: number;
  /** Confidence in [0, 1]. */
  readonly score: number;
  /** Label Studio's brush run-length bytes for the whole image (see label-studio/brush-codec). */
  readonly brushRle: Uint8Array;
}

/** The materials of a micrograph as brush masks, and what the reader should know of them. */
export interface PaintedMicrograph {
  /** Size in pixels as a browser shows the file (EXIF orientation applied). */
  readonly width: number;
  readonly height: number;
  readonly materials: readonly PaintedMaterial[];
  /** Every label that the profile could have given; empty without a profile. */
  readonly knownNames?: readonly string[];
  readonly warnings: readonly string[];
}

/** What a project has learned, and the version under which its predictions are known. */
export interface ActiveProfile {
  readonly modelVersion: string;
  readonly profile: MaterialProfile;
}

/** What a prompt means: the one mask that SAM gives for it, or the whole material that it points at. */
export type PromptExtent = 'mask' | 'material';

/** How a prompt is answered. */
export interface PromptOptions {
  readonly extent: PromptExtent;
  /** Materials of the micrograph, where `extent` asks for one of them: as for {@link SegmentationService.paint}. */
  readonly materials: MaterialCount;
  readonly profile?: ActiveProfile | undefined;
}

/** The pipeline behind a thread boundary: decoding, inference, boosting and brush encoding never run on the caller's thread. */
export interface SegmentationService {
  /** Changes whenever the same image could be painted differently: model, weights or parameters. Profiles have versions of their own. */
  readonly modelVersion: string;
  /** Resolves when the models are loaded; rejects with the reason if they cannot be. */
  readonly ready: Promise<void>;
  isReady(): boolean;
  /**
   * Every material of a micrograph. Expected failures (unreadable, too large, cancelled) are values. Bytes that are not shared
   * between threads (see shared-bytes) may be handed over to one: don't use them afterwards.
   */
  paint(
    image: ImageFile,
    materials: MaterialCount,
    signal?: AbortSignal,
    profile?: ActiveProfile,
  ): Promise<Result<PaintedMicrograph, SamIAmError>>;
  /** What the prompt means (interactive use, goes before all else); at most one entry in `materials`. The bytes as for {@link paint}. */
  paintPrompted(
    image: ImageFile,
    prompt: UserPrompt,
    options: PromptOptions,
    signal?: AbortSignal,
  ): Promise<Result<PaintedMicrograph, SamIAmError>>;
  close(): Promise<void>;
}
