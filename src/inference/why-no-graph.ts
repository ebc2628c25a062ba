import { open } from 'node:fs/promises';

/** What a file is that is no model: its reason and the way out. */
export interface NoGraph {
  readonly reason: string;
  readonly hint: string;
}

const headBytes = 512;

/** Looks at the beginning of a file that can't be loaded as a model. Undefined where it tells nothing. */
export async function whyNoGraph(path: string): Promise<NoGraph | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return whatItIs(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

function whatItIs(head: string): NoGraph | undefined {
  if (head === '') return { reason: 'is empty', hint: 'Copy or download it again.' };
  if (head.startsWith('version https://git-lfs')) {
    const hint = 'Fetch the file itself: run git lfs pull in its repository, or download it from its web page.';
    return { reason: 'is a Git LFS pointer, which stands for the model and is none', hint };
  }
  if (/^\s{0,20}<(!doctype|html|\?xml)/i.test(head)) {
    return { reason: 'is a web page, not a model', hint: 'Download the file itself; its page may want a login.' };
  }
  if (head.startsWith('PK'))
    return { reason: 'is an archive, not a graph', hint: 'Unpack it, or export the checkpoint first.' };
  return undefined;
}
