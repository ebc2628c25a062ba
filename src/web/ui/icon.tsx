import type { JSX } from 'preact';

/** Drawn on a grid of 20 × 20. */
const paths = {
  sun: 'M10 3V1M10 19v-2M3 10H1M19 10h-2M5 5 3.6 3.6M16.4 16.4 15 15M5 15l-1.4 1.4M16.4 3.6 15 5M10 6.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6z',
  moon: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z',
  half: 'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 3v14M13 4.2v11.6M15.5 6v8',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  fit: 'M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4',
  close: 'M5 5l10 10M15 5 5 15',
  grid: 'M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z',
  split: 'M3 3h14v14H3zM10 1v18M7 8l-2 2 2 2M13 8l2 2-2 2',
  upload: 'M10 13V3M6 7l4-4 4 4M3 13v4h14v-4',
  download: 'M10 3v10M6 9l4 4 4-4M3 15v2h14v-2',
  reset: 'M4 10a6 6 0 1 0 2-4.5M4 3v4h4',
} as const;

/** The name of a drawing. */
export type IconName = keyof typeof paths;

/** A line drawing in the colour of the text; what it means must be said beside it. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
