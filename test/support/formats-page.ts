import { formats } from '../../src/imaging/formats.js';

const columns = ['format', 'file names', 'pixels', 'pixel size', 'images in a file', 'besides'] as const;

/** docs/formats.md, made from the table of formats. */
export function formatsPage(): string {
  const rows = formats.map(({ name, endings, about }) => {
    return [name, endings.join(', '), about.pixels, about.pixelSize, about.frames, about.metadata];
  });
  return `# Formats of micrographs

<!-- Made from src/imaging/formats.ts: UPDATE_DOCS=1 with test/unit/imaging/formats-page.test.ts writes it anew. -->

What a file is, its first bytes say, never its name; the endings are those by which a folder is searched. A file
of another kind (PDF, SVG, HEIF, AVIF, archives, web pages, …) is named for what it is, with the way out.

<!-- prettier-ignore -->
${[columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell || '–').join(' | ')} |`).join('\n')}

- **Pixels** of any range are scaled by their 0.5 and 99.5 percentiles. The same picture gives the same grey however it is
  packed. Colours become grey as a screen shows them; white-is-zero is turned, and so is the picture as its orientation says.
- **Without data** are pixels that are not numbers, that are wholly transparent, that have the file's no-data value, and a
  margin of one value around the picture: they stay 0 in every result and have no part in the contrast.
- **Several images** in one file: \`--frame N\` (from 0), \`all\` or \`mean\`; without it the largest at full resolution, with a
  warning that says how many there are. Thumbnails and smaller copies are never taken.
- **Pixel size** is given in nanometres along x and y as \`pixel_size_nm\`; \`--pixel-size 0.021nm\` overrides it. What no electron
  microscope can have (a print's resolution) is not believed.
`;
}
