import type { JSX } from 'preact';
import { scaleBar } from './scale-bar.js';
import type { Explored } from './try-session.js';
import type { Viewport } from './viewport.js';

/** The micrograph with its pixel size, and what of it is seen. */
export interface ScaleBarViewProps {
  readonly explored: Explored;
  readonly view: Viewport | null;
  readonly nanometresPerPixel: number | null;
}

/** The longest bar takes this share of the pane. */
const mostShare = 0.3;

/** A bar of a round length over the micrograph, where the size of a pixel is known. */
export function ScaleBarView({ explored, view, nanometresPerPixel }: ScaleBarViewProps): JSX.Element | null {
  if (nanometresPerPixel === null) return null;
  const place = (element: HTMLElement | null): void => {
    const pane = element?.parentElement;
    if (element === null || pane === null || pane === undefined) return;
    const { width, height } = explored.info;
    const zoom = view?.zoom ?? Math.min(pane.clientWidth / width, pane.clientHeight / height);
    const bar = scaleBar(nanometresPerPixel / zoom, mostShare * Math.min(pane.clientWidth, width * zoom));
    const [line, text] = element.children;
    if (line instanceof HTMLElement) line.style.width = `${bar.lengthPx}px`;
    if (text !== undefined) text.textContent = bar.label;
  };
  return (
    <div class="scale-bar" ref={place}>
      <div class="bar" />
      <span />
    </div>
  );
}
