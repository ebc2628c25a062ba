import { z } from 'zod';
import { pixelOfRank } from '../core/mask.js';
import type { UserPrompt } from '../core/user-prompt.js';
import { decodeBrushMask } from './brush-codec.js';
import type { PromptPlace } from './label-config.js';

/** What a user pointed at, in percent of the image, and what was picked for it. */
export interface LabelledPrompt extends UserPrompt, PromptPlace {
  /** The page of an image with several. */
  readonly itemIndex: number | undefined;
}

const region = z.object({
  is_positive: z.union([z.boolean(), z.number()]).nullish(),
  to_name: z.string().optional(),
  item_index: z.number().nullish(),
});

/** What the sender takes for the size of the image. It is not relied on: percent are of the image that is fetched. */
const originalSize = {
  original_width: z.number().positive().nullish(),
  original_height: z.number().positive().nullish(),
};

const percentRegion = region.extend({
  ...originalSize,
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
const stroke = region.extend({
  original_width: z.number().int().positive(),
  original_height: z.number().int().positive(),
  type: z.literal(['brushlabels', 'brush']),
  value: z.object({
    rle: z.array(z.number().int().min(0).max(255)).min(1),
    brushlabels: z.array(z.string()).optional(),
    labels: z.array(z.string()).optional(),
  }),
});
type Stroke = z.infer<typeof stroke>;

const clickTypes: ReadonlySet<unknown> = new Set(['keypointlabels', 'keypoint', 'brushlabels', 'brush']);
const boxTypes: ReadonlySet<unknown> = new Set(['rectanglelabels', 'rectangle']);

/**
 * Clicks that are looked at in all, and how many of those are the newest. Every one is a token of the decoder, that must answer at once however many
 * regions lie on the canvas; SAM has learned from far fewer.
 */
const mostClicks = 16;
const newestClicks = 8;

/** Coordinates are percent, as Label Studio has them: whatever size is claimed, they are of the image that is fetched. */
const percent = { width: 100, height: 100 };

/** A stroke speaks as so many clicks, spread along its pixels, or fewer where there are many strokes. */
const clicksPerStroke = 5;

/**
 * The regions of an interactive request that say what is meant: all rectangles, each of which is a mask of its own, but no more than 16 of the key points
 * and strokes, the newest and some spread evenly over the older ones. Only their types are looked at.
 */
export function promptRegions(regions: readonly unknown[]): readonly unknown[] {
  const clicks = regions.filter((region) => clickTypes.has(typeOf(region)));
  const older = clicks.slice(0, -newestClicks);
  const step = Math.max(1, older.length / (mostClicks - newestClicks));
  const spread = older.filter((_, index) => Math.floor((index + 1) / step) > Math.floor(index / step));
  const kept = new Set([...spread, ...clicks.slice(-newestClicks)]);
  return regions.filter((region) => kept.has(region) || boxTypes.has(typeOf(region)));
}

function typeOf(region: unknown): unknown {
  return typeof region === 'object' && region !== null && 'type' in region ? region.type : undefined;
}

/**
 * Reads the prompts of an interactive request: key points and rectangles in percent of the image, and brush strokes (which only
 * API clients send), as far as they matter (see {@link promptRegions}). Regions of other kinds are passed over; undefined if none is left.
 * The newest prompt, which is the last, names the label.
 */
export function readUserPrompt(regions: readonly unknown[]): LabelledPrompt | undefined {
  const points: LabelledPrompt['points'][number][] = [];
  const boxes: LabelledPrompt['boxes'][number][] = [];
  let newest: (PercentRegion | Stroke) | undefined;
  const chosen = promptRegions(regions);
  const perStroke = Math.max(1, Math.min(clicksPerStroke, Math.floor(mostClicks / chosen.length)));
  for (const each of chosen) {
    const point = keyPoint.safeParse(each).data;
    const box = rectangle.safeParse(each).data;
    const painted = stroke.safeParse(each).data;
    if (point !== undefined) points.push(toPoint(point));
    if (box !== undefined) boxes.push(toBox(box));
    if (painted !== undefined) points.push(...toClicks(painted, perStroke));
    newest = point ?? box ?? painted ?? newest;
  }
  if (newest === undefined) return undefined;
  const { to_name: toName, item_index: itemIndex } = newest;
  return { label: labelOf(newest), toName, itemIndex: itemIndex ?? undefined, points, boxes, of: percent };
}

function labelOf({ value }: PercentRegion | Stroke): string | undefined {
  const own = 'rle' in value ? value.brushlabels : (value.keypointlabels ?? value.rectanglelabels);
  return (own ?? value.labels)?.[0];
}

function isPositive({ is_positive: positive }: z.infer<typeof region>): boolean {
  return positive === undefined || positive === null || Boolean(positive);
}

function toClicks(painted: Stroke, atMost: number): LabelledPrompt['points'][number][] {
  const { original_width: width, original_height: height } = painted;
  const mask = decodeBrushMask(Uint8Array.from(painted.value.rle), width, height);
  const clicks = Math.min(atMost, mask.areaPx);
  return Array.from({ length: clicks }, (_, i) => {
    const pixel = pixelOfRank(mask, Math.floor(((i + 0.5) * mask.areaPx) / clicks));
    const [x, y] = [(pixel % width) + 0.5, Math.floor(pixel / width) + 0.5];
    return { x: (100 * x) / width, y: (100 * y) / height, positive: isPositive(painted) };
  });
}

/** A click restored from a draft has lost `is_positive`: missing means positive. API clients also send 1 and 0. */
function toPoint(region: PercentRegion): LabelledPrompt['points'][number] {
  return { x: region.value.x, y: region.value.y, positive: isPositive(region) };
}

/** The upright box around a rectangle that may be rotated, in degrees, about its top left corner: in pixels, which are as wide as high. */
function toBox(region: PercentRegion): LabelledPrompt['boxes'][number] {
  const { x, y, width = 0, height = 0, rotation = 0 } = region.value;
  const aspect = (region.original_width ?? 1) / (region.original_height ?? 1);
  const sine = Math.sin((rotation * Math.PI) / 180);
  const cosine = Math.cos((rotation * Math.PI) / 180);
  const across = [0, width * cosine, (-height * sine) / aspect, width * cosine - (height * sine) / aspect];
  const down = [0, width * sine * aspect, height * cosine, width * sine * aspect + height * cosine];
  return {
    x: x + Math.min(...across),
    y: y + Math.min(...down),
    width: Math.max(...across) - Math.min(...across),
    height: Math.max(...down) - Math.min(...down),
  };
}
