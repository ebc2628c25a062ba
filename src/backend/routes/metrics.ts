import type { RequestHandler } from 'express';
import { Gauge, Registry } from 'prom-client';
import type { AccuracyEntry } from '../../app/accuracy-store.js';
import type { RouteDeps } from '../app-deps.js';

/** `GET /metrics`: figures in Prometheus' text format. */
export function metricsRoute({ accuracy }: RouteDeps): RequestHandler {
  const registry = new Registry();
  if (accuracy !== undefined) addAccuracyGauges(registry, () => accuracy.entries());
  return async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  };
}

const gaugedMeasures = ['mIoU', 'mRecall', 'mPrecision', 'mFPR', 'best_iou'] as const;
const origins = ['accepted', 'edited', 'rejected', 'drawn'] as const;

/** The accuracy of predictions on the annotations that people submitted, by project and model version. */
function addAccuracyGauges(registry: Registry, read: () => readonly AccuracyEntry[]): void {
  const registers = [registry];
  const grouped = ['project', 'model_version'] as const;
  const count = new Gauge({
    name: 'sam_i_am_measured_annotations',
    help: 'Submitted annotations whose prediction was measured.',
    labelNames: grouped,
    registers,
  });
  const accuracy = new Gauge({
    name: 'sam_i_am_prediction_accuracy',
    help: "Mean of a measure of predictions (the paper's equations 3 to 6) over the submitted annotations.",
    labelNames: [...grouped, 'measure'] as const,
    registers,
  });
  const regions = new Gauge({
    name: 'sam_i_am_annotated_regions',
    help: 'Regions by what people did with them: accepted unchanged, edited, rejected, drawn by hand.',
    labelNames: [...grouped, 'origin'] as const,
    registers,
    collect() {
      for (const gauge of [count, accuracy, regions]) gauge.reset();
      for (const [labels, entries] of groupEntries(read())) {
        count.set(labels, entries.length);
        for (const measure of gaugedMeasures) {
          accuracy.set(
            { ...labels, measure },
            entries.reduce((sum, entry) => sum + entry.measures[measure], 0) / entries.length,
          );
        }
        for (const origin of origins) {
          regions.set(
            { ...labels, origin },
            entries.reduce((sum, entry) => sum + entry.regions[origin], 0),
          );
        }
      }
    },
  });
}

type Group = { readonly project: string; readonly model_version: string };

function groupEntries(entries: readonly AccuracyEntry[]): (readonly [Group, AccuracyEntry[]])[] {
  const groups = new Map<string, readonly [Group, AccuracyEntry[]]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.project, entry.modelVersion]);
    const group = groups.get(key) ?? ([{ project: entry.project, model_version: entry.modelVersion }, []] as const);
    group[1].push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}
