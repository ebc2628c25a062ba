import { watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SamIAmError } from '../../core/errors.js';
import { isMicrographName, whyPassedOver } from '../../imaging/micrograph-names.js';
import { lookAtFrame } from './frame-file.js';

/** A file that was written whole. */
export interface CompleteFrame {
  readonly path: string;
  readonly name: string;
  /** When its writer last touched it, in milliseconds. */
  readonly modifiedMs: number;
  readonly size: number;
}

/** How a folder is watched. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Ends when what is there was given out. */
  readonly once: boolean;
  /** A file whose format does not say where it ends is whole when it has not changed for so long. */
  readonly settleMs?: number;
  /** One that should go on and does not change for so long is broken: it is given out, so that its fault is told. */
  readonly giveUpMs?: number;
  /** Called for each complete file, once for each time that it was written. */
  readonly onFrame: (frame: CompleteFrame) => void;
  /** Called once for each entry of the folder that is no frame, with the reason. */
  readonly onPassedOver?: ((path: string, why: string) => void) | undefined;
}

/** How often files that are being written are looked at, and how often the folder is listed, because events can be lost. */
const lookMs = 50;
const listMs = 1_000;

/** Gives out each file of a folder as soon as it is complete. */
export async function watchFolder(folder: string, options: WatchOptions): Promise<void> {
  const { signal, once, settleMs = 300, giveUpMs = 10_000, onFrame, onPassedOver } = options;
  const passedOver = new Set<string>();
  const given = new Map<string, string>();
  const growing = new Map<string, { stamp: string; since: number }>();
  const stampOf = ({ size, modifiedMs }: { size: number; modifiedMs: number }) => `${size} ${modifiedMs}`;

  const look = async (name: string): Promise<void> => {
    const path = join(folder, name);
    const found = await lookAtFrame(path);
    if (found === undefined) return void growing.delete(name);
    const stamp = stampOf(found);
    if (given.get(name) === stamp) return void growing.delete(name);
    const seen = growing.get(name);
    if (seen?.stamp !== stamp) growing.set(name, { stamp, since: Date.now() });
    const unchangedMs = seen?.stamp === stamp ? Date.now() - seen.since : 0;
    if (found.isWhole !== true && unchangedMs < (found.isWhole === null ? settleMs : giveUpMs)) return;
    growing.delete(name);
    given.set(name, stamp);
    onFrame({ path, name, modifiedMs: found.modifiedMs, size: found.size });
  };
  const list = async (): Promise<void> => {
    for (const { name, isFolder } of await readEntries(folder)) {
      const why = isFolder ? 'a folder' : whyPassedOver(name);
      if (why === null) await look(name);
      else if (!passedOver.has(name) && !isUnfinished(name)) {
        passedOver.add(name);
        onPassedOver?.(join(folder, name), why);
      }
    }
  };

  const changed = new Set<string>();
  await readEntries(folder);
  const watcher = watch(folder, (_event, name) => {
    if (name !== null && isMicrographName(name)) changed.add(name);
  });
  watcher.on('error', () => undefined);
  try {
    let listed = 0;
    while (!signal.aborted) {
      if (Date.now() - listed >= listMs) {
        await list();
        listed = Date.now();
        if (once && growing.size === 0) return;
      }
      for (const name of new Set([...changed, ...growing.keys()])) {
        changed.delete(name);
        await look(name);
      }
      await sleep(lookMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    watcher.close();
  }
}

/** Hidden under this ending, files wait for their names: of programs that write so, each frame has one for a moment. */
function isUnfinished(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.part');
}

/** In the order in which they were written. */
async function readEntries(folder: string): Promise<{ readonly name: string; readonly isFolder: boolean }[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new SamIAmError('usage.invalid', `the folder ${folder} can't be read`, {
      hint: 'Give the folder into which the microscope writes its frames.',
      cause,
    });
  });
  const entries = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return { name, time: found?.mtimeMs ?? 0, isFolder: found?.isDirectory() ?? false };
    }),
  );
  return entries.sort((a, b) => a.time - b.time);
}
