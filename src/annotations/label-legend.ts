import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';

/** What the numbers and colours of label images mean: names by number or by `#rrggbb`. */
export type LabelLegend = ReadonlyMap<string, string>;

/** Names of legend files, as annotation programs write them. */
const legendNames = ['legend.json', 'labels.json', 'classes.json', 'labelmap.txt', 'class_dict.csv'];

/** The legend of a folder of label images; undefined where there is none. Throws a TypeError for one that can't be read. */
export async function readLegend(folder: string): Promise<{ file: string; legend: LabelLegend } | undefined> {
  for (const name of legendNames) {
    const file = join(folder, name);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const legend = name.endsWith('.json') ? readJsonLegend(text, file) : readLines(text);
    if (legend.size === 0) throw new TypeError(`${basename(file)} names no label`);
    return { file, legend };
  }
  return undefined;
}

const channel = z.int().min(0).max(255);
const colour = z.union([z.string(), z.tuple([channel, channel, channel])]);
const named = z.object({
  name: z.string().optional(),
  label: z.string().optional(),
  color: colour.optional(),
  colour: colour.optional(),
  id: z.int().optional(),
  value: z.int().optional(),
});
const legendSchema = z.union([z.array(named), z.record(z.string(), z.union([colour, z.int()]))]);

/** `{"1": "Film"}`, `{"Film": "#ff0000"}`, `{"Film": [255, 0, 0]}`, `{"Film": 1}`, `{"#ff0000": "Film"}`, or a list of `{name, color or id}`. */
function readJsonLegend(text: string, file: string): LabelLegend {
  const parsed = legendSchema.safeParse(parseJson(text, file));
  if (!parsed.success) throw new TypeError(`${basename(file)} is no legend: names with a number or a colour each`);
  const pairs = Array.isArray(parsed.data)
    ? parsed.data.map(
        (each) => [each.name ?? each.label ?? '', each.color ?? each.colour ?? each.id ?? each.value] as const,
      )
    : Object.entries(parsed.data);
  return new Map(
    pairs.flatMap(([key, value]) => {
      if (typeof value === 'string' && keyOf(key) !== undefined && keyOf(value) === undefined)
        return [[keyOf(key) ?? '', value]];
      const at = value === undefined ? undefined : keyOf(value);
      return at === undefined || key === '' ? [] : [[at, key] as const];
    }),
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new TypeError(`${basename(file)} is no JSON`);
  }
}

/** As legends go by: a number as it is, a colour as `#rrggbb`. */
function keyOf(value: string | number | readonly [number, number, number]): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return hexColour(value);
  const text = value.trim().toLowerCase();
  return /^(#[0-9a-f]{6}|\d{1,5})$/.test(text) ? text : undefined;
}

/** `Film:255,0,0::` as CVAT writes it, `Film,255,0,0` or `1,Film`. */
function readLines(text: string): LabelLegend {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return new Map(
    lines.flatMap((line) => {
      const [name = '', ...numbers] = line.split(/[:,]/).map((part) => part.trim());
      const [red, green, blue] = numbers.slice(0, 3).map((number) => channel.safeParse(Number(number || 'x')).data);
      if (name === '' || red === undefined || green === undefined || blue === undefined) return [];
      return [[hexColour([red, green, blue]), name] as const];
    }),
  );
}

/** `#rrggbb` */
export function hexColour([red, green, blue]: readonly [number, number, number]): string {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`;
}
