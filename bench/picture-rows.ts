import sharp, { type OverlayOptions, type Sharp } from 'sharp';

const gap = 12;

/** Panels side by side as a PNG of this size in pixels. */
export interface Row {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/** A row of PNGs, each scaled to `panelWidth`; its height is that of the highest. */
export async function rowOf(panels: readonly Uint8Array[], panelWidth: number): Promise<Row> {
  const scaled = await Promise.all(
    panels.map((panel) => sharp(panel).resize({ width: panelWidth }).toColourspace('srgb').png().toBuffer()),
  );
  const heights = await Promise.all(scaled.map(async (panel) => (await sharp(panel).metadata()).height));
  const [width, height] = [panels.length * (panelWidth + gap) - gap, Math.max(...heights)];
  const layers = scaled.map((input, index) => ({ input, left: index * (panelWidth + gap), top: 0 }));
  return { width, height, data: await onWhite(width, height, layers).png().toBuffer() };
}

/** Writes rows one below the other on white as a PNG of few colours. */
export async function writeRows(rows: readonly Row[], file: string): Promise<void> {
  const height = rows.reduce((sum, row) => sum + row.height + gap, -gap);
  let top = 0;
  const layers = rows.map((row) => {
    const layer = { input: row.data, left: 0, top };
    top += row.height + gap;
    return layer;
  });
  await onWhite(rows[0]?.width ?? 1, height, layers)
    .png({ palette: true, quality: 90 })
    .toFile(file);
}

function onWhite(width: number, height: number, layers: OverlayOptions[]): Sharp {
  return sharp({ create: { width, height, channels: 3, background: '#fff' } }).composite(layers);
}
