import { SamIAmError } from '../core/errors.js';
import type { ImageTag } from './label-config.js';
import type { Task } from './protocol.js';

/** Where Label Studio is, and what it accepts as a login. */
export interface LabelStudioAccess {
  /** Address as the backend reaches it, without a final slash. */
  readonly url: string | undefined;
  /** Address that Label Studio gives itself; images on it are fetched from `url`. */
  readonly hostname?: string | undefined;
  /** Legacy token, personal access token or access token. */
  readonly token: string | undefined;
}

/** Where the bytes of an image are. */
export type ImageLocation =
  | { readonly kind: 'inline'; readonly uri: string }
  | { readonly kind: 'http'; readonly url: URL; readonly own: boolean };

/** The key that Label Studio gives an upload before the project has a label config. */
const unnamedKey = '$undefined$';

/** The address of a task's image, in the value that the `<Image>` tag names. */
export function imageAddressOf(task: Task, image: ImageTag): string {
  const value = task.data[image.valueKey] ?? task.data[unnamedKey];
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  const reason = value === undefined || value === null || value === '' ? 'has none' : 'is no address';
  throw new SamIAmError('image.missing', `the task has no image: its value "${image.valueKey}" ${reason}`, {
    hint: `Give the task a data value "${image.valueKey}" with the address of the image, as the label config's <Image> expects.`,
  });
}

/** Resolves what a task says of its image: data URIs, paths on Label Studio, http(s) addresses. */
export function locateImage(address: string, labelStudio: LabelStudioAccess): ImageLocation {
  if (/^data:/i.test(address)) return { kind: 'inline', uri: address };
  if (address.startsWith('/')) return { kind: 'http', url: onLabelStudio(address, labelStudio), own: true };
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw unsupported(address, url);
  if (labelStudio.url !== undefined && url.origin === new URL(labelStudio.url).origin)
    return { kind: 'http', url, own: true };
  if (labelStudio.hostname !== undefined && URL.canParse(labelStudio.hostname)) {
    const alias = new URL(labelStudio.hostname);
    const path = withoutPrefix(`${url.pathname}${url.search}`, alias.pathname);
    if (url.origin === alias.origin) return { kind: 'http', url: onLabelStudio(path, labelStudio), own: true };
  }
  return { kind: 'http', url, own: false };
}

/** A file name for messages: the last part of the address. */
export function imageNameOf(location: ImageLocation): string {
  if (location.kind === 'inline') return 'inline image';
  const path = location.url.searchParams.get('d') ?? location.url.pathname;
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
  return new URL(`${labelStudio.url.replace(/\/+$/, '')}${withoutPrefix(path, prefix)}`);
}

function withoutPrefix(path: string, prefix: string): string {
  const trimmed = prefix.replace(/\/+$/, '');
  return trimmed !== '' && path.startsWith(`${trimmed}/`) ? path.slice(trimmed.length) : path;
}

function unsupported(address: string, url: URL | undefined): SamIAmError {
  const what = url === undefined ? 'is no address' : `has the scheme ${url.protocol}, which is not supported`;
  return new SamIAmError('image.not_found', `the image address "${address.slice(0, 80)}" ${what}`, {
    hint: 'Use an upload, a Label Studio storage with pre-signed addresses, an http(s) address or a data URI.',
  });
}
