/**
 * Bytes in memory that all threads see: whoever is given them, at whatever time, gets no copy. Bytes that lie elsewhere are copied
 * there, once.
 */
export function sharedBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
