import { z } from 'zod';
import type { EvaluationSource } from '../annotations/evaluation-case.js';
import { openProject } from '../annotations/label-studio-project.js';
import { openSource, readTextFile } from '../annotations/open-source.js';
import type { Connection } from '../app/compose.js';
import { loadSettings, type Settings } from '../config/settings.js';
import { SamIAmError } from '../core/errors.js';
import type { MaterialCount } from '../core/material-count.js';
import { parseJson } from '../core/parse-json.js';
import type { LabelDifficulties } from '../evaluation/evaluate-case.js';
import { labelAttributes, parseLabelConfig } from '../label-studio/label-config.js';
import { createProjectApi } from '../label-studio/project-api.js';
import { createFindServedCopies } from '../painting/results/served-copies.js';
import { openServedPredictions } from '../store/served-predictions.js';

/** The options that say what is evaluated. */
export interface SourceFlags {
  readonly project?: string;
  readonly export?: string;
  readonly predictions?: string;
  readonly labelConfig?: string;
  readonly difficulty: string;
  /** Predictions are not wanted. */
  readonly acceptedOnly?: boolean;
}

/** What is evaluated, and what its label config says. */
export interface OpenedSource {
  readonly source: EvaluationSource;
  readonly labelConfig: string | undefined;
  /** For computing anew: as many materials as an image shows, but no more than there are labels. */
  readonly materials: MaterialCount;
}

/** The settings of the environment, with the address of Label Studio that the user named. */
export function settingsWithUrl(url: string | undefined): Settings {
  return loadSettings({ ...process.env, ...(url === undefined ? {} : { LABEL_STUDIO_URL: url }) });
}

/** Opens the project or the files that the user named. */
export async function openEvaluationSource(
  flags: SourceFlags,
  { http, labelStudio, settings }: Pick<Connection, 'http' | 'labelStudio' | 'settings'>,
): Promise<OpenedSource> {
  const api = createProjectApi(http, labelStudio);
  const findCopies = createFindServedCopies(openServedPredictions(settings.dataDir));
  const canAsk = labelStudio.url !== undefined && labelStudio.token !== undefined;
  const reading = {
    difficultyField: flags.difficulty,
    maxPixels: settings.maxImagePixels,
    acceptedOnly: flags.acceptedOnly === true,
    findPredictions: async (task: string, project: string | undefined) => {
      const stored = canAsk && flags.project === undefined ? await api.predictions(task) : [];
      return stored.length > 0 || project === undefined ? stored : findCopies(project, task);
    },
  };
  if (flags.project !== undefined) {
    const source = await openProject(api, flags.project, reading);
    return { source, labelConfig: source.labelConfig, materials: materialsOf(source.labelConfig) };
  }
  const labelConfig =
    flags.labelConfig === undefined ? undefined : await readTextFile(flags.labelConfig, 'the label config');
  const path = flags.export ?? '';
  const source = await openSource({ path, predictions: flags.predictions, labelConfig }, reading);
  return { source, labelConfig, materials: materialsOf(labelConfig) };
}

function materialsOf(labelConfig: string | undefined): MaterialCount {
  const brushes = labelConfig === undefined ? [] : parseLabelConfig(labelConfig).controls;
  const labels = brushes.find(({ kind, smartOnly }) => kind === 'brush' && !smartOnly)?.labels.length ?? 0;
  return labels === 0 ? 'auto' : { atMost: labels };
}

const difficultiesSchema = z.record(z.string(), z.enum(['easy', 'hard']));

/** From the file that the user named, else from the attribute `difficulty` of the label config's `<Label>` tags. */
export async function readLabelDifficulties(
  path: string | undefined,
  labelConfig: string | undefined,
): Promise<LabelDifficulties> {
  const given: unknown =
    path === undefined
      ? Object.fromEntries(labelConfig === undefined ? [] : labelAttributes(labelConfig, 'difficulty'))
      : parseJson(await readTextFile(path, 'the label difficulties'));
  const parsed = difficultiesSchema.safeParse(given);
  if (parsed.success) return new Map(Object.entries(parsed.data));
  const place = path ?? 'the label config';
  throw new SamIAmError('usage.invalid', `${place} does not say of each label whether it is easy or hard`, {
    hint:
      path === undefined
        ? 'Write <Label value="…" difficulty="easy"/> or difficulty="hard".'
        : 'Write JSON: {"SrTiO3": "easy", "La:SrTiO3": "hard"}.',
  });
}
