/** How regions with an area are stored. */
export type AreaKind = 'brush' | 'bitmask' | 'polygon' | 'ellipse' | 'rectangle';

/** What an entry of a result is to a measurement. */
export type EntryKind =
  | AreaKind
  /** A point that prompts a model or marks a place. */
  | 'point'
  /** Names a region that another entry draws. */
  | 'labels'
  | 'choices'
  /** Says something of a region or of the task, and draws nothing. */
  | 'remark'
  /** Drawn on an image in a way that can't be measured. */
  | 'foreign';

/** The kinds of regions that have an area, in the order in which messages list them. */
export const areaKinds = ['brush', 'bitmask', 'polygon', 'ellipse', 'rectangle'] as const satisfies readonly AreaKind[];

const remarks = new Set([
  'textarea',
  'number',
  'rating',
  'datetime',
  'taxonomy',
  'pairwise',
  'ranker',
  'relation',
  'chatmessage',
  'reactcode',
  'hypertextlabels',
  'paragraphlabels',
  'timeserieslabels',
  'timelinelabels',
]);

/** Keys of a value that only one kind of shape has. */
const telltales: readonly (readonly [key: string, kind: AreaKind])[] = [
  ['rle', 'brush'],
  ['imageDataURL', 'bitmask'],
  ['points', 'polygon'],
  ['radiusX', 'ellipse'],
];

/** Tells what an entry is by its type; without one, by what its value holds. Undefined: nothing of either. */
export function entryKind(entry: Readonly<Record<string, unknown>>): EntryKind | undefined {
  const { type, value } = entry;
  const held = typeof value === 'object' && value !== null ? value : {};
  if (typeof type !== 'string') return telltales.find(([key]) => key in held)?.[1];
  const area = areaKinds.find((kind) => type === kind || type === `${kind}labels`);
  if (area !== undefined) return area;
  if (type === 'keypoint' || type === 'keypointlabels') return 'point';
  if (type === 'labels' || type === 'choices') return type;
  if (remarks.has(type)) return 'remark';
  return 'original_width' in entry ? 'foreign' : 'remark';
}

/** The labels that an entry itself gives: those of its own type, or of a `<Labels>` tag. */
export function labelsIn(value: unknown, keys: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const held = value as Readonly<Record<string, unknown>>;
  return keys.flatMap((key) => {
    const listed = Object.hasOwn(held, key) ? held[key] : undefined;
    return Array.isArray(listed) ? listed.filter((label): label is string => typeof label === 'string') : [];
  });
}
