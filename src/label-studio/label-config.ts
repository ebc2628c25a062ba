import { XMLParser } from 'fast-xml-parser';
import { SamIAmError } from '../core/errors.js';

/** An `<Image>` tag: which value of a task's data holds the address of the image. */
export interface ImageTag {
  readonly name: string;
  /** The key in `task.data`, without the dollar sign. */
  readonly valueKey: string;
  /** `valueList`: the value holds several addresses, each a page of its own. */
  readonly isList: boolean;
}

/** A control tag that draws on an image, with its labels in the order of the config. */
export interface LabelControl {
  readonly kind: 'brush' | 'keypoint' | 'rectangle';
  readonly name: string;
  /** The name of an `<Image>`, or several with commas between. */
  readonly toName: string;
  /** As results name them: a label's alias if it has one, else its value. */
  readonly labels: readonly string[];
  /** The label for what is none of the others: marked `unknown="true"`, or called so. */
  readonly unknownLabel?: string;
  /** Only offered as a smart tool: nothing to paint materials with by default. */
  readonly smartOnly: boolean;
}

/** What the backend needs to know of a labelling config. */
export interface LabelConfig {
  readonly images: readonly ImageTag[];
  readonly controls: readonly LabelControl[];
  /** The `<TextArea name="sam-i-am">` of an image, which takes what there is to say of its prediction. */
  readonly notes: readonly { readonly name: string; readonly toName: string }[];
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

const controlKinds: Readonly<Record<string, LabelControl['kind']>> = {
  brushlabels: 'brush',
  keypointlabels: 'keypoint',
  rectanglelabels: 'rectangle',
};

const noteName = 'sam-i-am';

interface Tag {
  /** In lower case: Label Studio does not mind. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Tag[];
}

/** Reads Label Studio's labelling XML; text that is none is a `label_config.unreadable` error. */
export function parseLabelConfig(xml: string): LabelConfig {
  const tags = parseTags(xml).flatMap(withDescendants);
  return {
    images: tags.filter(({ name }) => name === 'image').map(readImageTag),
    controls: tags.flatMap((tag) => readControl(tag) ?? []),
    notes: tags
      .filter((tag) => tag.name === 'textarea' && attribute(tag, 'name') === noteName)
      .map((tag) => ({ name: noteName, toName: attribute(tag, 'toName') })),
  };
}

/** Every image that materials are painted on, in the order of the config; a config without one is an error. */
export function findPaintTargets(config: LabelConfig): [PaintTarget, ...PaintTarget[]] {
  const brushes = config.controls.filter(({ kind, labels }) => kind === 'brush' && labels.length > 0);
  if (brushes.length === 0) {
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
  const labels = parseTags(xml)
    .flatMap(withDescendants)
    .filter((tag) => tag.name === 'label');
  return new Map(
    labels.flatMap((tag) => {
      const [label, value] = [nameOf(tag), attribute(tag, name)];
      return label === '' || value === '' ? [] : [[label, value] as const];
    }),
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

function readImageTag(tag: Tag): ImageTag {
  const list = attribute(tag, 'valueList');
  const value = attribute(tag, 'value') || list;
  return { name: attribute(tag, 'name'), valueKey: value.replace(/^\$/, ''), isList: value === list && list !== '' };
}

function readControl(tag: Tag): LabelControl | undefined {
  const kind = controlKinds[tag.name];
  if (kind === undefined) return undefined;
  const labels = withDescendants(tag).filter((child) => child.name === 'label' && nameOf(child) !== '');
  const unknown = labels.find((label) => attribute(label, 'unknown') === 'true') ?? labels.find(isCalledUnknown);
  return {
    kind,
    name: attribute(tag, 'name'),
    toName: attribute(tag, 'toName'),
    labels: [...new Set(labels.map(nameOf))],
    ...(unknown === undefined ? {} : { unknownLabel: nameOf(unknown) }),
    smartOnly: attribute(tag, 'smartOnly').toLowerCase() === 'true',
  };
}

function nameOf(label: Tag): string {
  return attribute(label, 'alias') || attribute(label, 'value');
}

function isCalledUnknown(label: Tag): boolean {
  return /^(unknown|unknown material)$/i.test(attribute(label, 'value').trim());
}

function attribute(tag: Tag, name: string): string {
  return tag.attributes.get(name.toLowerCase()) ?? '';
}

function withDescendants(tag: Tag): Tag[] {
  return [tag, ...tag.children.flatMap(withDescendants)];
}

function parseTags(xml: string): Tag[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    htmlEntities: true,
  });
  let tags: Tag[];
  try {
    tags = toTags(parser.parse(xml));
  } catch (thrown) {
    throw unreadable(thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (tags.length === 0) throw unreadable('it has no tags');
  return tags;
}

/** The parser's ordered form: an array of `{<tag name>: children[], ':@': attributes}`. */
function toTags(nodes: unknown): Tag[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Readonly<Record<string, unknown>>) => {
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    if (name === undefined) return [];
    const attributes = Object.entries(node[':@'] ?? {}).map(
      ([key, value]) => [key.toLowerCase(), String(value)] as const,
    );
    return [{ name: name.toLowerCase(), attributes: new Map(attributes), children: toTags(node[name]) }];
  });
}

function unreadable(reason: string): SamIAmError {
  return new SamIAmError('label_config.unreadable', `the label config is not readable XML: ${reason}`, {
    hint: "Correct it in the project's settings under Labeling Interface, or copy one from label-config/.",
  });
}
