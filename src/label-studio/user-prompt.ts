import { z } from 'zod';
import type { UserPrompt } from '../core/user-prompt.js';

/** What a user pointed at, and the label that was picked for it. */
export interface LabelledPrompt extends UserPrompt {
  readonly label: string | undefined;
}

const percentRegion = z.object({
  original_width: z.number().positive(),
  original_height: z.number().positive(),
  is_positive: z.union([z.boolean(), z.number()]).optional(),
  value: z.object({
    x: z.number(),
    y: z.number(),
    width: z.number().optional(),
    height: z.number().optional(),
    rotation: z.number().optional(),
    keypointlabels: z.array(z.string()).optional(),
    rectanglelabels: z.array(z.string()).optional(),
    labels: z.array(z.string()).optional(),
  }),
});
type PercentRegion = z.infer<typeof percentRegion>;

const keyPoint = percentRegion.extend({ type: z.literal(['keypointlabels', 'keypoint']) });
const rectangle = percentRegion.extend({ type: z.literal(['rectanglelabels', 'rectangle']) });

/**
 * Reads the prompts of an interactive request: key points and rectangles in percent of the image. Regions of other kinds are
 * passed over; undefined if none is left. The newest prompt, which is the last, names the label.
 */
export function readUserPrompt(regions: readonly unknown[]): LabelledPrompt | undefined {
  const points = regions.flatMap((region) => keyPoint.safeParse(region).data ?? []);
  const rectangles = regions.flatMap((region) => rectangle.safeParse(region).data ?? []);
  const newest = regions.flatMap((region) => percentRegion.safeParse(region).data ?? []).at(-1);
  if (points.length + rectangles.length === 0) return undefined;
  return {
    label: newest === undefined ? undefined : labelOf(newest),
    points: points.map(toPoint),
    boxes: rectangles.map(toBox),
  };
}

function labelOf({ value }: PercentRegion): string | undefined {
  return (value.keypointlabels ?? value.rectanglelabels ?? value.labels)?.[0];
}

/** A click restored from a draft has lost `is_positive`: missing means positive. API clients also send 1 and 0. */
function toPoint(region: PercentRegion): LabelledPrompt['points'][number] {
  return {
    x: (region.value.x / 100) * region.original_width,
    y: (region.value.y / 100) * region.original_height,
    positive: region.is_positive === undefined || Boolean(region.is_positive),
  };
}

/** The upright box around a rectangle that may be rotated, in degrees, about its top left corner. */
function toBox(region: PercentRegion): LabelledPrompt['boxes'][number] {
  const { x, y, width = 0, height = 0, rotation = 0 } = region.value;
  const left = (x / 100) * region.original_width;
  const top = (y / 100) * region.original_height;
  const across = (width / 100) * region.original_width;
  const down = (height / 100) * region.original_height;
  const sine = Math.sin((rotation * Math.PI) / 180);
  const cosine = Math.cos((rotation * Math.PI) / 180);
  const xs = [0, across * cosine, -down * sine, across * cosine - down * sine];
  const ys = [0, across * sine, down * cosine, across * sine + down * cosine];
  return {
    x: left + Math.min(...xs),
    y: top + Math.min(...ys),
    width: Math.max(...xs) - Math.min(...xs),
    height: Math.max(...ys) - Math.min(...ys),
  };
}
