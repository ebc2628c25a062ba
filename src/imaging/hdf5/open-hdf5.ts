import h5wasm, { type File as Hdf5File } from 'h5wasm';
import type { ByteSource } from '../byte-source.js';
import { copyAnew, UnreadableFile } from '../unreadable-file.js';

/** What of the library's own file system is used: its files are in memory, and none of this machine's can be reached from it. */
interface LibraryFiles {
  createDataFile(folder: string, name: string, data: Uint8Array, canRead: boolean, canWrite: boolean): void;
  lookupPath(path: string): { readonly node: FileNode };
  unlink(path: string): void;
}

interface FileNode {
  stream_ops: {
    readonly read: (stream: unknown, target: Uint8Array, at: number, length: number, position: number) => number;
  };
}

let opened = 0;

/** Lends an HDF5 file of which the library reads only what it needs; closed afterwards. Throws {@link UnreadableFile}. */
export async function withHdf5<Value>(source: ByteSource, use: (file: Hdf5File) => Value): Promise<Value> {
  const library = await h5wasm.ready;
  // Else it writes its own errors to standard error, where nobody knows what they mean.
  library.activate_throwing_error_handler();
  const files = library.FS as unknown as LibraryFiles;
  const name = `micrograph-${opened++}`;
  files.createDataFile('/', name, new Uint8Array(), true, false);
  const { node } = files.lookupPath(`/${name}`);
  Object.defineProperty(node, 'usedBytes', { get: () => source.size });
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream, target, at, length, position) => {
      const count = Math.max(0, Math.min(length, source.size - position));
      target.set(source.readSync(position, count), at);
      return count;
    },
  };
  try {
    const file = new h5wasm.File(`/${name}`, 'r');
    try {
      return use(file);
    } finally {
      file.close();
    }
  } catch (thrown) {
    if (thrown instanceof UnreadableFile) throw thrown;
    throw new UnreadableFile('its HDF5 structure is damaged or cut off', copyAnew, thrown);
  } finally {
    files.unlink(`/${name}`);
  }
}
