import { attribute, type ConfigTag, withDescendants } from './config-tags.js';
import { resolveTaskValue, type TaskData } from './task-value.js';

/** What a control draws on an image; `labels` and `choices` name what another control has drawn. */
export type ControlKind = 'brush' | 'bitmask' | 'polygon' | 'ellipse' | 'rectangle' | 'keypoint' | 'labels' | 'choices';

/** A control tag that labels regions of an image, with its labels in the order of the config. */
export interface LabelControl {
  readonly kind: ControlKind;
  readonly name: string;
  /** The name of an `<Image>`, or several with commas between. */
  readonly toName: string;
  /** As results name them: a label's alias if it has one, else its value. */
  readonly labels: readonly string[];
  /** The label for what is none of the others: marked `unknown="true"`, or called so. */
  readonly unknownLabel?: string;
  /** Only offered as a smart tool: nothing to paint materials with by default. */
  readonly smartOnly: boolean;
  /** What it draws is there to prompt a model, not an annotation. */
  readonly isPrompt?: boolean;
  /** The value that holds labels of each task's own, as it is written: `$labels`. */
  readonly labelsFrom?: string;
  /** The labels of a task are among `labels` already. */
  readonly isComplete?: boolean;
}

const controlKinds: Readonly<Record<string, ControlKind>> = {
  brushlabels: 'brush',
  bitmasklabels: 'bitmask',
  polygonlabels: 'polygon',
  ellipselabels: 'ellipse',
  rectanglelabels: 'rectangle',
  keypointlabels: 'keypoint',
  labels: 'labels',
  choices: 'choices',
};

/** Reads a control tag, with the labels that a task brings along; undefined for other tags. */
export function readControl(tag: ConfigTag, data: TaskData | undefined): LabelControl | undefined {
  const kind = controlKinds[tag.name];
  if (kind === undefined || (kind === 'choices' && attribute(tag, 'perRegion') !== 'true')) return undefined;
  const ending = kind === 'choices' ? 'choice' : 'label';
  const labels = withDescendants(tag).filter((child) => child.name === ending && labelName(child) !== '');
  const unknown = labels.find((label) => attribute(label, 'unknown') === 'true') ?? labels.find(isCalledUnknown);
  const value = attribute(tag, 'value');
  const labelsFrom = value.startsWith('$') ? value : '';
  const own = labelsFrom === '' || data === undefined ? [] : labelsOfTask(data, labelsFrom);
  return {
    kind,
    name: attribute(tag, 'name'),
    toName: attribute(tag, 'toName'),
    labels: [...new Set([...labels.map(labelName), ...own])],
    ...(unknown === undefined ? {} : { unknownLabel: labelName(unknown) }),
    smartOnly: attribute(tag, 'smartOnly').toLowerCase() === 'true',
    ...(isPrompt(kind, tag) ? { isPrompt: true } : {}),
    ...(labelsFrom === '' ? {} : { labelsFrom, isComplete: data !== undefined }),
  };
}

/** As results name it. */
export function labelName(label: ConfigTag): string {
  return attribute(label, 'alias') || attribute(label, 'value');
}

/** Key points and what is offered as a smart tool; a smart brush paints like any other. */
function isPrompt(kind: ControlKind, tag: ConfigTag): boolean {
  const isSmart = (name: string): boolean => attribute(tag, name).toLowerCase() === 'true';
  return kind !== 'brush' && (isSmart('smartOnly') || isSmart('smart'));
}

/** Labels that a task may bring along. */
const mostTaskLabels = 1000;

/** As Label Studio takes them: `[{"value": "Film", "alias": "film"}, …]`, or just their names. */
function labelsOfTask(data: TaskData, labelsFrom: string): string[] {
  const listed = resolveTaskValue(data, labelsFrom);
  if (!Array.isArray(listed)) return [];
  const names = listed.slice(0, mostTaskLabels).map((each: unknown) => {
    if (typeof each !== 'object' || each === null) return each;
    const { alias, value } = each as TaskData;
    return typeof alias === 'string' && alias !== '' ? alias : value;
  });
  return names.filter((name): name is string => typeof name === 'string' && name !== '');
}

function isCalledUnknown(label: ConfigTag): boolean {
  return /^(unknown|unknown material)$/i.test(attribute(label, 'value').trim());
}
