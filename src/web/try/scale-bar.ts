/** A bar of a round length. */
export interface ScaleBar {
  readonly lengthPx: number;
  readonly label: string;
}

const units: readonly (readonly [name: string, nanometres: number])[] = [
  ['mm', 1e6],
  ['µm', 1e3],
  ['nm', 1],
  ['pm', 1e-3],
];

/** The longest bar of 1, 2 or 5 times a power of ten nanometres that is no longer than `mostPx` pixels of the screen. */
export function scaleBar(nanometresPerScreenPixel: number, mostPx: number): ScaleBar {
  const most = nanometresPerScreenPixel * mostPx;
  const power = 10 ** Math.floor(Math.log10(most) + 1e-9);
  const factor = [5, 2, 1].find((each) => each * power <= most * (1 + 1e-9)) ?? 1;
  const nanometres = factor * power;
  const [name, size] = units.find(([, each]) => nanometres >= each * (1 - 1e-9)) ?? (['pm', 1e-3] as const);
  return {
    lengthPx: nanometres / nanometresPerScreenPixel,
    label: `${Number((nanometres / size).toPrecision(3))} ${name}`,
  };
}
