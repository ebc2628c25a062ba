import type { NotSpecimen, NotSpecimenKind } from './find-not-specimen.js';

/** What was found besides the specimen, as a warning; none where nothing was. */
export function describeNotSpecimen({ found, mask, scaleBarPx }: NotSpecimen): string[] {
  if (mask === null) return [];
  const counts = new Map<NotSpecimenKind, number>();
  for (const { kind } of found) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = [...counts].map(([kind, count]) => `${phrases[kind]}${count > 1 ? ` (${count})` : ''}`);
  const share = ((100 * mask.areaPx) / (mask.width * mask.height)).toFixed(1);
  const length = scaleBarPx === null ? '' : `; the scale bar is ${scaleBarPx} pixels long`;
  return [
    `no specimen, left out: ${parts.join(', ')}, ${share} % of the image${length} (--keep-overlays takes all for specimen)`,
  ];
}

const phrases: Readonly<Record<NotSpecimenKind, string>> = {
  banner: 'a banner along an edge',
  padding: 'a strip of one grey along an edge',
  'scale bar': 'a scale bar',
  drawing: 'letters or marks',
};
