import { XMLParser } from 'fast-xml-parser';
import { SamIAmError } from '../core/errors.js';
import { resolveTaskValue, type TaskData } from './task-value.js';

/** A tag of a label config. */
export interface ConfigTag {
  /** In lower case: Label Studio does not mind. */
  readonly name: string;
  /** By their names in lower case. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly ConfigTag[];
}

/** The value of an attribute; empty where the tag does not have it. */
export function attribute(tag: ConfigTag, name: string): string {
  return tag.attributes.get(name.toLowerCase()) ?? '';
}

/** A tag and all tags in it, in the order of the document. */
export function withDescendants(tag: ConfigTag): ConfigTag[] {
  return [tag, ...tag.children.flatMap(withDescendants)];
}

/** Characters of a label config; a thousand labels take half of them. Reading more would hold up health checks. */
export const longestConfig = 1 << 17;
/** Tags inside of one another. */
const deepestTags = 100;

/** Reads Label Studio's labelling XML; text that is none, or too long to be one, is a `label_config.unreadable` error. */
export function parseConfigTags(xml: string): ConfigTag[] {
  if (xml.length > longestConfig) throw oversizedConfig(`it has more than ${longestConfig} characters`);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    htmlEntities: true,
  });
  let tags: ConfigTag[];
  try {
    tags = toTags(parser.parse(xml));
  } catch (thrown) {
    throw unreadableConfig(thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (tags.length === 0) throw unreadableConfig('it has no tags');
  return tags;
}

/** Tags that repeated parts may come to in a task. */
const mostTags = 20_000;

/**
 * The tags with each `<Repeater on="$images" indexFlag="{{idx}}">` written out: its children once for each item that the task holds, with the flag
 * replaced by the item's number. Without a task as many times as it takes to see what they are: once.
 */
export function writeOutRepeaters(tags: readonly ConfigTag[], data: TaskData | undefined): ConfigTag[] {
  let left = mostTags;
  const writeOut = (tag: ConfigTag, flags: ReadonlyMap<string, string>): ConfigTag[] => {
    if (--left < 0) throw oversizedConfig(`with its parts repeated it has more than ${mostTags} tags`);
    const filled = fillFlags(tag, flags);
    if (tag.name !== 'repeater') {
      return [{ ...filled, children: tag.children.flatMap((child) => writeOut(child, flags)) }];
    }
    const flag = attribute(filled, 'indexFlag') || '{{idx}}';
    const items = data === undefined ? [0] : itemsOf(resolveTaskValue(data, attribute(filled, 'on')));
    return items.flatMap((index) => {
      const inner = new Map([...flags, [flag, String(index)]]);
      return tag.children.flatMap((child) => writeOut(child, inner));
    });
  };
  return tags.flatMap((tag) => writeOut(tag, new Map()));
}

function itemsOf(value: unknown): number[] {
  return Array.isArray(value) ? Array.from({ length: Math.min(value.length, mostTags) }, (_, index) => index) : [];
}

function fillFlags(tag: ConfigTag, flags: ReadonlyMap<string, string>): ConfigTag {
  if (flags.size === 0) return tag;
  const fill = (text: string): string =>
    [...flags].reduce((filled, [flag, index]) => filled.replaceAll(flag, index), text);
  return { ...tag, attributes: new Map([...tag.attributes].map(([name, value]) => [name, fill(value)])) };
}

/** The parser's ordered form: an array of `{<tag name>: children[], ':@': attributes}`. */
function toTags(nodes: unknown, depth = 0): ConfigTag[] {
  if (!Array.isArray(nodes)) return [];
  if (depth > deepestTags) throw new Error(`its tags are nested more than ${deepestTags} deep`);
  return nodes.flatMap((node: Readonly<Record<string, unknown>>) => {
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    if (name === undefined) return [];
    const attributes = Object.entries(node[':@'] ?? {}).map(
      ([key, value]) => [key.toLowerCase(), String(value)] as const,
    );
    return [{ name: name.toLowerCase(), attributes: new Map(attributes), children: toTags(node[name], depth + 1) }];
  });
}

function oversizedConfig(reason: string): SamIAmError {
  return new SamIAmError('label_config.unreadable', `the label config is too large: ${reason}`, {
    hint: 'Give the labels of a task as data (<BrushLabels value="$labels">), or use fewer of them.',
  });
}

/** The error for a label config that can't be read. */
export function unreadableConfig(reason: string): SamIAmError {
  return new SamIAmError('label_config.unreadable', `the label config is not readable XML: ${reason}`, {
    hint: "Correct it in the project's settings under Labeling Interface, or copy one from label-config/.",
  });
}
