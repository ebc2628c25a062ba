import type { LabelConfig } from '../../label-studio/label-config.js';
import { findPaintTarget } from '../../label-studio/label-config.js';

/** The address of a task's image: the value that the label config names, else the first text that looks like one; null if none does. */
export function taskImageAddress(
  data: Readonly<Record<string, unknown>>,
  config: LabelConfig | undefined,
): string | null {
  const key = config === undefined ? undefined : paintedValueKey(config);
  const named = key === undefined ? undefined : data[key];
  const candidates = [named, data['image'], ...Object.values(data)];
  const address = candidates.find((value): value is string => typeof value === 'string' && looksLikeAddress(value));
  return address ?? (typeof named === 'string' && named !== '' ? named : null);
}

function paintedValueKey(config: LabelConfig): string | undefined {
  try {
    return findPaintTarget(config).image.valueKey;
  } catch {
    // Without a brush control there is nothing to measure, which every task says of itself.
    return undefined;
  }
}

function looksLikeAddress(text: string): boolean {
  return /^(data:|\/|[a-z][a-z0-9+.-]*:\/\/)|\.(png|jpe?g|tiff?|webp|gif|bmp)$/i.test(text);
}

/** The file name at the end of an image's address, as the user knows it: without the prefix that Label Studio gives uploads. */
export function imageFileName(address: string | null): string | null {
  if (address === null) return null;
  if (/^data:/i.test(address)) return 'inline image';
  const [path = '', query] = address.split('?', 2);
  const local = /\/data\/local-files\/?$/.test(path) ? new URLSearchParams(query).get('d') : null;
  const last = (local ?? path).split('/').findLast((part) => part !== '');
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
