/** How many materials a micrograph shows: given by the user, or chosen per image. */
export type MaterialCount = 'auto' | number;

/** The largest number of materials that the system paints; the paper's images have 2 to 4. */
export const maxMaterials = 6;

/** Reads `auto` or an integer from 1 to {@link maxMaterials}; undefined if the text is neither. */
export function parseMaterialCount(text: string): MaterialCount | undefined {
  if (text === 'auto') return 'auto';
  if (!/^\d+$/.test(text)) return undefined;
  const count = Number(text);
  return count >= 1 && count <= maxMaterials ? count : undefined;
}
