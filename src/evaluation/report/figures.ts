/** How figures are written in the report. */

/** A share in per cent with one decimal: 0.8123 → "81.2 %", on one line. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}\u00a0%`;
}

/** A difference of shares in points with a sign: 0.021 → "+2.1". */
export function points(difference: number): string {
  const text = (100 * difference).toFixed(1);
  if (Number(text) === 0) return '0.0';
  return difference > 0 ? `+${text}` : `−${text.slice(1)}`;
}

/** Whole numbers in groups of three. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US').replaceAll(',', '\u202f');
}

/** A duration in seconds as a reader would say it. */
export function seconds(value: number): string {
  if (value < 90) return `${value.toFixed(0)} s`;
  return value < 5400 ? `${(value / 60).toFixed(1)} min` : `${(value / 3600).toFixed(1)} h`;
}
