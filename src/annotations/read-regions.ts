import { z } from 'zod';
import type { Mask } from '../core/mask.js';
import type { LabelConfig } from '../label-studio/label-config.js';
import type { AcceptedRegion, RegionOrigin } from '../metrics/region-origins.js';
import type { Problem } from './evaluation-case.js';
import { type AreaKind, areaKinds, type EntryKind, entryKind, labelsIn } from './region-kinds.js';
import { maskOfRegion } from './region-mask.js';

/** A region with its score, where it has one. */
export interface LayerRegion extends AcceptedRegion {
  readonly score: number | null;
}

/** What is wrong with a part of a result. */
export type Complaint = Pick<Problem, 'message' | 'hint'>;

/** One image of a task: regions name the `<Image>` tag that they lie on, and the page where it has several. */
export interface ImagePlace {
  readonly toName: string;
  /** From 0. */
  readonly page: number;
}

/** The regions of one annotation or prediction on one image. */
export interface RegionLayer extends ImagePlace {
  /** In pixels; 0 where no region could be read. */
  readonly width: number;
  readonly height: number;
  readonly regions: readonly LayerRegion[];
  readonly problems: readonly Complaint[];
  /** A region could not be read: what is left is not the whole, and must not be measured. */
  readonly isDamaged: boolean;
}

/** What a result holds, image by image, in the order in which they occur. */
export interface ResultLayers {
  readonly layers: readonly RegionLayer[];
  /** Of no image in particular; any of them may be half of what was meant. */
  readonly problems: readonly Complaint[];
}

/** What is known besides a result itself. */
export interface RegionReading {
  readonly config: LabelConfig | undefined;
  readonly maxPixels: number;
}

const headSchema = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  from_name: z.string().optional(),
  to_name: z.string().optional(),
  item_index: z.int().min(0).nullish(),
});

const regionSchema = z.object({
  original_width: z.int().positive(),
  original_height: z.int().positive(),
  image_rotation: z.number().nullish(),
  origin: z.string().nullish(),
  score: z.number().nullish(),
  value: z.record(z.string(), z.unknown()),
});

/** An entry that draws a region, with all that names it. */
interface DrawnEntry {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly kind: AreaKind | 'point' | 'foreign';
  readonly name: string;
  readonly from: string | undefined;
  readonly place: ImagePlace;
}

const origins: Readonly<Record<string, RegionOrigin>> = {
  prediction: 'accepted',
  'prediction-changed': 'edited',
  manual: 'drawn',
};

/** Entries of one result that are read; more was drawn by no person. */
const mostEntries = 50_000;

/** Signs of an id or a type that are kept: those that people are shown. */
const longestName = 60;

const exportHint = 'Export the project again as JSON; if it stays, draw the region anew.';

/**
 * Reads every region of a result that has an area, whatever it was drawn with, image by image. Erased brush regions are left out. A region that can't be
 * measured damages its image. Points and boxes that prompt a model are named and do not count. A region with several labels counts for each.
 */
export async function readRegions(result: readonly unknown[], reading: RegionReading): Promise<ResultLayers> {
  if (result.length > mostEntries) {
    const message = `it has ${result.length} entries, more than ${mostEntries}`;
    return { layers: [], problems: [{ message, hint: 'Merge regions of the same material.' }] };
  }
  const sorted = sortEntries(result, reading.config);
  const places = new Map<string, DrawnEntry[]>();
  for (const entry of sorted.drawn) {
    const key = placeKey(entry.place);
    const group = places.get(key);
    if (group === undefined) places.set(key, [entry]);
    else group.push(entry);
  }
  const layers: RegionLayer[] = [];
  for (const group of places.values()) layers.push(await new LayerReader(group, sorted.labels, reading).read());
  return { layers, problems: sorted.problems };
}

/** The same for the same image. */
export function placeKey({ toName, page }: ImagePlace): string {
  return JSON.stringify([toName, page]);
}

interface SortedEntries {
  readonly drawn: readonly DrawnEntry[];
  readonly labels: RegionLabels;
  readonly problems: readonly Complaint[];
}

