import { SamIAmError } from '../core/errors.js';
import { withoutTrailing } from '../core/without-trailing.js';
import type { ImageTag } from './label-config.js';
import type { Task } from './protocol.js';
import { resolveTaskValue, type TaskData } from './task-value.js';

/** Where Label Studio is, and what it accepts as a login. */
export interface LabelStudioAccess {
  /** Address as the backend reaches it, without a final slash. */
  readonly url: string | undefined;
  /** Address that Label Studio gives itself; images on it are fetched from `url`. */
  readonly hostname?: string | undefined;
  /** Legacy token, personal access token or access token. */
  readonly token: string | undefined;
  /** The task whose image is asked for; Label Studio needs it to open cloud storages. */
  readonly taskId?: number | undefined;
}

/** Where the bytes of an image are. */
export type ImageLocation =
  | { readonly kind: 'inline'; readonly uri: string }
  | {
      readonly kind: 'http';
      readonly url: URL;
      /** On Label Studio itself. */
      readonly own: boolean;
      /** What the address stands for, where it does not show it. */
      readonly file?: string;
    };

/** The key that Label Studio gives an upload before the project has a label config. */
const unnamedKey = '$undefined$';

/** What a task holds where the `<Image>` tag says, as Label Studio resolves it; undefined for a task without. */
export function imageValueOf(data: TaskData, { valueKey, template }: ImageTag): unknown {
  return resolveTaskValue(data, template ?? `$${valueKey}`);
}

/** The addresses in the value that the `<Image>` tag names: one, or one per page of a `valueList`. A task without is an error. */
export function imageAddressesOf(task: Task, image: ImageTag): string[] {
  const value = imageValueOf(task.data, image) ?? task.data[unnamedKey];
  const listed: readonly unknown[] = image.isList && Array.isArray(value) ? value : [value];
  const addresses = listed.map((each) => (typeof each === 'string' ? each.trim() : ''));
  if (addresses.length > 0 && !addresses.includes('')) return addresses;
  const isEmpty = value === undefined || value === null || value === '' || listed.length === 0;
  const reason = isEmpty ? 'has none' : 'is no address';
  throw new SamIAmError('image.missing', `the task has no image: its value "${image.valueKey}" ${reason}`, {
    hint: `Give the task a data value "${image.valueKey}" with the address of the image, as the label config's <Image> expects.`,
  });
}

/** Resolves what a task says of its image: data URIs, paths on Label Studio, http(s) addresses. */
export function locateImage(address: string, labelStudio: LabelStudioAccess): ImageLocation {
  if (/^data:/i.test(address)) return { kind: 'inline', uri: address };
  if (address.startsWith('/')) return { kind: 'http', url: onLabelStudio(address, labelStudio), own: true };
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && cloudSchemes.has(url.protocol)) return inCloudStorage(address, labelStudio);
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw unsupported(address, url);
  if (isOnLabelStudio(url, labelStudio)) return { kind: 'http', url, own: true };
  if (labelStudio.hostname !== undefined && URL.canParse(labelStudio.hostname)) {
    const alias = new URL(labelStudio.hostname);
    const path = withoutPrefix(`${url.pathname}${url.search}`, alias.pathname);
    if (url.origin === alias.origin) return { kind: 'http', url: onLabelStudio(path, labelStudio), own: true };
  }
  return { kind: 'http', url, own: false };
}

/** Storages that only Label Studio has the keys of. */
const cloudSchemes = new Set(['s3:', 'gs:', 'azure-blob:', 'azure-spi:', 'azure_spi:', 'https+azure-blob:']);

/** Label Studio answers with the file, or with a redirect to an address that needs no login. */
function inCloudStorage(address: string, labelStudio: LabelStudioAccess): ImageLocation {
  if (labelStudio.taskId === undefined) {
    throw new SamIAmError(
      'image.not_found',
      `"${address.slice(0, 80)}" is in a cloud storage, and the task has no id`,
      {
        hint: 'Send the task with its id, or give the image an http(s) address.',
      },
    );
  }
  const fileUri = encodeURIComponent(urlSafeBase64(address));
  const url = onLabelStudio(`/tasks/${labelStudio.taskId}/resolve/?fileuri=${fileUri}`, labelStudio);
  return { kind: 'http', url, own: true, file: address };
}

/** The form that Label Studio reads: Python's, with its padding. */
function urlSafeBase64(text: string): string {
  return Buffer.from(text).toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
}

/** Whether an address is Label Studio's own: its exact origin, and below its path if it has one. Only there its token goes. */
export function isOnLabelStudio(url: URL, { url: base }: LabelStudioAccess): boolean {
  if (base === undefined) return false;
  const { origin, pathname } = new URL(base);
  const prefix = withoutTrailing(pathname, '/');
  return url.origin === origin && (prefix === '' || isBelow(prefix, url.pathname));
}

/** Servers in between may decode a path before they fold its `..`: it has to stay below the prefix in every reading. */
function isBelow(prefix: string, pathname: string): boolean {
  for (let reading = pathname, times = 0; times <= mostDecodings; times++) {
    const folded = new URL(reading.replace(/[?#\\]/g, '/'), 'http://any').pathname.replace(/\/{2,}/g, '/');
    if (!folded.startsWith(`${prefix}/`) || !reading.startsWith(`${prefix}/`)) return false;
    const decoded = decodedOnce(reading);
    if (decoded === reading) return true;
    reading = decoded;
  }
  return false;
}

/** A path that is encoded more often than this is no path. */
const mostDecodings = 3;

function decodedOnce(path: string): string {
  return path.replace(/%(2e|2f|5c|25)/gi, (sign) => decodeURIComponent(sign));
}

/** A file name for messages: the last part of the address. */
export function imageNameOf(location: ImageLocation): string {
  if (location.kind === 'inline') return 'inline image';
  const path = location.file ?? location.url.searchParams.get('d') ?? location.url.pathname;
  const last = path.split('/').findLast((part) => part !== '') ?? location.url.host;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** Label Studio may live below a path: its own addresses may or may not repeat it. */
function onLabelStudio(path: string, labelStudio: LabelStudioAccess): URL {
  if (labelStudio.url === undefined) {
    throw new SamIAmError(
      'label_studio.unreachable',
      `"${path}" is a path on Label Studio, whose address is not known`,
      {
        hint: 'Set LABEL_STUDIO_URL to the address of Label Studio.',
      },
    );
  }
  const prefix = new URL(labelStudio.url).pathname;
  const url = new URL(`${withoutTrailing(labelStudio.url, '/')}${withoutPrefix(path, prefix)}`);
  // `/../x` is a neighbour's, who must not see our token.
  if (!isOnLabelStudio(url, labelStudio)) throw outside(path);
  return url;
}

function outside(path: string): SamIAmError {
  return new SamIAmError('image.forbidden', `"${path.slice(0, 80)}" is a path out of Label Studio's address`, {
    hint: 'Give the path as Label Studio writes it, without "..".',
  });
}

function withoutPrefix(path: string, prefix: string): string {
  const trimmed = withoutTrailing(prefix, '/');
  return trimmed !== '' && path.startsWith(`${trimmed}/`) ? path.slice(trimmed.length) : path;
}

function unsupported(address: string, url: URL | undefined): SamIAmError {
  const what = url === undefined ? 'is no address' : `has the scheme ${url.protocol}, which is not supported`;
  return new SamIAmError('image.not_found', `the image address "${address.slice(0, 80)}" ${what}`, {
    hint: 'Use an upload, a storage of Label Studio, an http(s) address or a data URI.',
  });
}
