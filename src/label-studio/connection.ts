import { createFetchTaskImage, type FetchTaskImage } from './fetch-task-image.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import type { LabelStudioAccess } from './image-address.js';

/** What reaches Label Studio, and the images of its tasks. */
export interface LabelStudioConnection {
  /** Address and token; either may be missing. */
  readonly labelStudio: LabelStudioAccess;
  readonly http: HttpClient;
  readonly fetchTaskImage: FetchTaskImage;
  close(): Promise<void>;
}

/** Whom and what a connection may reach. */
export interface LabelStudioConnectionOptions {
  readonly labelStudio: LabelStudioAccess;
  /** Hosts besides Label Studio's that images may come from. */
  readonly allowedHosts: readonly string[];
  /** Folder of Label Studio's local files, where it can be read. */
  readonly localFilesRoot?: string | undefined;
  /** Time for one whole exchange; the client's own if absent. */
  readonly timeoutMs?: number | undefined;
}

/** Connects to nothing yet; what is asked for comes through one client with one set of bounds. */
export function connectLabelStudio(options: LabelStudioConnectionOptions): LabelStudioConnection {
  const { labelStudio, allowedHosts, localFilesRoot, timeoutMs } = options;
  const http = createHttpClient({ allowedHosts, timeoutMs });
  const fetchTaskImage = createFetchTaskImage({ allowedHosts, localFilesRoot, http });
  return { labelStudio, http, fetchTaskImage, close: () => http.close() };
}
