/** How many materials a micrograph shows, as a user says it: a number, or `auto`, chosen per image. */
export type GivenMaterialCount = 'auto' | number;

/** The same, with an upper bound for the choice. */
export type MaterialCount = GivenMaterialCount | { readonly atMost: number };

/** The largest number of materials that the system paints; the paper's images have 2 to 4. */
export const maxMaterials = 6;

/** The largest number of materials that a choice per image may come to. */
export function mostMaterials(materials: MaterialCount): number {
  if (materials === 'auto') return maxMaterials;
  return Math.min(maxMaterials, typeof materials === 'number' ? materials : materials.atMost);
}

/** Reads `auto` or an integer from 1 to {@link maxMaterials}; undefined if the text is neither. */
export function parseMaterialCount(text: string): GivenMaterialCount | undefined {
  if (text === 'auto') return 'auto';
  if (!/^\d+$/.test(text)) return undefined;
  const count = Number(text);
  return count >= 1 && count <= maxMaterials ? count : undefined;
}