function sortEntries(result: readonly unknown[], config: LabelConfig | undefined): SortedEntries {
  const labels = new RegionLabels();
  const drawn: DrawnEntry[] = [];
  const problems: Complaint[] = [];
  const report = (index: number, where: string): void => {
    const message = `region ${index + 1} is no brush mask and no other shape: ${where} is missing or wrong`;
    problems.push({ message, hint: exportHint });
  };
  const usual = config?.images[0]?.name ?? '';
  let toName: string | undefined;
  result.forEach((raw, index) => {
    const entry = typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : {};
    const kind = entryKind(entry);
    if (kind === undefined) {
      report(index, 'type');
      return;
    }
    if (kind === 'remark') return;
    const head = headSchema.safeParse(entry);
    if (!head.success) {
      report(index, head.error.issues[0]?.path.join('.') ?? 'it');
      return;
    }
    const { id, from_name: from, to_name: to, item_index: page } = head.data;
    const name = String(id ?? `#${index + 1}`).slice(0, longestName);
    labels.add(name, kind, entry);
    if (kind === 'labels' || kind === 'choices') return;
    toName ??= to;
    drawn.push({ raw: entry, kind, name, from, place: { toName: to ?? toName ?? usual, page: page ?? 0 } });
  });
  return { drawn, labels, problems };
}

/** Labels by region. */
class RegionLabels {
  /** Of `<Labels>` tags, which name what other controls draw. */
  readonly #named = new Map<string, Set<string>>();
  /** Of all entries of a region. */
  readonly #all = new Map<string, Set<string>>();
  readonly #choices = new Map<string, Set<string>>();

