import { startsWith } from './signatures.js';

/** A kind of file that is no micrograph here, and the way out. */
export interface ForeignFormat {
  /** Goes after "it is ". */
  readonly what: string;
  readonly hint: string;
}

const exportIt = 'Export the micrograph as TIFF or PNG.';
const unpackIt = 'Unpack it, and give the micrographs in it.';

/** Kinds of files by their first bytes, the longer signature first where one begins like another. */
const signatures: readonly (ForeignFormat & { readonly at?: number; readonly bytes: string })[] = [
  { bytes: '%PDF', what: 'a PDF document', hint: 'Export the page as PNG or TIFF.' },
  { bytes: '%!PS', what: 'a PostScript document', hint: 'Export the page as PNG or TIFF.' },
  { at: 4, bytes: 'ftypavi', what: 'an AVIF picture', hint: 'Save it as PNG or TIFF.' },
  { at: 4, bytes: 'ftyphe', what: 'a HEIF picture', hint: 'Save it as PNG or TIFF.' },
  { at: 4, bytes: 'ftypmif1', what: 'a HEIF picture', hint: 'Save it as PNG or TIFF.' },
  { at: 4, bytes: 'ftyp', what: 'a film', hint: 'Export a frame as PNG or TIFF.' },
  { bytes: 'RIFF', what: 'a film or sound', hint: 'Export a frame as PNG or TIFF.' },
  { bytes: '\x1aE\xdf\xa3', what: 'a film', hint: 'Export a frame as PNG or TIFF.' },
  { bytes: '\0\0\0\x0cjP  ', what: 'a JPEG 2000 picture', hint: 'Save it as PNG or TIFF.' },
  { bytes: '\xff\x4f\xff\x51', what: 'a JPEG 2000 picture', hint: 'Save it as PNG or TIFF.' },
  { bytes: '\0\0\0\x0cJXL ', what: 'a JPEG XL picture', hint: 'Save it as PNG or TIFF.' },
  { bytes: '\xff\x0a', what: 'a JPEG XL picture', hint: 'Save it as PNG or TIFF.' },
  { bytes: '8BPS', what: 'a Photoshop document', hint: exportIt },
  { bytes: 'gimp xcf', what: 'a GIMP document', hint: exportIt },
  { bytes: 'v/1\x01', what: 'an OpenEXR picture', hint: exportIt },
  { bytes: '\0\0\x01\0', what: 'an icon', hint: exportIt },
  { bytes: 'ZISRAWFILE', what: 'a Zeiss CZI file', hint: exportIt },
  { bytes: '\xda\xce\xbe\x0a', what: 'a Nikon ND2 file', hint: exportIt },
  { bytes: 'SIMPLE  =', what: 'a FITS file', hint: exportIt },
  { at: 128, bytes: 'DICM', what: 'a DICOM file', hint: exportIt },
  { bytes: 'CDF', what: 'a NetCDF file', hint: exportIt },
  { bytes: 'MATLAB', what: 'a MATLAB file', hint: exportIt },
  {
    bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    what: 'a document of Office or of an Olympus microscope',
    hint: exportIt,
  },
  { bytes: 'PK\x03\x04', what: 'a ZIP archive or an Office document', hint: unpackIt },
  { bytes: '\x1f\x8b', what: 'a gzip archive', hint: unpackIt },
  { bytes: 'BZh', what: 'a bzip2 archive', hint: unpackIt },
  { bytes: '\xfd7zXZ', what: 'an xz archive', hint: unpackIt },
  { bytes: '7z\xbc\xaf\x27\x1c', what: 'a 7-Zip archive', hint: unpackIt },
  { bytes: 'Rar!', what: 'a RAR archive', hint: unpackIt },
  { at: 257, bytes: 'ustar', what: 'a tar archive', hint: unpackIt },
  { bytes: 'SQLite format 3', what: 'a SQLite database', hint: 'Give micrographs.' },
  { bytes: '\x7fELF', what: 'a program', hint: 'Give micrographs.' },
  { bytes: 'MZ', what: 'a program', hint: 'Give micrographs.' },
  {
    bytes: 'version https://git-lfs',
    what: 'a pointer of Git LFS, not the file itself',
    hint: 'Fetch the file with git lfs pull.',
  },
];

/** Kinds of text, by what they begin with. */
const texts: readonly (ForeignFormat & { readonly pattern: RegExp })[] = [
  { pattern: /<svg[\s>]/i, what: 'an SVG drawing', hint: 'Export it as PNG.' },
  {
    pattern: /^\s*<(?:!doctype html|html)/i,
    what: 'a web page, perhaps one that asks for a login',
    hint: 'Save the micrograph itself, not the page that shows it.',
  },
  { pattern: /^\s*<[?!a-z]/i, what: 'an XML document', hint: 'Give the micrograph that belongs to it.' },
  { pattern: /^\s*[[{]/, what: 'a JSON document', hint: 'Give the micrograph that belongs to it.' },
  { pattern: /^P[1-7]\s/, what: 'a Netpbm picture', hint: 'Save it as PNG or TIFF.' },
  { pattern: /^/, what: 'a text', hint: 'Give the micrograph that belongs to it.' },
];

/** What a file of no format that is read is, as far as its first bytes tell. */
export function foreignFormat(head: Uint8Array): ForeignFormat {
  const known = signatures.find(({ bytes, at }) => startsWith(head, bytes, at));
  if (known !== undefined) return known;
  const text = textOf(head);
  const kind = text === undefined ? undefined : texts.find(({ pattern }) => pattern.test(text));
  return kind ?? { what: 'of no format that is known', hint: 'Give a micrograph; or save it as TIFF or PNG.' };
}

/** The first bytes as text, if they are one; a character cut at their end does not matter. */
function textOf(head: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head.slice(0, 1024), { stream: true });

    return /[\0-\x08\x0e-\x1a]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
