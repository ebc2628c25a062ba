import sharp from 'sharp';
import { forEachRun, type Mask } from '../../src/core/mask.js';

type More = Readonly<Record<string, unknown>>;
interface Size {
  readonly width: number;
  readonly height: number;
}

/** A region with an outline, as Label Studio stores it: percent of the image. */
export function outlineRegion(kind: string, id: string, label: string, { width, height }: Size, value: More): More {
  return {
    id,
    type: `${kind}labels`,
    from_name: kind,
    to_name: 'image',
    original_width: width,
    original_height: height,
    image_rotation: 0,
    origin: 'manual',
    value: { ...value, [`${kind}labels`]: [label] },
  };
}

/** A polygon with its corners in pixels. */
export function polygonRegion(
  id: string,
  label: string,
  size: Size,
  corners: readonly (readonly [number, number])[],
): More {
  const points = corners.map(([x, y]) => [(100 * x) / size.width, (100 * y) / size.height]);
  return outlineRegion('polygon', id, label, size, { points, closed: true });
}

/** A bitmask as the web page writes it: black on transparent. */
export async function bitmaskRegion(id: string, label: string, mask: Mask): Promise<More> {
  const { width, height } = mask;
  const pixels = new Uint8Array(4 * width * height);
  forEachRun(mask, (start, end) => {
    for (let i = start; i < end; i++) pixels[4 * i + 3] = 255;
  });
  const png = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
  return outlineRegion('bitmask', id, label, mask, { imageDataURL: `data:image/png;base64,${png.toString('base64')}` });
}

/** A control without labels, and the `<Labels>` that name what it has drawn: two entries with one id. */
export function pairOf(region: More, label: string, partner: 'labels' | 'choices' = 'labels'): readonly More[] {
  const type = String(region['type']).replace(/labels$/, '');
  const own = String(region['type']);
  const shape = Object.fromEntries(Object.entries(region['value'] ?? {}).filter(([key]) => key !== own));
  return [
    { ...region, type, value: shape },
    { ...region, type: partner, from_name: partner, value: { ...shape, [partner]: [label] } },
  ];
}
