import path from 'node:path';

/** Folders whose files are no images, but this machine itself. */
const systemFolders = ['/proc', '/dev', '/sys'];

/** Whether a folder may be a root for local files: neither everything, nor what the system shows of itself. */
export function isAllowedRoot(root: string): boolean {
  const folder = path.resolve(root);
  if (folder === path.parse(folder).root) return false;
  return !systemFolders.some((system) => folder === system || folder.startsWith(`${system}/`));
}
