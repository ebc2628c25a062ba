import type { JSX } from 'preact';
import { type LayerName, layerTitles } from './layers.js';
import type { TiledLayer } from './tiled-layer.js';
import type { Explored, SessionState, TrySession } from './try-session.js';
import type { Size, Viewport } from './viewport.js';

/** One micrograph and all that is chosen for it. */
export interface ExplorerProps {
  readonly session: TrySession;
  readonly state: SessionState;
  readonly explored: Explored;
}

/** The layers as they are now. */
export interface Layers {
  readonly shown: Readonly<Record<LayerName, readonly TiledLayer[]>>;
  readonly selection: TiledLayer | null;
  readonly highlight: TiledLayer | null;
  readonly counts: Readonly<Record<LayerName, number | null>>;
}

/** What stages share: where they look, and what is pointed at. */
export interface StageProps extends ExplorerProps {
  readonly layers: Layers;
  readonly opacity: number;
  readonly view: Viewport | null;
  readonly onView: (view: Viewport | null, pane: Size) => void;
  readonly onPoint: (masks: readonly number[]) => void;
}

/** Names and titles of the layers, with how much is in each. */
export function titleOf(name: LayerName, { counts }: Layers, titles = layerTitles): JSX.Element {
  const count = counts[name];
  return (
    <>
      {titles[name]} {count !== null && <span class="count">{count}</span>}
    </>
  );
}
