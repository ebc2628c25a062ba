import type { BrushRegion, BrushResult } from '../../label-studio/brush-result.js';
import type { ServedPrediction, ServedPredictions, ServedRegion } from '../../store/served-predictions.js';

/** Own copies of what was served, in the form in which Label Studio lists predictions; answers to clicks are left out. */
export function createFindServedCopies(store: ServedPredictions) {
  return async (project: string, task: string): Promise<readonly unknown[]> => {
    const served = await store.find(project, task);
    return served
      .filter(({ prompts }) => prompts.length === 0)
      .map(({ modelVersion, servedAt, score, regions }) => ({
        id: `served ${servedAt}`,
        model_version: modelVersion,
        created_at: servedAt,
        score,
        result: regions.map(brushRegion),
      }));
  };
}

function brushRegion({ id, label, fromName, toName, itemIndex, width, height, score, brushRle }: ServedRegion) {
  return {
    id,
    type: 'brushlabels',
    from_name: fromName,
    to_name: toName,
    item_index: itemIndex,
    score,
    original_width: width,
    original_height: height,
    value: { format: 'rle', rle: brushRle, brushlabels: [label] },
  };
}

/** A region as it is sent, in the form in which a copy of it is kept. */
export function toServedRegion(region: BrushRegion): ServedRegion {
  const { id, from_name: fromName, to_name: toName, item_index: itemIndex, score, value } = region;
  const [label] = value.brushlabels;
  const place = itemIndex === undefined ? {} : { itemIndex };
  const size = { width: region.original_width, height: region.original_height };
  return { id, label, fromName, toName, ...place, ...size, score, brushRle: value.rle };
}

/** Keeps copies of predictions of whole tasks, all of one project, version and set of parameters. */
export function createKeepCopy(
  store: ServedPredictions,
  about: Pick<ServedPrediction, 'project' | 'modelVersion' | 'parameters'>,
) {
  return (task: number, { score, regions }: BrushResult): Promise<void> =>
    store.record({
      ...about,
      task,
      score,
      prompts: [],
      servedAt: new Date().toISOString(),
      regions: regions.map(toServedRegion),
    });
}
