import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { finished } from 'node:stream/promises';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import type { Mask } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import type { Result } from '../core/result.js';
import type { LabelDifficulties } from './evaluate-case.js';
import { evaluateCase } from './evaluate-case.js';
import type { Evaluation } from './evaluation.js';
import { EvaluationBuilder } from './evaluation-builder.js';
import type { ComputedStages, EvaluationCase, EvaluationSource, Problem } from './evaluation-case.js';
import type { Baseline, Threshold } from './gate.js';
import { failedThresholds, fallsSince } from './gate.js';
import type { GalleryCandidate, GalleryImage } from './report/gallery.js';
import { GalleryPicker, renderGalleryImage } from './report/gallery.js';
import { renderReport } from './report/render-report.js';
import { regionLines, regionsHeader } from './regions-csv.js';

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

export interface FinishedEvaluation {
  readonly evaluation: Evaluation;
  /** Why the gate is closed; empty if it is open. */
  readonly gate: readonly string[];
  readonly files: readonly string[];
}

/** Measures a source, one task in memory at a time, and writes metrics.json, regions.csv and report.html (CONTRACT, "evaluate"). */
export async function runEvaluation(run: EvaluationRun): Promise<FinishedEvaluation> {
  await mkdir(run.out, { recursive: true });
  const gallery = new GalleryPicker();
  const evaluation = await measureSource(run, gallery);
  const gate = [
    ...failedThresholds(evaluation, run.thresholds),
    ...(run.baseline === undefined ? [] : fallsSince(run.baseline, evaluation)),
  ];
  const { worst, best } = gallery.picked();
  const pictures = { worst: await renderAll(worst, run), best: await renderAll(best, run) };
  await writeWhole(join(run.out, 'report.html'), renderReport({ evaluation, gate, ...pictures }));
  await writeWhole(join(run.out, 'metrics.json'), `${JSON.stringify(evaluation, null, 1)}\n`);
  const files = ['metrics.json', 'regions.csv', 'report.html'].map((name) => join(run.out, name));
  return { evaluation, gate, files };
}

async function measureSource(run: EvaluationRun, gallery: GalleryPicker): Promise<Evaluation> {
  const builder = new EvaluationBuilder(run.source.name);
  const report = (problems: readonly Problem[]): void => {
    builder.addProblems(problems);
    problems.forEach(run.onProblem);
  };
  await writeLines(join(run.out, 'regions.csv'), async function* () {
    yield regionsHeader();
    for await (const { evaluated, problems } of run.source.items()) {
      report(problems);
      // Files are read without a pause: let signals and the progress bar in.
      await nextTurn();
      if (run.signal.aborted) throw stopped();
      if (evaluated !== null) yield* measureCase(evaluated, run, builder, gallery, report);
    }
  });
  if (builder.imageCount === 0) report([nothingMeasured(run.source.name)]);
  return builder.build();
}

/** Gives the lines of the case for regions.csv. */
async function* measureCase(
  evaluated: EvaluationCase,
  run: EvaluationRun,
  builder: EvaluationBuilder,
  gallery: GalleryPicker,
  report: (problems: readonly Problem[]) => void,
): AsyncGenerator<string> {
  const { id, file } = evaluated;
  const computed = await run.computeStages?.(evaluated);
  if (run.signal.aborted) throw stopped();
  if (computed?.ok === false) report([{ id, file, message: computed.error.message, hint: computed.error.hint }]);
  const stages = computed?.ok === true ? computed.value : {};
  const outcome = evaluateCase(evaluated, stages, run.labelDifficulties);
  const record = builder.add(evaluated, outcome);
  const candidate = galleryCandidate(evaluated, stages, record);
  if (candidate !== undefined) gallery.offer(candidate);
  run.onImage(`${file}: ${candidate === undefined ? 'no prediction' : `mIoU ${candidate.mIoU.toFixed(3)}`}`);
  yield* regionLines(evaluated, outcome);
}

/** Shown is what was computed anew, else what was predicted. */
function galleryCandidate(
  evaluated: EvaluationCase,
  stages: ComputedStages,
  record: Evaluation['images'][number],
): GalleryCandidate | undefined {
  const predicted: readonly Mask[] | undefined = evaluated.annotations[0].prediction?.regions.map(({ mask }) => mask);
  if (stages.boosted !== undefined && record.boosted !== undefined) {
    return { evaluated, stage: 'boosted', masks: stages.boosted, mIoU: record.boosted.mIoU };
  }
  if (predicted === undefined || record.predicted === undefined) return undefined;
  return { evaluated, stage: 'predicted', masks: predicted, mIoU: record.predicted.mIoU };
}

async function renderAll(candidates: readonly GalleryCandidate[], run: EvaluationRun): Promise<GalleryImage[]> {
  const images: GalleryImage[] = [];
  for (const candidate of candidates) {
    const micrograph = await run.openMicrograph(candidate.evaluated);
    images.push(await renderGalleryImage(candidate, micrograph.ok ? micrograph.value : null));
  }
  return images;
}

/** Writes lines as they come; the file is there whole or not at all. */
async function writeLines(path: string, lines: () => AsyncGenerator<string>): Promise<void> {
  const stream = createWriteStream(`${path}.part`);
  try {
    for await (const line of lines()) {
      if (!stream.write(line)) await once(stream, 'drain');
    }
    stream.end();
    await finished(stream);
  } catch (thrown) {
    stream.destroy();
    await rm(`${path}.part`, { force: true });
    throw asSamIAmError(thrown);
  }
  await rename(`${path}.part`, path);
}

async function writeWhole(path: string, content: string): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}

function nothingMeasured(source: string): Problem {
  return {
    id: '',
    file: source,
    message: 'there is no accepted annotation that could be measured',
    hint: 'Annotate and submit some tasks, then evaluate again.',
  };
}

function stopped(): SamIAmError {
  return new SamIAmError('cancelled', 'stopped before all tasks were measured', {
    hint: 'Nothing was written; the same command starts over.',
  });
}
