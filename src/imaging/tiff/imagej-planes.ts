import type { ByteSource } from '../byte-source.js';
import { tag, type TiffPage } from './page.js';

/**
 * How many images a TIFF with one directory holds: ImageJ writes large stacks as one directory whose pixels are followed by those of all
 * other images, and says their number in the description. 1 for all other files, and for those that are shorter than that.
 */
export async function imageJPlanes(source: ByteSource, page: TiffPage): Promise<number> {
  const { directory, compression, width, height, samples, bits, isPlanar } = page;
  if (compression !== 1 || bits % 8 !== 0 || isPlanar || directory.has(tag.tileOffsets)) return 1;
  const text = (await directory.text(tag.description)) ?? '';
  const claimed = text.startsWith('ImageJ=') ? Number(/^images=(\d+)/m.exec(text)?.[1] ?? 1) : 1;
  const start = await directory.number(tag.stripOffsets);
  const planeBytes = (width * height * samples * bits) / 8;
  const isThere = claimed > 1 && start !== undefined && planeBytes > 0 && start + claimed * planeBytes <= source.size;
  return isThere ? claimed : 1;
}
