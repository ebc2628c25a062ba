import { mergeAgain } from '../../booster/boost-again.js';
import type { BoostOptions, FoundMask, FoundMasks, MergingParameters } from '../../booster/found-masks.js';
import { foundMasksFromJson } from '../../booster/found-masks-json.js';
import { keepMasks } from '../../booster/keep-masks.js';
import { splitMemory } from '../../booster/merge-candidates.js';
import { shrinkFound } from '../../booster/shrink-found.js';
import type { RemovedMask } from '../../pipeline/exploration.js';
import type { BoostAnswer, BoostRequest, Fineness } from './boost-messages.js';

/*
 * The booster itself, in the browser: the same code as in the pipeline, on what inference found, so that thresholds can be tried without asking the
 * server.
 */

/** Longer side of the grid of a first look. */
const previewSide = 384;
/** Starts of k-means for a first look. */
const previewRestarts = 2;

let whole: FoundMasks | undefined;
let shown: FoundMasks | undefined;
let fineness: Fineness = 'exact';
/** A worker has one micrograph in its life. */
const memory = splitMemory();

addEventListener('message', ({ data }: MessageEvent<BoostRequest>) => {
  if (data.kind === 'load') {
    whole = foundMasksFromJson(data.found);
    fineness = data.fineness;
    shown = fineness === 'preview' ? shrinkFound(whole, previewSide) : whole;
  } else {
    const answer = boost(data.number, data.options, data.parameters);
    if (answer !== undefined) postMessage(answer, { transfer: [answer.labels.buffer] });
  }
});

/** Removal looks at every pixel always: its reasons must not depend on the grid. */
function boost(number: number, options: BoostOptions, parameters: MergingParameters): BoostAnswer | undefined {
  if (whole === undefined || shown === undefined) return undefined;
  const { merging } = parameters;
  const restarts = fineness === 'preview' ? Math.min(previewRestarts, merging.restarts) : merging.restarts;
  const all = { ...parameters, merging: { ...merging, restarts } };
  const { kept, removals } = keepMasks(whole.masks, whole.tokens, { ...parameters, removal: options.removal });
  const indexOf = indexer(whole.masks);
  const shownKept = kept.flatMap((mask) => shown?.masks[indexOf(mask)] ?? []);
  const { microstructure, warnings } = mergeAgain(shown, shownKept, options, all, memory);
  const { map, materials } = microstructure;
  const shownIndexOf = indexer(shown.masks);
  return {
    number,
    fineness,
    warnings: fineness === 'exact' ? warnings : [],
    width: map.width,
    height: map.height,
    labels: Uint8Array.from(map.labels),
    materials: materials.map(({ label, areaPx, score, members }) => ({
      label,
      score,
      areaShare: areaPx / map.labels.length,
      masks: [...new Set(members.flatMap(({ proposal }) => (proposal === null ? [] : shownIndexOf(proposal))))],
    })),
    removed: removals.map(({ removed, rule, causes, ratio }): RemovedMask => {
      return { mask: indexOf(removed), rule, causes: causes.map(indexOf), ratio };
    }),
  };
}

function indexer(masks: readonly FoundMask[]): (mask: FoundMask) => number {
  const indices = new Map(masks.map((mask, index) => [mask, index]));
  return (mask) => indices.get(mask) ?? -1;
}
