import type { PaintableLabels } from '../../label-studio/assign-labels.js';
import { findPaintTargets, parseLabelConfig } from '../../label-studio/label-config.js';

/** The labels that a label config has for materials of its first image; undefined where they come with the tasks. */
export function paintableLabels(labelConfig: string): PaintableLabels<string> | undefined {
  const [{ labels, unknown }] = findPaintTargets(parseLabelConfig(labelConfig));
  if (labels.length === 0 && unknown === undefined) return undefined;
  return { labels: labels.map(({ label }) => label), hasUnknown: unknown !== undefined };
}
