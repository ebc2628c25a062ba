import { imageValueOf } from '../label-studio/image-address.js';
import type { LabelConfig } from '../label-studio/label-config.js';
import { looksLikeAddress, type TaskData } from '../label-studio/task-value.js';
import type { ImagePlace } from './read-regions.js';

/** What is known besides of the image whose address is asked for. */
export interface AddressReading {
  readonly config: LabelConfig | undefined;
  /** The task's regions lie on no other image, pages aside. */
  readonly isOnly: boolean;
  /** They lie on later pages, too. */
  readonly hasPages: boolean;
}

/**
 * The address of one image of a task: what the label config names, as predictions take it; without a config, or where that is empty, the value of the image's own
 * name, else, where the task's regions lie on one image alone, the first text that looks like an address. Null if none does.
 */
export function taskImageAddress(
  data: TaskData,
  { toName, page }: ImagePlace,
  { config, isOnly, hasPages }: AddressReading,
): string | null {
  const tag = config?.images.find(({ name }) => name === toName) ?? (isOnly ? config?.images[0] : undefined);
  const named = pageOf(tag === undefined ? data[toName] : imageValueOf(data, tag), page);
  if (typeof named === 'string' && named.trim() !== '' && (tag !== undefined || looksLikeAddress(named)))
    return named.trim();
  if (!isOnly) return null;
  if (hasPages) return listedAddress(data, page);
  return firstAddress([data['image'], ...Object.values(data)]) ?? null;
}

function pageOf(value: unknown, page: number): unknown {
  if (!Array.isArray(value)) return page === 0 ? value : undefined;
  return value[page];
}

/** The page of the one list of addresses that a task has. */
function listedAddress(data: TaskData, page: number): string | null {
  const lists = Object.values(data).filter((value): value is unknown[] => Array.isArray(value));
  const [pages, ...others] = lists.filter((list) => list.length > page && list.every(isAddress));
  const address = others.length === 0 ? pages?.[page] : undefined;
  return typeof address === 'string' ? address : null;
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && looksLikeAddress(value);
}

/** Values of a task that are looked through for an address. */
const mostValues = 1000;

function firstAddress(values: readonly unknown[]): string | undefined {
  let level = values.slice(0, mostValues);
  for (let seen = level.length; level.length > 0 && seen <= mostValues; seen += level.length) {
    const address = level.find(isAddress);
    if (address !== undefined) return address;
    level = level
      .flatMap((value): unknown[] =>
        typeof value === 'object' && value !== null ? Object.values(value).slice(0, mostValues) : [],
      )
      .slice(0, mostValues);
  }
  return undefined;
}

/** The file name at the end of an image's address, as the user knows it: without the prefix that Label Studio gives uploads. */
export function imageFileName(address: string | null): string | null {
  if (address === null) return null;
  if (/^data:/i.test(address)) return 'inline image';
  const [path = '', query] = address.split('?', 2);
  const local = /\/data\/local-files\/?$/.test(path) ? new URLSearchParams(query).get('d') : null;
  const last = (local ?? path).split(/[/\\]/).findLast((part) => part !== '');
  if (last === undefined) return null;
  const name = decodeText(last);
  return path.includes('/data/upload/') ? name.replace(/^[0-9a-f]{8}-/, '') : name;
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
