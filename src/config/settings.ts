import { z } from 'zod';
import { isAllowedRoot } from '../core/allowed-root.js';
import { SamIAmError } from '../core/errors.js';
import { type GivenMaterialCount, maxMaterials, parseMaterialCount } from '../core/material-count.js';
import { withoutTrailing } from '../core/without-trailing.js';
import { defaultDataFolder } from './data-folder.js';

const count = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d+$/, { error: 'must be a whole number' })
    .transform(Number)
    .pipe(
      z
        .number()
        .min(least, { error: `must be ${least} or more` })
        .max(most, { error: `must be ${most} or less` }),
    );

const materialCount = z.string().transform((text, context): GivenMaterialCount => {
  const parsed = parseMaterialCount(text);
  if (parsed !== undefined) return parsed;
  context.addIssue(`must be auto or a number from 1 to ${maxMaterials}`);
  return z.NEVER;
});

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address like http://localhost:8080' })
  .transform((url) => withoutTrailing(url, '/'));

const hostList = z.string().transform((text) =>
  text
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== ''),
);

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const logLevel = z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` });

/** Every setting: its name (in the environment in upper snake case), its default and what it means. */
export const settingsSchema = z.object({
  port: count(0, 65535).prefault('9090').describe('Port of the HTTP server; 0 takes any free one.'),
  host: z.string().prefault('127.0.0.1').describe('Address that the HTTP server listens on; 0.0.0.0 for all.'),
  model: z.string().prefault('sam-i-am-small').describe('Id of the segmentation model (see models/manifest.json).'),
  materials: materialCount
    .optional()
    .describe(
      'Materials per micrograph: auto or 1 to 6; unset: auto, but no more than the label config has brush labels.',
    ),
  click: z
    .enum(['mask', 'material'], { error: 'must be mask or material' })
    .prefault('mask')
    .describe('What a click or box gives: the mask that SAM sees there, or the whole material that is painted there.'),
  merge: z
    .enum(['material', 'region'], { error: 'must be material or region' })
    .prefault('material')
    .describe('What is painted: one region per material, or one per mask, so that grains stay apart.'),
  keepOverlays: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .prefault('false')
    .transform((text) => text === 'true')
    .describe('Banners, scale bars and letters burnt into a micrograph count as specimen: true or false.'),
  detail: z
    .enum(['off', 'auto', 'high'], { error: 'must be off, auto or high' })
    .prefault('auto')
    .describe(
      'Small things such as particles, precipitates and pores: auto, outlined by their grey where there are many; ' +
        'high, also smaller ones, looked at enlarged by the model, at up to ten times the cost; off.',
    ),
  dataDir: z
    .string()
    .prefault(defaultDataFolder)
    .describe(
      'Folder for what the backend keeps: copies of served predictions, encoded images, models; unset: the data folder of the system, for instance ~/.local/share/sam-i-am.',
    ),
  embeddingMemoryMb: count(0)
    .prefault('256')
    .describe('Megabytes of encoded images that each worker keeps in memory; 0: none.'),
  embeddingDiskMb: count(0)
    .prefault('2048')
    .describe('Megabytes of encoded images that are kept in DATA_DIR/embeddings for all workers; 0: none.'),
  trainEvery: count(0)
    .prefault('0')
    .describe('Tasks that are annotated or corrected before a project is trained by itself; 0: only when asked.'),
  labelStudioUrl: httpUrl
    .optional()
    .describe('Address of Label Studio as the backend reaches it; unset: what Label Studio says of itself.'),
  labelStudioApiKey: z
    .string()
    .optional()
    .describe(
      'Legacy token or personal access token, sent to LABEL_STUDIO_URL only; unset: the legacy token that Label Studio sends.',
    ),
  basicAuthUser: z.string().optional().describe('User name that Label Studio must give; unset: no login is asked for.'),
  basicAuthPass: z.string().optional().describe('Password that belongs to BASIC_AUTH_USER.'),
  concurrency: count(1, 64).prefault('1').describe('Micrographs that are segmented at the same time.'),
  maxQueue: count(1).prefault('64').describe('Prediction requests that may wait or run; more are refused with 429.'),
  maxImagePixels: count(1).prefault('100000000').describe('Largest image in pixels (width times height).'),
  allowedImageHosts: hostList
    .prefault('')
    .describe('Hosts (host or host:port, comma-separated) on private addresses that images may be fetched from.'),
  localFilesRoot: z
    .string()
    .refine(isAllowedRoot, 'must be a folder of images, not / or a folder of the system')
    .optional()
    .describe("Label Studio's local files document root, if this machine has it; unset: local files come over HTTP."),
  redisUrl: z
    .url({ protocol: /^rediss?$/, error: 'must be an address like redis://localhost:6379' })
    .optional()
    .describe('Redis that workers share jobs through; unset: everything in one process.'),
  logLevel: logLevel.prefault('info').describe('fatal, error, warn, info, debug, trace or silent.'),
});

/** All settings of a process, read once at its start. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** The environment variable of a setting: `labelStudioUrl` is read from `LABEL_STUDIO_URL`. */
export function environmentName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Reads and checks all settings; one `settings.invalid` error names every bad one. An empty variable counts as unset. */
export function loadSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.keys(settingsSchema.shape).flatMap((key) => {
    const text = environment[environmentName(key)]?.trim();
    return text === undefined || text === '' ? [] : [[key, text] as const];
  });
  const parsed = settingsSchema.safeParse(Object.fromEntries(given));
  const problems = parsed.success ? findContradictions(parsed.data) : parsed.error.issues.map(describeIssue);
  if (!parsed.success || problems.length > 0) {
    throw new SamIAmError('settings.invalid', problems.join('; '), {
      hint: 'Correct these environment variables; `sam-i-am serve --help` explains each one.',
    });
  }
  return Object.freeze(parsed.data);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${environmentName(String(issue.path[0]))} ${issue.message}`;
}

function findContradictions(settings: Settings): string[] {
  const hasUser = settings.basicAuthUser !== undefined;
  const hasPassword = settings.basicAuthPass !== undefined;
  if (hasUser === hasPassword) return [];
  return [
    hasUser ? 'BASIC_AUTH_PASS must be set with BASIC_AUTH_USER' : 'BASIC_AUTH_USER must be set with BASIC_AUTH_PASS',
  ];
}
