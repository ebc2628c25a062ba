import { materialProfile } from '../../booster/material-profile.js';
import { findStoredModel } from '../../inference/model-store.js';
import { addedModelsFolder, modelsFolder, textureModelId } from '../../painting/models/load-models.js';
import type { ActiveProfile } from '../../painting/segmentation-service.js';
import { isUsable } from '../../pipeline/use-profile.js';
import type { ProfileStore } from '../../store/profile-store.js';

/** The profile that each project is painted with now. */
export interface ActiveProfiles {
  /** Undefined: the project has none, or one for another texture encoder, or of an earlier version. `project` as Label Studio names it. */
  find(project: string | undefined): Promise<ActiveProfile | undefined>;
}

interface Known {
  readonly stamp: string;
  readonly profile: ActiveProfile | undefined;
}

/** Told once of each profile that is not used, with what to do. */
export type OnUnusable = (project: string, reason: string) => void;

/** Reads profiles again where they were switched, by this process or another one. */
export function createActiveProfiles(
  store: ProfileStore,
  textureSha256: string,
  onUnusable: OnUnusable,
): ActiveProfiles {
  const known = new Map<string, Known>();
  return {
    async find(project) {
      const [id = ''] = (project ?? '').split('.');
      if (id === '') return undefined;
      const stamp = await store.stamp(id);
      if (stamp === '') {
        known.delete(id);
        return undefined;
      }
      const last = known.get(id);
      if (last?.stamp === stamp) return last.profile;
      const stored = await store.active(id);
      const profile = materialProfile.safeParse(stored?.content).data;
      const isUsed = profile !== undefined && isUsable(profile, textureSha256);
      const active = stored && isUsed ? { modelVersion: stored.modelVersion, profile } : undefined;
      if (stored !== undefined && !isUsed) onUnusable(id, unusable(stored.modelVersion));
      const damaged = stored === undefined ? await store.damagedFile(id) : undefined;
      if (damaged !== undefined) onUnusable(id, `its profile ${damaged} is damaged and not used: ${mend}`);
      known.set(id, { stamp, profile: active });
      return active;
    },
  };
}

const mend = 'roll back to an earlier version, press Start training, or run sam-i-am train';

function unusable(modelVersion: string): string {
  return `its profile ${modelVersion} is not used: it was learned with another texture encoder or by another version of sam-i-am; press Start training, or run sam-i-am train`;
}

/** The digest of the texture encoder that is installed. */
export async function textureDigest(dataDir: string): Promise<string> {
  const texture = await findStoredModel([modelsFolder, addedModelsFolder(dataDir)], 'texture', textureModelId);
  return texture.files.encoder.sha256;
}
