import { z } from 'zod';
import { asSamIAmError } from '../core/errors.js';
import { decodeBrushMask } from '../label-studio/brush-codec.js';
import type { LabelConfig } from '../label-studio/label-config.js';
import type { AcceptedRegion, RegionOrigin } from '../metrics/region-origins.js';
import { paintedImage } from './task-image.js';

/** A brush region with its score, where it has one. */
export interface BrushLayerRegion extends AcceptedRegion {
  readonly score: number | null;
}

/** The brush regions of one annotation or prediction. */
export interface BrushLayer {
  readonly width: number;
  readonly height: number;
  readonly regions: readonly BrushLayerRegion[];
  readonly problems: readonly { readonly message: string; readonly hint: string }[];
  /** A region could not be read: what is left is not the whole, and must not be measured. */
  readonly isDamaged: boolean;
}

const brushSchema = z.object({
  id: z.string().optional(),
  to_name: z.string().optional(),
  /** The page of an image with several; the first is measured. */
  item_index: z.number().nullish(),
  original_width: z.number().int().positive(),
  original_height: z.number().int().positive(),
  origin: z.string().nullish(),
  score: z.number().nullish(),
  value: z.object({
    rle: z.custom<readonly number[] | Uint8Array>((value) => Array.isArray(value) || value instanceof Uint8Array),
    brushlabels: z.array(z.string()).min(1),
  }),
});
type RawBrush = z.infer<typeof brushSchema>;

const origins: Readonly<Record<string, RegionOrigin>> = {
  prediction: 'accepted',
  'prediction-changed': 'edited',
  manual: 'drawn',
};

interface BrushReading {
  readonly config: LabelConfig | undefined;
  readonly maxPixels: number;
}

/**
 * Reads the brush regions of a result. Erased ones are left out, and so are regions on another image of the task; other kinds of
 * regions are not measured. A region that does not decode, or whose size is not that of the first one, is a problem that damages the layer.
 */
export function readBrushLayer(result: readonly unknown[], { config, maxPixels }: BrushReading): BrushLayer {
  const problems: { message: string; hint: string }[] = [];
  let isDamaged = false;
  const painted = config && paintedImage(config);
  const brushes = result.flatMap((raw, index): (RawBrush & { name: string })[] => {
    if (typeOf(raw) !== undefined && typeOf(raw) !== 'brushlabels') return [];
    const parsed = brushSchema.safeParse(raw);
    if (parsed.success) return [{ ...parsed.data, name: parsed.data.id ?? String(index + 1) }];
    isDamaged = true;
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    problems.push({ message: `region ${index + 1} is no brush mask: ${where} is missing or wrong`, hint: exportHint });
    return [];
  });
  const toName = painted?.name ?? brushes[0]?.to_name;
  const onImage = brushes.filter(
    ({ to_name, item_index }) => (to_name === undefined || to_name === toName) && (item_index ?? 0) === 0,
  );
  const [first] = onImage;
  const width = first?.original_width ?? 0;
  const height = first?.original_height ?? 0;
  const regions = onImage.flatMap((brush): BrushLayerRegion[] => {
    const region = readRegion(brush, width, height, maxPixels);
    if ('mask' in region) return region.mask.areaPx === 0 ? [] : [region];
    isDamaged = true;
    problems.push(region);
    return [];
  });
  return { width, height, regions, problems: [...problems, ...unknownLabels(regions, config)], isDamaged };
}

const exportHint = 'Export the project again as JSON; if it stays, paint the region anew.';

function typeOf(raw: unknown): string | undefined {
  return typeof raw === 'object' && raw !== null && 'type' in raw && typeof raw.type === 'string'
    ? raw.type
    : undefined;
}

function readRegion(
  { name, original_width, original_height, origin, score, value }: RawBrush & { name: string },
  width: number,
  height: number,
  maxPixels: number,
): BrushLayerRegion | { message: string; hint: string } {
  if (original_width !== width || original_height !== height) {
    const sizes = `${original_width} × ${original_height} pixels, not ${width} × ${height} like the first one`;
    return { message: `region ${name} is ${sizes}`, hint: 'Paint the regions again: their image was replaced.' };
  }
  try {
    const mask = decodeBrushMask(Uint8Array.from(value.rle), width, height, maxPixels);
    const label = value.brushlabels[0] ?? '';
    return { id: name, label, mask, score: score ?? null, recordedOrigin: origins[origin ?? ''] ?? null };
  } catch (thrown) {
    return { message: `region ${name}: ${asSamIAmError(thrown).message}`, hint: exportHint };
  }
}

/** Labels that the config does not have; none without a config. */
export function unknownLabels(
  regions: readonly BrushLayerRegion[],
  config: LabelConfig | undefined,
): { readonly message: string; readonly hint: string }[] {
  const known = config && paintedImage(config)?.labels;
  if (known === undefined) return [];
  const unknown = [...new Set(regions.map(({ label }) => label))].filter((label) => !known.has(label));
  return unknown.map((label) => ({
    message: `the label config has no label "${label}"; its masks are measured all the same`,
    hint: `Add <Label value="${label}"/> to the label config, or give the region another label.`,
  }));
}
