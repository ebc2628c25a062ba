import type { PaintableLabels } from '../../label-studio/assign-labels.js';
import { findPaintTargets, parseLabelConfig } from '../../label-studio/label-config.js';

/** The labels that a label config has for materials of its first image. */
export function paintableLabels(labelConfig: string): PaintableLabels<string> {
  const [{ labels, unknown }] = findPaintTargets(parseLabelConfig(labelConfig));
  return { labels: labels.map(({ label }) => label), hasUnknown: unknown !== undefined };
}
