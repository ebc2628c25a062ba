import { randomBytes } from 'node:crypto';
import { assignLabels } from './assign-labels.js';
import type { PaintLabel, PaintTarget } from './label-config.js';

/** One painted material, as far as Label Studio shows it. */
export interface PaintedLayer {
  readonly areaPx: number;
  /** The label that it is known to have; null or left out: unknown. */
  readonly name?: string | null;
  readonly score: number;
  readonly brushRle: Uint8Array;
}

/** The painted materials of an image, the largest first. */
export interface PaintedLayers {
  /** Size in pixels as a browser shows the image. */
  readonly width: number;
  readonly height: number;
  readonly materials: readonly PaintedLayer[];
  /** Labels that materials without a name are known not to have. */
  readonly knownNames?: readonly string[];
}

/** Which image a region belongs to. */
interface Place {
  readonly id: string;
  readonly from_name: string;
  readonly to_name: string;
  /** The page of an image with several (`valueList`), from 0. */
  readonly item_index?: number;
}

/** A region as Label Studio stores it: one label, one mask of the whole image. */
export interface BrushRegion extends Place {
  readonly type: 'brushlabels';
  readonly original_width: number;
  readonly original_height: number;
  readonly image_rotation: 0;
  readonly origin: 'prediction';
  readonly score: number;
  readonly value: { readonly format: 'rle'; readonly rle: Uint8Array; readonly brushlabels: readonly [string] };
}

/** What there is to say of a prediction, in the text field that the label config has for it. */
export interface NoteRegion extends Place {
  readonly type: 'textarea';
  readonly origin: 'prediction';
  readonly value: { readonly text: readonly string[] };
}

/** The regions of a prediction, its score, and what could not be shown. */
export interface BrushResult {
  readonly regions: readonly BrushRegion[];
  readonly notes: readonly NoteRegion[];
  /** Mean of the regions' scores, weighted by area; 0 without regions. */
  readonly score: number;
  /** Pixels painted: the weight of the score. */
  readonly areaPx: number;
  readonly warnings: readonly string[];
}

/** How regions are named. */
export interface RegionOptions {
  readonly newId?: () => string;
  /** The page of an image with several. */
  readonly itemIndex?: number | undefined;
}

/**
 * Paints each material with a label of the target (see {@link assignLabels}). Materials beyond the last label get the label for
 * unknown ones, or are left out: never painted with the name of another one. A warning says so.
 */
export function toBrushResult(painted: PaintedLayers, target: PaintTarget, options: RegionOptions = {}): BrushResult {
  const { labels, unknown, image } = target;
  const names = { names: painted.materials.map(({ name }) => name), ruledOut: painted.knownNames ?? [] };
  const paints = assignLabels(names, { labels, hasUnknown: unknown !== undefined }, ({ label }) => label);
  const shown = painted.materials.flatMap((layer, index) => {
    const paint = paints[index] ?? unknown;
    return paint === undefined ? [] : [{ layer, paint }];
  });
  const surplus = paints.filter((paint) => paint === undefined).length;
  const warnings = surplus > 0 ? [surplusWarning(surplus, painted.materials.length, target)] : [];
  const place = { size: painted, toName: image.name, ...options };
  const regions = shown.map(({ layer, paint }) => brushRegion(layer, paint, place));
  return {
    regions,
    notes: noteRegions(warnings, target, options),
    ...scoreOf(shown.map(({ layer }) => layer)),
    warnings,
  };
}

/** Paints everything that was found, usually one mask, with the label that the user picked. */
export function toBrushResultWithLabel(
  painted: PaintedLayers,
  paint: PaintLabel & Pick<PaintTarget, 'image'>,
  options: RegionOptions = {},
): BrushResult {
  const place = { size: painted, toName: paint.image.name, ...options };
  return {
    regions: painted.materials.map((layer) => brushRegion(layer, paint, place)),
    notes: [],
    ...scoreOf(painted.materials),
    warnings: [],
  };
}

/** One prediction for the images of a task. */
export function joinBrushResults(results: readonly BrushResult[]): BrushResult {
  const areaPx = results.reduce((sum, result) => sum + result.areaPx, 0);
  return {
    regions: results.flatMap(({ regions }) => regions),
    notes: results.flatMap(({ notes }) => notes),
    score: areaPx === 0 ? 0 : results.reduce((sum, result) => sum + result.score * result.areaPx, 0) / areaPx,
    areaPx,
    warnings: results.flatMap(({ warnings }) => warnings),
  };
}

/** An id that no other region has, in the alphabet that Label Studio uses. */
export function newRegionId(): string {
  return randomBytes(9).toString('base64url');
}

interface RegionPlace extends RegionOptions {
  readonly size: { readonly width: number; readonly height: number };
  readonly toName: string;
}

function brushRegion(layer: PaintedLayer, { brush, label }: PaintLabel, place: RegionPlace): BrushRegion {
  return {
    ...regionPlace(brush.name, place.toName, place),
    type: 'brushlabels',
    original_width: place.size.width,
    original_height: place.size.height,
    image_rotation: 0,
    origin: 'prediction',
    score: layer.score,
    value: { format: 'rle', rle: layer.brushRle, brushlabels: [label] },
  };
}

function noteRegions(texts: readonly string[], { note, image }: PaintTarget, options: RegionOptions): NoteRegion[] {
  if (note === undefined || texts.length === 0) return [];
  return [
    { ...regionPlace(note, image.name, options), type: 'textarea', origin: 'prediction', value: { text: [...texts] } },
  ];
}

function regionPlace(from: string, to: string, { newId = newRegionId, itemIndex }: RegionOptions): Place {
  const place = { id: newId(), from_name: from, to_name: to };
  return itemIndex === undefined ? place : { ...place, item_index: itemIndex };
}

function scoreOf(layers: readonly PaintedLayer[]): { readonly score: number; readonly areaPx: number } {
  const areaPx = layers.reduce((sum, layer) => sum + layer.areaPx, 0);
  const weighted = layers.reduce((sum, layer) => sum + layer.score * layer.areaPx, 0);
  return { score: areaPx === 0 ? 0 : weighted / areaPx, areaPx };
}

function surplusWarning(surplus: number, materials: number, { labels, unknown, image }: PaintTarget): string {
  const noun = surplus === 1 ? 'material' : 'materials';
  if (materials <= labels.length && unknown !== undefined) {
    return `${surplus} ${noun} of "${image.name}" unlike all labels that were learned: painted as "${unknown.label}"`;
  }
  const many = `${surplus} more ${noun} than the ${labels.length} labels for "${image.name}"`;
  const fate = unknown === undefined ? 'the smallest are left out' : `the smallest are painted as "${unknown.label}"`;
  return `${many}: ${fate}`;
}
