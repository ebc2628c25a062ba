import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { failure, type Result, success } from '../core/result.js';
import { type Authorize, createAuthorize } from './access-token.js';
import { createHttpClient, type HttpAnswer, type HttpClient } from './http-client.js';
import { imageNameOf, isOnLabelStudio, type LabelStudioAccess, locateImage } from './image-address.js';
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
  /** Unset: a client of its own, which is never closed. */
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

/** Follows redirects by hand: the token goes to Label Studio's own origin only, and never again once the way has left it. */
async function download(
  http: HttpClient,
  authorize: Authorize,
  start: { readonly url: URL; readonly own: boolean },
  labelStudio: LabelStudioAccess,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  let { url, own } = start;
  let movedTo: URL | undefined;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const answer = own
      ? await askLabelStudio(http, authorize, url, labelStudio, signal)
      : await http.send(url, { asked: 'image', trusted: false, signal }).catch((thrown: unknown) => {
          throw movedTo === undefined || signal?.aborted === true ? thrown : redirected(labelStudio.url, movedTo);
        });
    if (answer.status >= 200 && answer.status < 300) return answer.bytes;
    const next = redirectOf(answer, url);
    if (next === undefined && movedTo !== undefined) throw redirected(labelStudio.url, movedTo);
    if (next === undefined) throw refusal(answer, url, own, labelStudio.token);
    if (own && /\/user\/login\/?$/.test(next.pathname))
      throw refusal({ ...answer, status: 401 }, url, own, labelStudio.token);
    // The same path elsewhere: Label Studio as a whole has another address, where its token does not go.
    const isMoved = own && !isOnLabelStudio(next, labelStudio) && pathOf(next).endsWith(pathOf(url));
    if (isMoved) movedTo = next;
    own &&= isOnLabelStudio(next, labelStudio);
    url = next;
  }
  throw new SamIAmError('image.not_found', `${start.url.host} redirects more than ${mostRedirects} times`, {
    hint: 'Put the final address of the image into the task.',
  });
}

function pathOf({ pathname, search }: URL): string {
  return `${pathname}${search}`;
}

/** What `doctor` says, too: the token goes to the address of the settings alone. */
function redirected(url: string | undefined, { origin }: URL): SamIAmError {
  return new SamIAmError('label_studio.unreachable', `${url ?? 'Label Studio'} redirects to ${origin}`, {
    hint: `Set LABEL_STUDIO_URL to ${origin}.`,
  });
}

/** Where an answer leads, if it is a redirect to an http(s) address. */
function redirectOf({ status, location }: HttpAnswer, { href }: URL): URL | undefined {
  if (status < 300 || status >= 400 || location === undefined || !URL.canParse(location, href)) return undefined;
  const next = new URL(location, href);
  return /^https?:$/.test(next.protocol) ? next : undefined;
}

/** With the token; a refused access token is renewed once, because clocks differ and Label Studio may have been started anew. */
async function askLabelStudio(
  http: HttpClient,
  authorize: Authorize,
  url: URL,
  { url: base, token }: LabelStudioAccess,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  if (base === undefined || token === undefined) return http.send(url, { asked: 'image', trusted: true, signal });
  const ask = async () =>
    http.send(url, { headers: { authorization: await authorize(base, token) }, asked: 'image', trusted: true, signal });
  const answer = await ask();
  return answer.status === 401 && authorize.renew(base, token) ? ask() : answer;
}

function refusal({ status }: HttpAnswer, url: URL, own: boolean, token: string | undefined): SamIAmError {
  const where = `${url.host} answered ${status}`;
  const isLocalFile = own && localFilePath(url) !== undefined;
  if (isLocalFile && status === 403) {
    return new SamIAmError('image.forbidden', `${where}: it does not serve local files`, {
      hint: 'Start Label Studio with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT.',
    });
  }
  if (isLocalFile && status === 404) {
    return new SamIAmError('image.not_found', `${where}: no local files storage of the project has this file`, {
      hint: "Add a local files storage for its folder (project settings, Cloud Storage), or correct the task's address.",
    });
  }
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
  if (token === undefined)
    return 'Set LABEL_STUDIO_URL, and LABEL_STUDIO_API_KEY to a personal access token (Account & Settings in Label Studio).';
  return (
    'Set LABEL_STUDIO_URL, and LABEL_STUDIO_API_KEY to a personal access token of a user who can open the project (Account & Settings), ' +
    'or allow legacy tokens in Label Studio.'
  );
}
