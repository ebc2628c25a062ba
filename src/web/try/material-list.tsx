import type { JSX } from 'preact';
import { colourOf } from '../../imaging/palette.js';
import type { StageProps } from './stage.js';
import { clickedMaterials } from './try-session.js';

/** The legend: each material's colour, how much of the image it has, and how sure it is. */
export function MaterialList({ state }: StageProps): JSX.Element {
  const { boosted } = state;
  const materials = boosted?.materials ?? [];
  const selected = clickedMaterials(state);
  const rest = 1 - materials.reduce((sum, { areaShare }) => sum + areaShare, 0);
  return (
    <table class="materials" aria-label="Materials">
      <thead>
        <tr>
          <th scope="col">Material</th>
          <th scope="col">Area</th>
          <th scope="col">Confidence</th>
        </tr>
      </thead>
      <tbody>
        {materials.map(({ label, areaShare, score }) => (
          <tr key={label} class={selected.has(label) ? 'is-selected' : ''}>
            <th scope="row">
              <Swatch index={label - 1} /> {label}
              {selected.has(label) && <span class="badge">selected</span>}
            </th>
            <td>{share(areaShare)}</td>
            <td>{score.toFixed(2)}</td>
          </tr>
        ))}
        <tr class="rest">
          <th scope="row">Unsegmented</th>
          <td>{share(Math.max(0, rest))}</td>
          <td />
        </tr>
      </tbody>
    </table>
  );
}

/** One decimal always, so that figures below each other line up. */
function share(part: number): string {
  return part > 0 && part < 0.0005 ? '< 0.1 %' : `${(100 * part).toFixed(1)} %`;
}

/** A square in the colour of a mask or material. */
export function Swatch({ index }: { readonly index: number }): JSX.Element {
  const paint = (element: HTMLElement | null) => {
    if (element !== null) element.style.background = `rgb(${colourOf(index).join(' ')})`;
  };
  return <span class="swatch" aria-hidden="true" ref={paint} />;
}
