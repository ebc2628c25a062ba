import { SamIAmError } from '../core/errors.js';
import { attribute, type ConfigTag, parseConfigTags, withDescendants, writeOutRepeaters } from './config-tags.js';
import { type LabelControl, labelName, readControl } from './label-control.js';
import type { TaskData } from './task-value.js';

export type { LabelControl } from './label-control.js';

/** An `<Image>` tag: which value of a task's data holds the address of the image. */
export interface ImageTag {
  readonly name: string;
  /** The key in `task.data`, without the dollar sign: `image`, `scan.image`, `images[0]`. */
  readonly valueKey: string;
  /** The value as it is written, where it is not a single variable: `https://images/$file`. */
  readonly template?: string;
  /** `valueList`: the value holds several addresses, each a page of its own. */
  readonly isList: boolean;
}

/** What the backend needs to know of a labelling config. */
export interface LabelConfig {
  readonly images: readonly ImageTag[];
  readonly controls: readonly LabelControl[];
  /** The `<TextArea name="sam-i-am">` of an image, which takes what there is to say of its prediction. */
  readonly notes: readonly { readonly name: string; readonly toName: string }[];
  /** The tags, where each task adds to them: repeated parts, labels that come with the task. See {@link labelConfigOfTask}. */
  readonly tags?: readonly ConfigTag[];
}

/** A label, and the brush control that paints it. */
export interface PaintLabel {
  readonly brush: LabelControl;
  readonly label: string;
}

/** An image with the labels that its materials are painted with: what a prediction is made for. */
export interface PaintTarget {
  readonly image: ImageTag;
  /** In the order in which materials get them, the largest first. */
  readonly labels: readonly PaintLabel[];
  /** What materials beyond those labels are painted with; undefined: they are left out. */
  readonly unknown: PaintLabel | undefined;
  /** The name of the text field for what there is to say. */
  readonly note: string | undefined;
}

const noteName = 'sam-i-am';

/** Reads Label Studio's labelling XML; text that is none is a `label_config.unreadable` error. */
export function parseLabelConfig(xml: string): LabelConfig {
  const tags = parseConfigTags(xml);
  const config = readConfig(tags, undefined);
  const isPerTask =
    tags.flatMap(withDescendants).some(({ name }) => name === 'repeater') ||
    config.controls.some(({ labelsFrom }) => labelsFrom !== undefined);
  return isPerTask ? { ...config, tags } : config;
}

/** The label config with what a task adds to it: its own labels, and the parts that are repeated for each of its items. */
export function labelConfigOfTask(config: LabelConfig, data: TaskData): LabelConfig {
  return config.tags === undefined ? config : readConfig(config.tags, data);
}

function readConfig(roots: readonly ConfigTag[], data: TaskData | undefined): LabelConfig {
  const tags = writeOutRepeaters(roots, data).flatMap(withDescendants);
  return {
    images: tags.filter(({ name }) => name === 'image').map(readImageTag),
    controls: tags.flatMap((tag) => readControl(tag, data) ?? []),
    notes: tags
      .filter((tag) => tag.name === 'textarea' && attribute(tag, 'name') === noteName)
      .map((tag) => ({ name: noteName, toName: attribute(tag, 'toName') })),
  };
}

/** Every image that materials are painted on, in the order of the config; a config without one is an error. */
export function findPaintTargets(config: LabelConfig): [PaintTarget, ...PaintTarget[]] {
  const brushes = config.controls.filter(isPaintBrush);
  if (brushes.length === 0) {
    const empty = config.controls.find(({ kind, labelsFrom }) => kind === 'brush' && labelsFrom !== undefined);
    if (empty !== undefined) throw noLabelsInTask(empty);
    throw new SamIAmError('label_config.no_brush_labels', 'the label config has no <BrushLabels> tag with labels', {
      hint: 'Add <BrushLabels name="material" toName="image"> with one <Label> per material (see label-config/ for ready configs).',
    });
  }
  const targets = config.images.flatMap((image) => {
    const own = brushes.filter((brush) => paints(brush, image));
    return own.length === 0 ? [] : [paintTarget(config, image, own)];
  });
  const [first, ...others] = targets;
  if (first === undefined) throw noImage(brushes);
  return [first, ...others];
}

/**
 * The labels for materials: those of the first brush control that is not reserved for the smart tool. Where that one has but
 * a single label, each material has a control of its own, and the controls after it add theirs.
 */
