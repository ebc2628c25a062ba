import type { GeneratorOptions, GeneratorThresholds } from '#built/sam/automatic-mask-generator';

/** What `generator` is told. */
export interface GeneratorRun {
  readonly dataDir: string;
  readonly model: string;
  /** Path of the image. */
  readonly image: string;
  readonly threads: number;
  readonly options: Omit<GeneratorOptions, 'thresholds'>;
  /** The model's own if absent. */
  readonly thresholds?: GeneratorThresholds | undefined;
  /** Grey levels as they are, without stretched contrast. */
  readonly raw?: boolean | undefined;
}

/** What it tells: seconds, megabytes, masks as COCO's compressed runs. Meta's own generator tells the same without the wall times. */
export interface GeneratorFigures {
  readonly totalCpuS: number;
  readonly encodeCpuS: number;
  readonly decodeCpuS: number;
  readonly peakMB: number;
  readonly masks: readonly string[];
  readonly totalWallS: number;
  readonly wallS: { readonly encode: number; readonly prompt: number };
  readonly prompts: number;
}
