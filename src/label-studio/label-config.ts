import { XMLParser } from 'fast-xml-parser';
import { SamIAmError } from '../core/errors.js';

/** An `<Image>` tag: which value of a task's data holds the address of the image. */
export interface ImageTag {
  readonly name: string;
  /** The key in `task.data`, without the dollar sign. */
  readonly valueKey: string;
}

/** A control tag that draws on an image, with its labels in the order of the config. */
export interface LabelControl {
  readonly kind: 'brush' | 'keypoint' | 'rectangle';
  readonly name: string;
  readonly toName: string;
  readonly labels: readonly string[];
  /** Only offered as a smart tool: nothing to paint materials with by default. */
  readonly smartOnly: boolean;
}

/** What the backend needs to know of a labelling config. */
export interface LabelConfig {
  readonly images: readonly ImageTag[];
  readonly controls: readonly LabelControl[];
}

/** A brush control and the image that it paints: what a prediction is made for. */
export interface PaintTarget {
  readonly brush: LabelControl;
  readonly image: ImageTag;
}

const controlKinds: Readonly<Record<string, LabelControl['kind']>> = {
  BrushLabels: 'brush',
  KeyPointLabels: 'keypoint',
  RectangleLabels: 'rectangle',
};

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Tag[];
}

/** Reads Label Studio's labelling XML; text that is none is a `label_config.unreadable` error. */
export function parseLabelConfig(xml: string): LabelConfig {
  const tags = parseTags(xml).flatMap(withDescendants);
  return {
    images: tags.filter((tag) => tag.name === 'Image').map(readImageTag),
    controls: tags.flatMap((tag) => readControl(tag) ?? []),
  };
}

/**
 * The brush control that materials are painted with, and its image: the first `<BrushLabels>` that has labels and is not
 * reserved for the smart tool, else the first that has labels.
 */
export function findPaintTarget(config: LabelConfig): PaintTarget {
  const brushes = config.controls.filter((control) => control.kind === 'brush' && control.labels.length > 0);
  const brush = brushes.find((control) => !control.smartOnly) ?? brushes[0];
  if (brush === undefined) {
    throw new SamIAmError('label_config.no_brush_labels', 'the label config has no <BrushLabels> tag with labels', {
      hint: 'Add <BrushLabels name="material" toName="image"> with one <Label> per material (see label-config/ for ready configs).',
    });
  }
  return { brush, image: imageOf(config, brush) };
}

/** The brush control that can carry a label that the user picked on another tool, and its image. */
export function findPaintTargetForLabel(config: LabelConfig, label: string): PaintTarget {
  const brush = config.controls.find((control) => control.kind === 'brush' && control.labels.includes(label));
  if (brush === undefined) {
    throw new SamIAmError('label_config.no_brush_labels', `no <BrushLabels> tag has the label "${label}"`, {
      hint: `Add <Label value="${label}"/> to the <BrushLabels> tag of the label config.`,
    });
  }
  return { brush, image: imageOf(config, brush) };
}

/** An attribute of our own on `<Label>` tags: its value by label, for labels that have it. */
export function labelAttributes(xml: string, attribute: string): Map<string, string> {
  const labels = parseTags(xml)
    .flatMap(withDescendants)
    .filter(({ name }) => name.toLowerCase() === 'label');
  return new Map(
    labels.flatMap(({ attributes }) => {
      const label = attributes.get('alias') ?? attributes.get('value');
      const value = attributes.get(attribute);
      return label === undefined || value === undefined ? [] : [[label, value] as const];
    }),
  );
}

function imageOf(config: LabelConfig, brush: LabelControl): ImageTag {
  const image = config.images.find((candidate) => candidate.name === brush.toName);
  if (image === undefined) {
    throw new SamIAmError(
      'label_config.unreadable',
      `<BrushLabels name="${brush.name}"> paints "${brush.toName}", but the label config has no <Image> of that name`,
      { hint: `Add <Image name="${brush.toName}" value="$image"/> to the label config, or correct toName.` },
    );
  }
  return image;
}

function readImageTag(tag: Tag): ImageTag {
  const value = tag.attributes.get('value') ?? '';
  return { name: tag.attributes.get('name') ?? '', valueKey: value.replace(/^\$/, '') };
}

function readControl(tag: Tag): LabelControl | undefined {
  const kind = controlKinds[tag.name];
  if (kind === undefined) return undefined;
  const labels = withDescendants(tag).flatMap((child) =>
    child.name === 'Label' ? (child.attributes.get('value') ?? []) : [],
  );
  return {
    kind,
    name: tag.attributes.get('name') ?? '',
    toName: tag.attributes.get('toName') ?? '',
    labels: [...new Set(labels)],
    smartOnly: tag.attributes.get('smartOnly')?.toLowerCase() === 'true',
  };
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
    const attributes = Object.entries(node[':@'] ?? {}).map(([key, value]) => [key, String(value)] as const);
    return [{ name, attributes: new Map(attributes), children: toTags(node[name]) }];
  });
}

function unreadable(reason: string): SamIAmError {
  return new SamIAmError('label_config.unreadable', `the label config is not readable XML: ${reason}`, {
    hint: "Correct it in the project's settings under Labeling Interface, or copy one from label-config/.",
  });
}
