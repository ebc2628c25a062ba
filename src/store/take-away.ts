import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';

/**
 * Removes a file that somebody left behind, and tells whether it was this call that did. Of several processes that find it, the one whose rename
 * succeeds has it; where another file has taken its place meanwhile, that one goes back.
 */
export async function takeAway(file: string, isExpected: (content: string) => boolean): Promise<boolean> {
  const away = `${file}.${randomUUID()}.part`;
  try {
    await rename(file, away);
    if (isExpected(await readFile(away, 'utf8'))) return true;
    await link(away, file);
    return false;
  } catch {
    return false;
  } finally {
    await rm(away, { force: true });
  }
}
