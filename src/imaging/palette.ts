/** An sRGB colour, each part from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Okabe and Ito's colours: told apart with every kind of colour vision. Material 1 has the first. */
const palette: readonly Colour[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [86, 180, 233],
  [213, 94, 0],
  [240, 228, 66],
];

/** The colour of the n-th mask or material, counted from 0. */
export function colourOf(index: number): Colour {
  return palette[index % palette.length] ?? [255, 255, 255];
}
