import { crc32 } from 'node:zlib';

/*
 * Lines that are appended to a file with a checksum each. A line begins with a line break of its own, so that half a
 * line, left by a full disk or a killed process, is never glued to the next one.
 */

/** A line as it is appended; `text` holds no tab before its last and no line break. */
export function sealedLine(text: string): string {
  return `\n${text}\t${checksum(text)}\n`;
}

/** What was sealed; undefined for a line that was cut off or altered, or that has no checksum. */
export function unsealed(line: string): string | undefined {
  const at = line.lastIndexOf('\t');
  const text = line.slice(0, Math.max(0, at));
  return at >= 0 && line.slice(at + 1) === checksum(text) ? text : undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
