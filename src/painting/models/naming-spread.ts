import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { NamingSpread } from '../../booster/learn-names.js';
import { parseJson } from '../../core/parse-json.js';

/** Beside the models; written by `npm run naming-spread` (ablation/learning/spread.ts). */
export const namingSpreadFile = 'naming-spread.json';

/** A lower triangle. */
const covariance = z.array(z.array(z.number())).refine((rows) => rows.every((row, index) => row.length === index + 1));

const namingSpread = z.object({
  /** What it was measured on, for people. */
  about: z.string(),
  mean: z.array(z.number()),
  within: covariance,
  between: covariance,
});

/** The spread of materials that comes with the models; undefined without one: names are learned without it then. */
export async function readNamingSpread(folder: string): Promise<NamingSpread | undefined> {
  const text = await readFile(join(folder, namingSpreadFile), 'utf8').catch(() => '');
  return namingSpread.safeParse(parseJson(text)).data;
}