function paintTarget(config: LabelConfig, image: ImageTag, brushes: readonly LabelControl[]): PaintTarget {
  const usual = brushes.filter(({ smartOnly }) => !smartOnly);
  const candidates = usual.length > 0 ? usual : brushes;
  const isSingle = ({ labels }: LabelControl) => labels.length === 1;
  const chosen =
    candidates[0] !== undefined && isSingle(candidates[0]) ? candidates.filter(isSingle) : candidates.slice(0, 1);
  const all = chosen.flatMap((brush) => brush.labels.map((label): PaintLabel => ({ brush, label })));
  const isUnknown = ({ brush, label }: PaintLabel) => label === brush.unknownLabel;
  return {
    image,
    labels: all.filter((each) => !isUnknown(each)),
    unknown: all.find(isUnknown),
    note: config.notes.find((note) => paints(note, image))?.name,
  };
}

/** What a prompt says of where its mask belongs. */
export interface PromptPlace {
  /** The label that the user picked. */
  readonly label: string | undefined;
  /** The name of the image that the user pointed at. */
  readonly toName: string | undefined;
}

/** The brush control that can carry the label that the user picked on another tool, and the image pointed at. */
export function findPromptTarget(config: LabelConfig, place: PromptPlace): PaintLabel & { readonly image: ImageTag } {
  const targets = findPaintTargets(config);
  const target = targets.find(({ image }) => image.name === place.toName) ?? targets[0];
  const { image } = target;
  if (place.label === undefined) {
    const [first = target.unknown] = target.labels;
    if (first !== undefined) return { ...first, image };
  }
  const label = place.label ?? '';
  const brush = config.controls.find(
    (control) => control.kind === 'brush' && paints(control, image) && control.labels.includes(label),
  );
  if (brush === undefined) {
    throw new SamIAmError(
      'label_config.no_brush_labels',
      `no <BrushLabels> tag of "${image.name}" has the label "${label}"`,
      {
        hint: `Add <Label value="${label}"/> to the <BrushLabels> tag of the label config.`,
      },
    );
  }
  return { brush, label, image };
}

/** An attribute of our own on `<Label>` tags: its value by label, for labels that have it. */
export function labelAttributes(xml: string, name: string): Map<string, string> {
  const labels = parseConfigTags(xml)
    .flatMap(withDescendants)
    .filter((tag) => tag.name === 'label');
  return new Map(
    labels.flatMap((tag) => {
      const [label, value] = [labelName(tag), attribute(tag, name)];
      return label === '' || value === '' ? [] : [[label, value] as const];
    }),
  );
}

/** Before a task is known, labels that come with it count. */
function isPaintBrush({ kind, labels, labelsFrom, isComplete }: LabelControl): boolean {
  return kind === 'brush' && (labels.length > 0 || (labelsFrom !== undefined && isComplete !== true));
}

function noLabelsInTask({ name, labelsFrom = '' }: LabelControl): SamIAmError {
  return new SamIAmError(
    'label_config.no_brush_labels',
    `<BrushLabels name="${name}"> takes its labels from the task, whose value "${labelsFrom.replace(/^\$/, '')}" holds none`,
    { hint: 'Give the task a list of labels there: [{"value": "Film"}, {"value": "Substrate"}].' },
  );
}

function paints({ toName }: { readonly toName: string }, image: ImageTag): boolean {
  return toName.split(',').some((name) => name.trim() === image.name);
}

function noImage(brushes: readonly LabelControl[]): SamIAmError {
  const [{ name, toName } = { name: '', toName: '' }] = brushes;
  return new SamIAmError(
    'label_config.unreadable',
    `<BrushLabels name="${name}"> paints "${toName}", but the label config has no <Image> of that name`,
    { hint: `Add <Image name="${toName}" value="$image"/> to the label config, or correct toName.` },
  );
}

function readImageTag(tag: ConfigTag): ImageTag {
  const list = attribute(tag, 'valueList');
  const value = attribute(tag, 'value') || list;
  const valueKey = value.replace(/^\$/, '');
  return {
    name: attribute(tag, 'name'),
    valueKey,
    isList: value === list && list !== '',
    ...(value.startsWith('$') && !valueKey.includes('$') ? {} : { template: value }),
  };
}
