import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ComputedStages, EvaluationCase, EvaluationSource, Problem } from '../annotations/evaluation-case.js';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import type { Mask } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import { changesText } from '../core/region-changes.js';
import type { Result } from '../core/result.js';
import { evaluateCase, type LabelDifficulties } from './evaluate-case.js';
import type { EvaluationFigures, ImageRecord } from './evaluation.js';
import { EvaluationBuilder } from './evaluation-builder.js';
import { type Baseline, BaselineComparison, failedThresholds, type Threshold } from './gate.js';
import { PartFile } from './part-file.js';
import { regionLines, regionsHeader } from './regions-csv.js';
import { type GalleryCandidate, type GalleryImage, GalleryPicker, renderGalleryImage } from './report/gallery.js';
import { ImageOverviewBuilder } from './report/image-overview.js';
import { renderReport } from './report/render-report.js';

/** What an evaluation needs from outside. */
export interface EvaluationRun {
  readonly source: EvaluationSource;
  /** Folder for the results; it exists. */
  readonly out: string;
  readonly labelDifficulties: LabelDifficulties;
  /** The micrograph of a case, for the gallery; a failure only leaves its background plain. */
  readonly openMicrograph: (evaluated: EvaluationCase) => Promise<Result<GreyImage, SamIAmError>>;
  /** Computes stages anew; undefined without `--compare`. */
  readonly computeStages: ((evaluated: EvaluationCase) => Promise<Result<ComputedStages, SamIAmError>>) | undefined;
  readonly thresholds: readonly Threshold[];
  readonly baseline: Baseline | undefined;
  readonly signal: AbortSignal;
  /** Told of each measured image. */
  readonly onImage: (line: string) => void;
  /** Told of each problem when it is met. */
  readonly onProblem: (problem: Problem) => void;
}

/** What an evaluation gives once all images are measured. */
export interface FinishedEvaluation {
  readonly figures: EvaluationFigures;
  /** How many were measured. */
  readonly images: number;
  /** Why the gate is closed; empty if it is open. */
  readonly gate: readonly string[];
  readonly files: readonly string[];
}

/** Measures a source, one task in memory at a time, and writes metrics.json, regions.csv and report.html (CONTRACT, "evaluate"). */
export async function runEvaluation(run: EvaluationRun): Promise<FinishedEvaluation> {
  await mkdir(run.out, { recursive: true });
  const [metrics, regions, report] = ['metrics.json', 'regions.csv', 'report.html'].map((name) =>
    join(run.out, name),
  ) as [string, string, string];
  const files = [new PartFile(metrics), new PartFile(regions), new PartFile(report)] as const;
  try {
    const finished = await new Evaluator(run, files).evaluate();
    for (const file of files) await file.finish();
    return { ...finished, files: [metrics, regions, report] };
  } catch (thrown) {
    for (const file of files) await file.discard();
    throw asSamIAmError(thrown);
  }
}

/** Holds what grows while a source is measured. */
class Evaluator {
  readonly #run: EvaluationRun;
  readonly #metrics: PartFile;
  readonly #regions: PartFile;
  readonly #report: PartFile;
  readonly #builder = new EvaluationBuilder();
  readonly #overview = new ImageOverviewBuilder();
  readonly #gallery = new GalleryPicker();
  readonly #baseline: BaselineComparison | undefined;

