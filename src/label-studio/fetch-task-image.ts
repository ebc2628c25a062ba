import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { failure, success, type Result } from '../core/result.js';
import { createAuthorize, type Authorize } from './access-token.js';
import { createHttpClient, type HttpAnswer, type HttpClient } from './http-client.js';
import { imageNameOf, locateImage, type LabelStudioAccess } from './image-address.js';
import { decodeDataUri } from './inline-image.js';
import { localFilePath, readLocalFile } from './local-files.js';

/** A fetched image file, with a name for messages. */
export interface FetchedImage {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Fetches the file that a task's image address means. Whatever goes wrong is a value that names the cure. */
export type FetchTaskImage = (
  address: string,
  labelStudio: LabelStudioAccess,
  signal?: AbortSignal,
) => Promise<Result<FetchedImage, SamIAmError>>;

/** Where images may come from besides Label Studio and public hosts. */
export interface FetchTaskImageOptions {
  /** Hosts on private addresses that are allowed all the same. */
  readonly allowedHosts: readonly string[];
  /** Label Studio's document root, if this machine has it. */
  readonly localFilesRoot?: string | undefined;
  readonly http?: HttpClient;
}

const mostRedirects = 5;
const maxLocalBytes = 256 * 2 ** 20;

/** Makes a {@link FetchTaskImage}; it keeps access tokens between calls. */
export function createFetchTaskImage(options: FetchTaskImageOptions): FetchTaskImage {
  const http = options.http ?? createHttpClient({ allowedHosts: options.allowedHosts });
  const authorize = createAuthorize(http);
  return async (address, labelStudio, signal) => {
    try {
      const location = locateImage(address, labelStudio);
      const name = imageNameOf(location);
      if (location.kind === 'inline') return success({ name, bytes: decodeDataUri(location.uri) });
      const local = location.own && options.localFilesRoot !== undefined ? localFilePath(location.url) : undefined;
      const bytes =
        local !== undefined && options.localFilesRoot !== undefined
          ? await readLocalFile(options.localFilesRoot, local, maxLocalBytes)
          : await download(http, authorize, location, labelStudio, signal);
      return success({ name, bytes });
    } catch (thrown) {
      return failure(asSamIAmError(thrown));
    }
  };
}

/** Follows redirects by hand: the token goes to Label Studio's own origin only, and never comes back from elsewhere. */
async function download(
  http: HttpClient,
  authorize: Authorize,
  start: { readonly url: URL; readonly own: boolean },
  { url: labelStudioUrl, token }: LabelStudioAccess,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  let { url, own } = start;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const withToken = own && labelStudioUrl !== undefined && token !== undefined;
    const headers = withToken ? { authorization: await authorize(labelStudioUrl, token, signal) } : {};
    const answer = await http.send(url, { headers, trusted: own, signal });
    if (answer.status >= 200 && answer.status < 300) return answer.bytes;
    if (answer.status < 300 || answer.status >= 400 || answer.location === undefined)
      throw refusal(answer, url, own, token);
    const next = new URL(answer.location, url);
    if (!/^https?:$/.test(next.protocol)) throw refusal(answer, url, own, token);
    own &&= next.origin === url.origin;
    url = next;
  }
  throw new SamIAmError('image.not_found', `${start.url.host} redirects more than ${mostRedirects} times`, {
    hint: 'Put the final address of the image into the task.',
  });
}

function refusal({ status }: HttpAnswer, url: URL, own: boolean, token: string | undefined): SamIAmError {
  const where = `${url.host} answered ${status}`;
  if (status === 401 || status === 403) {
    return new SamIAmError('image.forbidden', `${where}: the login was refused`, { hint: loginHint(own, token) });
  }
  // Label Studio answers 500 for an upload whose file is gone.
  if (status === 404 || status === 410 || (own && status === 500)) {
    return new SamIAmError('image.not_found', `${where}: there is no such image`, {
      hint: own ? 'Upload the image again or correct the storage of the project.' : 'Correct the address in the task.',
    });
  }
  return new SamIAmError('image.unreadable', `${where} instead of the image`, {
    hint: 'Open the address in a browser to see why, then try again.',
  });
}

function loginHint(own: boolean, token: string | undefined): string {
  if (!own) return 'Upload the image to Label Studio, or make it readable without a login.';
  if (token === undefined) return 'Set LABEL_STUDIO_API_KEY to a token of Label Studio (Account & Settings).';
  return (
    'Set LABEL_STUDIO_API_KEY to a personal access token of a user who can open the project (Account & Settings), ' +
    'or allow legacy tokens in Label Studio.'
  );
}