  add(region: string, kind: EntryKind, entry: Readonly<Record<string, unknown>>): void {
    if (kind === 'choices') addAll(this.#choices, region, labelsIn(entry['value'], ['choices']));
    else addAll(this.#all, region, ownLabels(entry));
    if (kind === 'labels') addAll(this.#named, region, ownLabels(entry));
  }

  /** What an entry itself says and `<Labels>` add; else what other entries of its region say; else what was chosen for it. */
  of(region: string, entry: Readonly<Record<string, unknown>>): readonly string[] {
    const own = [...ownLabels(entry), ...(this.#named.get(region) ?? [])];
    return [...new Set(own.length > 0 ? own : (this.#all.get(region) ?? this.#choices.get(region) ?? []))];
  }
}

function ownLabels({ type, value }: Readonly<Record<string, unknown>>): string[] {
  const known = areaKinds.map((kind) => `${kind}labels`);
  return labelsIn(value, [
    ...new Set([typeof type === 'string' && type.endsWith('labels') ? type : '', ...known, 'labels']),
  ]);
}

function addAll(groups: Map<string, Set<string>>, key: string, labels: readonly string[]): void {
  if (labels.length === 0) return;
  const group = groups.get(key) ?? new Set<string>();
  for (const label of labels) group.add(label);
  groups.set(key, group);
}

/** Reads the regions on one image. */
class LayerReader {
  readonly #entries: readonly DrawnEntry[];
  readonly #labels: RegionLabels;
  readonly #reading: RegionReading;
  readonly #problems: Complaint[] = [];
  readonly #regions: LayerRegion[] = [];
  /** By region and label: the masks that count already. */
  readonly #counted = new Map<string, Mask>();
  readonly #ids = new Set<string>();
  #size = { width: 0, height: 0 };
  #isDamaged = false;

  constructor(entries: readonly DrawnEntry[], labels: RegionLabels, reading: RegionReading) {
    this.#entries = entries;
    this.#labels = labels;
    this.#reading = reading;
  }

  async read(): Promise<RegionLayer> {
    const [{ place }] = this.#entries as [DrawnEntry];
    const prompts = this.#entries.filter((entry) => this.#isPrompt(entry));
    if (prompts.length > 0) this.#notePrompts(prompts);
    const left = new Set(prompts);
    const shapes = this.#entries.filter((entry) => !left.has(entry));
    const isMixed = shapes.some(({ kind }) => kind === 'brush' || kind === 'bitmask');
    for (const entry of shapes) {
      const isDoubtful = entry.kind === 'rectangle' && this.#reading.config === undefined && isMixed;
      if (isDoubtful) this.#damage(doubtfulBox(entry.name));
      else await this.#readShape(entry);
    }
    return { ...place, ...this.#size, regions: this.#regions, problems: this.#problems, isDamaged: this.#isDamaged };
  }

  #isPrompt({ kind, from }: DrawnEntry): boolean {
    if (kind === 'point') return true;
    return this.#reading.config?.controls.some(({ name, isPrompt }) => isPrompt === true && name === from) === true;
  }

  #notePrompts(prompts: readonly DrawnEntry[]): void {
    const names = prompts.slice(0, 3).map(({ name }) => name);
    const more = prompts.length > names.length ? ` and ${prompts.length - names.length} more` : '';
    const message = `${names.join(', ')}${more}: points and boxes for a smart tool have no area of their own and are not measured`;
    this.#problems.push({ message, hint: 'Delete them in Label Studio, if they were left over.' });
  }

  async #readShape({ raw, kind, name }: DrawnEntry): Promise<void> {
    if (kind === 'foreign' || kind === 'point') {
      this.#damage(foreignShape(name, String(raw['type']).slice(0, longestName)));
      return;
    }
    const { data, error } = regionSchema.safeParse(raw);
    if (data === undefined) {
      const where = error.issues[0]?.path.join('.') ?? 'it';
      this.#damage({
        message: `region ${name} can't be measured: ${where} is missing or wrong`,
        hint: exportHint,
      });
      return;
    }
    const size = { width: data.original_width, height: data.original_height };
    if (this.#size.width === 0) this.#size = size;
    if (size.width !== this.#size.width || size.height !== this.#size.height) {
      const { width, height } = this.#size;
      const sizes = `${size.width} × ${size.height} pixels, not ${width} × ${height} like the first one`;
      const hint = 'Draw the regions again: their image was replaced.';
      {
        this.#damage({ message: `region ${name} is ${sizes}`, hint });
        return;
      }
    }
    const mask = await maskOfRegion(kind, { ...data, size, maxPixels: this.#reading.maxPixels });
    if ('reason' in mask) {
      this.#damage({ message: `region ${name}: ${mask.reason}`, hint: exportHint });
      return;
    }
    if (mask.areaPx === 0 && kind === 'brush') return;
    const labels = this.#labels.of(name, raw);
    if (mask.areaPx === 0) this.#damage(emptyShape(name, kind));
    else if (labels.length === 0) this.#damage(unnamedShape(name));
    const recordedOrigin = origins[data.origin ?? ''] ?? null;
    for (const label of labels) {
      const key = JSON.stringify([name, label]);
      const counted = this.#counted.get(key);
      if (counted !== undefined && isSameMask(counted, mask)) continue;
      const id = this.#ids.has(name) ? `${name} (${label})` : name;
      this.#counted.set(key, mask);
      this.#ids.add(name);
      this.#regions.push({ id, label, mask, score: data.score ?? null, recordedOrigin });
    }
  }

  #damage(complaint: Complaint): void {
    this.#isDamaged = true;
    this.#problems.push(complaint);
  }
}

/** A region that two controls name is stored once for each. */
function isSameMask(a: Mask, b: Mask): boolean {
  return a.areaPx === b.areaPx && a.runs.length === b.runs.length && a.runs.every((at, index) => at === b.runs[index]);
}

function doubtfulBox(name: string): Complaint {
  return {
    message: `region ${name} is a rectangle beside masks: without the label config nobody can tell whether it is one of them or a box for a smart tool`,
    hint: 'Give the label config of the project with --label-config, or measure the project itself.',
  };
}

function foreignShape(name: string, type: string): Complaint {
  return {
    message: `region ${name} is a "${type}", which can't be measured`,
    hint: 'Draw it with a brush, bitmask, polygon, ellipse or rectangle.',
  };
}

function emptyShape(name: string, kind: AreaKind): Complaint {
  return {
    message: `region ${name} is a ${kind} that covers no pixel of the image`,
    hint: 'Delete it in Label Studio, or draw it again.',
  };
}

function unnamedShape(name: string): Complaint {
  return { message: `region ${name} has no label`, hint: 'Give it a label in Label Studio, or delete it.' };
}

/** Labels that the config does not have; none without a config. */
export function unknownLabels(regions: readonly LayerRegion[], config: LabelConfig | undefined): Complaint[] {
  const known = new Set(config?.controls.flatMap(({ labels }) => labels));
  if (known.size === 0) return [];
  const unknown = [...new Set(regions.map(({ label }) => label))].filter((label) => !known.has(label));
  return unknown.map((label) => ({
    message: `the label config has no label "${label}"; its masks are measured all the same`,
    hint: `Add <Label value="${label}"/> to the label config, or give the region another label.`,
  }));
}
