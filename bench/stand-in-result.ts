import type { PaintedMicrograph } from '#built/painting/segmentation-service';

/** What a stand-in answers instead of painting: one material whose brush mask has so many bytes, none for 0. */
export function standInResult(count: number): PaintedMicrograph {
  const brushRle = new Uint8Array(count).map((_, index) => (index * 89) % 256);
  const materials = count === 0 ? [] : [{ material: 1, areaPx: 1, score: 0.5, brushRle }];
  return { width: 1, height: 1, materials, warnings: [] };
}
