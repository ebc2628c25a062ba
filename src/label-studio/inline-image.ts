import { SamIAmError } from '../core/errors.js';

/** Characters of a data URI: decoding more at once would hold up health checks. */
const longestUri = 64 * 2 ** 20;
/** In front of the comma is a media type; nobody writes more. */
const longestHead = 1000;

/** The bytes of a `data:` URI, base64 or percent-encoded. */
export function decodeDataUri(uri: string): Uint8Array {
  if (uri.length > longestUri) throw tooLong();
  const comma = uri.indexOf(',');
  if (comma < 0 || comma > longestHead) throw unreadable('it has no comma');
  const body = uri.slice(comma + 1);
  const bytes = /;base64$/i.test(uri.slice(0, comma).trim()) ? Buffer.from(body, 'base64') : percentDecode(body);
  if (bytes.length === 0) throw unreadable('it holds no bytes');
  return bytes;
}

const percent = 0x25;

/** Each `%41` is one byte, everything else is itself; byte by byte, because a call for each would take seconds. */
function percentDecode(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const written = byte === percent ? hexByte(bytes[at + 1], bytes[at + 2]) : -1;
    bytes[length++] = written < 0 ? byte : written;
    if (written >= 0) at += 2;
  }
  return bytes.subarray(0, length);
}

/** The byte that two hexadecimal digits write; negative where one is none. */
function hexByte(high: number | undefined, low: number | undefined): number {
  const [first, second] = [hexDigit(high), hexDigit(low)];
  return first < 0 || second < 0 ? -1 : first * 16 + second;
}

function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = (code | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

function tooLong(): SamIAmError {
  return new SamIAmError('image.too_large', `the data URI of the image has more than ${longestUri} characters`, {
    hint: 'Upload the image to Label Studio, and give its address.',
  });
}

function unreadable(reason: string): SamIAmError {
  return new SamIAmError('image.unreadable', `the data URI of the image is damaged: ${reason}`, {
    hint: 'Write it as data:image/png;base64,… with the whole file behind the comma.',
  });
}
