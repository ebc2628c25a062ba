import { SamIAmError } from '../core/errors.js';

/** The bytes of a `data:` URI, base64 or percent-encoded. */
export function decodeDataUri(uri: string): Uint8Array {
  const comma = uri.indexOf(',');
  if (comma < 0) throw unreadable('it has no comma');
  const body = uri.slice(comma + 1);
  const bytes = /;base64$/i.test(uri.slice(0, comma).trim()) ? Buffer.from(body, 'base64') : percentDecode(body);
  if (bytes.length === 0) throw unreadable('it holds no bytes');
  return bytes;
}

function percentDecode(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

function unreadable(reason: string): SamIAmError {
  return new SamIAmError('image.unreadable', `the data URI of the image is damaged: ${reason}`, {
    hint: 'Write it as data:image/png;base64,… with the whole file behind the comma.',
  });
}