  constructor(run: EvaluationRun, [metrics, regions, report]: readonly [PartFile, PartFile, PartFile]) {
    this.#run = run;
    [this.#metrics, this.#regions, this.#report] = [metrics, regions, report];
    this.#baseline = run.baseline && new BaselineComparison(run.baseline);
  }

  async evaluate(): Promise<Omit<FinishedEvaluation, 'files'>> {
    const { source, thresholds } = this.#run;
    await this.#metrics.write(`{\n"source": ${JSON.stringify(source.name)},\n"images": [`);
    await this.#regions.write(regionsHeader());
    await this.#measureSource();
    const figures = this.#builder.build();
    const gate = [...failedThresholds(figures, thresholds), ...(this.#baseline?.falls() ?? [])];
    await this.#metrics.write(`\n],${JSON.stringify(figures, null, 1).slice(1)}\n`);
    const overview = this.#overview.build();
    const { worst, best } = this.#gallery.picked();
    const pictures = { worst: await this.#render(worst), best: await this.#render(best) };
    await this.#report.write(renderReport({ title: source.name, figures, overview, gate, ...pictures }));
    return { figures, images: overview.images, gate };
  }

  async #measureSource(): Promise<void> {
    for await (const { evaluated, problems } of this.#run.source.items()) {
      this.#problems(problems);
      // Files are read without a pause: let signals and the progress bar in.
      await nextTurn();
      this.#stopIfAsked();
      if (evaluated !== null) await this.#measureCase(evaluated);
    }
    if (this.#builder.imageCount === 0) this.#problems([nothingMeasured(this.#run.source.name)]);
  }

  async #measureCase(evaluated: EvaluationCase): Promise<void> {
    const { id, file } = evaluated;
    const computed = await this.#run.computeStages?.(evaluated);
    this.#stopIfAsked();
    if (computed?.ok === false) {
      this.#problems([{ id, file, message: computed.error.message, hint: computed.error.hint }]);
    }
    const stages = computed?.ok === true ? computed.value : {};
    const outcome = evaluateCase(evaluated, stages, this.#run.labelDifficulties);
    const isFirst = this.#builder.imageCount === 0;
    const record = this.#builder.add(evaluated, outcome);
    this.#overview.add(record);
    this.#baseline?.add(record);
    const candidate = galleryCandidate(evaluated, stages, record);
    if (candidate !== undefined) this.#gallery.offer(candidate);
    this.#run.onImage(`${file}: ${candidate === undefined ? 'no prediction' : figureText(candidate)}`);
    await this.#metrics.write(`${isFirst ? '' : ','}\n${JSON.stringify(record)}`);
    await this.#regions.write(regionLines(evaluated, outcome).join(''));
  }

  #problems(problems: readonly Problem[]): void {
    this.#builder.addProblems(problems);
    problems.forEach(this.#run.onProblem);
  }

  async #render(candidates: readonly GalleryCandidate[]): Promise<GalleryImage[]> {
    const images: GalleryImage[] = [];
    for (const candidate of candidates) {
      const micrograph = await this.#run.openMicrograph(candidate.evaluated);
      images.push(await renderGalleryImage(candidate, micrograph.ok ? micrograph.value : null));
    }
    return images;
  }

  #stopIfAsked(): void {
    if (!this.#run.signal.aborted) return;
    throw new SamIAmError('cancelled', 'stopped before all tasks were measured', {
      hint: 'Nothing was written; the same command starts over.',
    });
  }
}

/** Shown is what was computed anew, else what was predicted. */
function galleryCandidate(
  evaluated: EvaluationCase,
  stages: ComputedStages,
  record: ImageRecord,
): GalleryCandidate | undefined {
  const predicted: readonly Mask[] | undefined = evaluated.annotations[0].prediction?.regions.map(({ mask }) => mask);
  if (stages.boosted !== undefined && record.boosted !== undefined) {
    return { evaluated, stage: 'boosted', masks: stages.boosted, mIoU: record.boosted.mIoU, regions: record.regions };
  }
  if (predicted === undefined || record.predicted === undefined) return undefined;
  return { evaluated, stage: 'predicted', masks: predicted, mIoU: record.predicted.mIoU, regions: record.regions };
}

/** A figure never stands alone: where all was accepted unchanged it says nothing of the prediction. */
function figureText({ mIoU, regions }: GalleryCandidate): string {
  return [`mIoU ${mIoU.toFixed(3)}`, changesText(regions)].flatMap((part) => part ?? []).join(', ');
}

function nothingMeasured(source: string): Problem {
  return {
    id: '',
    file: source,
    message: 'there is no accepted annotation that could be measured',
    hint: 'Annotate and submit some tasks, then evaluate again.',
  };
}
