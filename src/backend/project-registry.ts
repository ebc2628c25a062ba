import type { Settings } from '../config/settings.js';
import { withoutTrailing } from '../core/without-trailing.js';
import { longestConfig } from '../label-studio/config-tags.js';
import type { LabelStudioAccess } from '../label-studio/image-address.js';
import type { SetupRequest } from '../label-studio/protocol.js';

/** What Label Studio said of a project in its last `/setup`. */
export interface ConnectedProject {
  readonly labelConfig: string | undefined;
  readonly hostname: string | undefined;
  readonly accessToken: string | undefined;
}

/** Projects that are kept at most; the one that was set up longest ago goes first. */
const mostProjects = 1000;

/** Remembers connected projects in memory: Label Studio sets a project up again before each predict request. */
export class ProjectRegistry {
  readonly #projects = new Map<string, ConnectedProject>();

  remember(setup: SetupRequest): void {
    const key = setup.project ?? '';
    this.#projects.delete(key);
    this.#projects.set(key, {
      // What is too long to be read is not kept either.
      labelConfig: (setup.schema?.length ?? Infinity) <= longestConfig ? (setup.schema ?? undefined) : undefined,
      hostname: withoutTrailing(setup.hostname ?? '', '/') || undefined,
      accessToken: setup.access_token ?? undefined,
    });
    const oldest = this.#projects.keys().next();
    if (this.#projects.size > mostProjects && oldest.done !== true) this.#projects.delete(oldest.value);
  }

  find(project: string | undefined): ConnectedProject | undefined {
    return this.#projects.get(project ?? '');
  }

  /** By Label Studio's project id alone, as webhooks name it: `/setup` adds the time of creation. */
  findById(id: string): ConnectedProject | undefined {
    const key = [...this.#projects.keys()].findLast((project) => project.split('.')[0] === id);
    return key === undefined ? undefined : this.#projects.get(key);
  }
}

/**
 * How the backend reaches Label Studio for a project: the settings come first, then what `/setup` said. Anyone who reaches the
 * port can send a setup, so our own key goes to no address but that of the settings; the token of a setup goes to its own sender.
 */
export function labelStudioAccess(settings: Settings, project: ConnectedProject | undefined): LabelStudioAccess {
  const { labelStudioUrl, labelStudioApiKey } = settings;
  return {
    url: labelStudioUrl ?? project?.hostname,
    hostname: project?.hostname,
    token: (labelStudioUrl === undefined ? undefined : labelStudioApiKey) ?? project?.accessToken,
  };
}
