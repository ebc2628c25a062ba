import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { describePixel } from './describe-pixel.js';
import { type LayerName, masksAt } from './layers.js';
import { Pane, type ShownLayer } from './pane.js';
import { ScaleBarView } from './scale-bar-view.js';
import type { StageProps } from './stage.js';
import type { Point } from './viewport.js';

/** A pane and the layer that it shows. */
export interface LayerPaneProps extends StageProps {
  readonly label: string;
  readonly name: LayerName;
  /** Share of the width from which on the layer is shown. */
  readonly from?: number;
  readonly children?: ComponentChildren;
}

interface Hovered {
  readonly pixel: Point;
  readonly at: Point;
}

/** A pane with one of the layers, and what is said of what lies under the pointer. */
export function LayerPane(props: LayerPaneProps): JSX.Element {
  const { name, label, explored, state, layers, opacity, view, session, from = 0 } = props;
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const onHover = (pixel: Point | null, at: Point): void => {
    setHovered(pixel && { pixel, at });
    const [mask] = pixel === null ? [] : masksAt(explored, hoverMasks(props), pixel);
    props.onPoint(mask === undefined ? [] : [mask, ...causesOf(props, mask)]);
  };
  const all: ShownLayer[] = layers.shown[name].map((layer) => ({ layer, opacity, from }));
  if (layers.selection !== null && name !== 'removed') all.push({ layer: layers.selection, opacity: 1, from });
  if (layers.highlight !== null) all.push({ layer: layers.highlight, opacity: 1 });
  const text = hovered === null ? [] : describePixel(name, explored, state, hovered.pixel);
  return (
    <Pane
      label={label}
      picture={explored.picture}
      layers={all}
      view={view}
      onView={props.onView}
      onHover={onHover}
      onClick={({ x, y }, negative) => session.click({ x: x + 0.5, y: y + 0.5, positive: !negative })}
      onClear={() => session.clearClicks()}
    >
      <ClickMarks {...props} />
      <ScaleBarView explored={explored} view={view} nanometresPerPixel={state.nanometresPerPixel} />
      {hovered !== null && text.length > 0 && <Tooltip at={hovered.at} lines={text} />}
      {props.children}
    </Pane>
  );
}

/** The masks for which a removed one went: they are shown with it. */
function causesOf({ name, state }: LayerPaneProps, mask: number): readonly number[] {
  return name === 'removed' ? (state.boosted?.removed.find((each) => each.mask === mask)?.causes ?? []) : [];
}

/** The masks that a pane says something of. */
function hoverMasks({ name, explored, state }: LayerPaneProps): readonly number[] {
  if (name === 'sam') return explored.masks.map((_, index) => index);
  if (name === 'removed') return state.boosted?.removed.map(({ mask }) => mask) ?? [];
  return [];
}

const tooltipGap = 14;
const tooltipWidth = 280;

function Tooltip({ at, lines }: { readonly at: Point; readonly lines: readonly string[] }): JSX.Element {
  const place = (element: HTMLElement | null): void => {
    const pane = element?.parentElement;
    if (element === null || pane === null || pane === undefined) return;
    const left =
      at.x + tooltipGap + tooltipWidth > pane.clientWidth ? at.x - tooltipGap - element.offsetWidth : at.x + tooltipGap;
    const top = Math.min(at.y + tooltipGap, pane.clientHeight - element.offsetHeight - 4);
    element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  };
  return (
    <div class="tooltip" role="tooltip" ref={place}>
      {lines.map((line, index) =>
        index === 0 ? <strong key={index}>{line}</strong> : <span key={index}>{line}</span>,
      )}
    </div>
  );
}

/** Where was clicked: a ring for the material wanted, a crossed one for what is not. */
function ClickMarks({ state, explored, view }: LayerPaneProps): JSX.Element | null {
  if (state.clicks.length === 0) return null;
  const { width, height } = explored.info;
  return (
    <svg
      class="clicks"
      aria-hidden="true"
      ref={(svg) => {
        if (svg !== null) placeMarks(svg, view, { width, height });
      }}
    >
      {state.clicks.map(({ x, y, positive }, index) => (
        <g key={index} data-x={x} data-y={y} class={positive ? 'is-wanted' : 'is-unwanted'}>
          <circle r="7" />
          <path d={positive ? 'M-3 0h6M0 -3v6' : 'M-3 0h6'} />
        </g>
      ))}
    </svg>
  );
}

function placeMarks(svg: SVGSVGElement, view: StageProps['view'], image: { width: number; height: number }): void {
  const { clientWidth, clientHeight } = svg;
  const zoom = view?.zoom ?? Math.min(clientWidth / image.width, clientHeight / image.height);
  const x = view?.x ?? (clientWidth - image.width * zoom) / 2;
  const y = view?.y ?? (clientHeight - image.height * zoom) / 2;
  for (const mark of svg.querySelectorAll('g')) {
    const [left, top] = [Number(mark.dataset['x']) * zoom + x, Number(mark.dataset['y']) * zoom + y];
    mark.setAttribute('transform', `translate(${left} ${top})`);
  }
}
