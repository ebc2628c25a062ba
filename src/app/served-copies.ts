import type { ServedPredictions, ServedRegion } from '../store/served-predictions.js';

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
    ...{ id, type: 'brushlabels', from_name: fromName, to_name: toName, item_index: itemIndex, score },
    ...{ original_width: width, original_height: height },
    value: { format: 'rle', rle: brushRle, brushlabels: [label] },
  };
}
