import type { LabelConfig } from '../label-studio/label-config.js';

/** The address of a task's image: the value that the label config names, else the first text that looks like one; null if none does. */
export function taskImageAddress(
  data: Readonly<Record<string, unknown>>,
  config: LabelConfig | undefined,
): string | null {
  const painted = config && paintedImage(config)?.name;
  const key = config?.images.find(({ name }) => name === painted)?.valueKey;
  const named = key === undefined ? undefined : data[key];
  const candidates = [named, data['image'], ...Object.values(data)];
  const address = candidates.find((value): value is string => typeof value === 'string' && looksLikeAddress(value));
  return address ?? (typeof named === 'string' && named !== '' ? named : null);
}

/** The image that materials are painted on, and its labels: those of the first brush control that is no smart tool only, else of the first. */
export function paintedImage({
  controls,
}: LabelConfig): { readonly name: string; readonly labels: ReadonlySet<string> } | undefined {
  const brushes = controls.filter(({ kind, labels }) => kind === 'brush' && labels.length > 0);
  const name = (brushes.find(({ smartOnly }) => !smartOnly) ?? brushes[0])?.toName.split(',')[0]?.trim();
  return name === undefined ? undefined : { name, labels: new Set(brushes.flatMap(({ labels }) => labels)) };
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
