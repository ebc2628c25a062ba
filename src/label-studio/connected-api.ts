import { SamIAmError } from '../core/errors.js';
import { createAuthorize } from './access-token.js';
import type { HttpClient } from './http-client.js';
import type { LabelStudioAccess } from './image-address.js';
import { type ApiAnswer, createLabelStudioApi } from './label-studio-api.js';

/** Label Studio's API with a login, where every answer that is no success is an error that names the cure. */
export interface ConnectedApi {
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** True: it is gone; false: it was gone before. */
  delete(path: string): Promise<boolean>;
}

/** Checks that address and token are known when the first question is asked. */
export function connectApi(http: HttpClient, { url, token }: LabelStudioAccess): ConnectedApi {
  const authorize = createAuthorize(http);
  const api = () => {
    if (url === undefined) throw noAddress();
    if (token === undefined) throw noToken();
    return createLabelStudioApi(http, authorize, url, token);
  };
  const success = ({ status, json }: ApiAnswer, path: string): unknown => {
    if (status < 200 || status >= 300) throw refusal(status, path);
    if (json === undefined) throw unknownForm();
    return json;
  };
  return {
    get: async (path) => success(await api().get(path), path),
    post: async (path, body) => success(await api().post(path, body), path),
    async delete(path) {
      const { status } = await api().delete(path);
      if (status === 404) return false;
      if (status < 200 || status >= 300) throw refusal(status, path);
      return true;
    },
  };
}

/** Label Studio answered something that this version does not know. */
export function unknownForm(): SamIAmError {
  return new SamIAmError('label_studio.refused', 'Label Studio answered in an unknown form', {
    hint: 'Check that the address is that of Label Studio, version 1.2x.',
  });
}

function noAddress(): SamIAmError {
  return new SamIAmError('label_studio.unreachable', 'the address of Label Studio is not known', {
    hint: 'Give --url or set LABEL_STUDIO_URL.',
  });
}

function noToken(): SamIAmError {
  return new SamIAmError('label_studio.unauthorised', 'there is no token for Label Studio', {
    hint: 'Set LABEL_STUDIO_API_KEY to a token of Label Studio (Account & Settings).',
  });
}

function refusal(status: number, path: string): SamIAmError {
  if (status === 401 || status === 403) {
    return new SamIAmError('label_studio.unauthorised', `Label Studio refused the token (status ${status})`, {
      hint:
        'Set LABEL_STUDIO_API_KEY to a personal access token of a user who can open the project (Account & Settings), ' +
        'or allow legacy tokens in Label Studio.',
    });
  }
  const [question = path, search] = path.split('?');
  if (status === 404) return missing(question, new URLSearchParams(search));
  if (status === 429 || status >= 500) {
    return new SamIAmError('label_studio.unreachable', `Label Studio answered ${status} to ${question}`, {
      hint: "Look into Label Studio's log, and try again when it is well.",
    });
  }
  return new SamIAmError('label_studio.refused', `Label Studio answered ${status} to ${question}`, {
    hint: "Look into Label Studio's log.",
  });
}

/** A project that was deleted midway looks like one that never was. */
function missing(question: string, search: URLSearchParams): SamIAmError {
  const project = /^\/api\/projects\/([^/]+)/.exec(question)?.[1] ?? search.get('project');
  const view = search.get('view');
  const what = view === null ? '' : `view ${view} of `;
  const message = project === null ? `has no ${question}` : `has no ${what}project ${project}, or no longer`;
  return new SamIAmError('label_studio.refused', `Label Studio ${message} (status 404)`, {
    hint: 'Check the number: the address of a project ends in it, and that of a view in tab= and its own.',
    cause: gone,
  });
}

/** Why Label Studio refused: there is nothing at that address. */
const gone = { status: 404 } as const;

/** Whether an error says that Label Studio does not have what was asked for, so that asking again is in vain. */
export function isGone(thrown: unknown): boolean {
  return thrown instanceof SamIAmError && thrown.cause === gone;
}
