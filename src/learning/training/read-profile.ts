import { readFile } from 'node:fs/promises';
import { type MaterialProfile, materialProfile } from '../../booster/material-profile.js';
import { SamIAmError } from '../../core/errors.js';
import { parseJson } from '../../core/parse-json.js';
import { isUsable } from '../../pipeline/use-profile.js';
import { textureDigest } from './active-profiles.js';

/** Reads a profile that the user named; it must belong to the version and the texture encoder that are installed. */
export async function readProfile(path: string, dataDir: string): Promise<MaterialProfile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SamIAmError('usage.invalid', `the profile ${path} can't be read`, {
      hint: 'Give --profile a file that sam-i-am train has written; sam-i-am profiles list names them.',
      cause,
    });
  });
  const parsed = materialProfile.safeParse(parseJson(text));
  if (!parsed.success) {
    const { path: place, message } = parsed.error.issues[0] ?? { path: [], message: 'unknown form' };
    throw new SamIAmError('usage.invalid', `${path} is no profile: ${place.join('.') || 'the file'}: ${message}`, {
      hint: 'Give --profile a file that sam-i-am train has written; sam-i-am profiles list names them.',
    });
  }
  if (isUsable(parsed.data, await textureDigest(dataDir))) return parsed.data;
  throw new SamIAmError(
    'usage.invalid',
    `the profile ${path} was learned with another texture encoder, or by another version of sam-i-am`,
    {
      hint: 'Train again: sam-i-am train.',
    },
  );
}
