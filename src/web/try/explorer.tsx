import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { unionOf } from '../../core/mask.js';
import { Icon } from '../ui/icon.js';
import { Segmented } from '../ui/segmented.js';
import { highlightLayer, masksLayer, materialsLayer, selectionLayer } from './layers.js';
import { OverlayStage } from './overlay-stage.js';
import { SideBySide } from './side-by-side.js';
import { SidePanel } from './side-panel.js';
import type { ExplorerProps, Layers, StageProps } from './stage.js';
import { clickedMaterials, type Explored, type SessionState } from './try-session.js';
import { type Size, type Viewport, zoomedAt } from './viewport.js';

type Arrangement = 'side-by-side' | 'overlay';

const closer = 1.5;

/** A micrograph with everything that was found in it. */
export function Explorer({ session, state, explored }: ExplorerProps): JSX.Element {
  const [arrangement, setArrangement] = useState<Arrangement>('side-by-side');
  const [opacity, setOpacity] = useState(0.8);
  const [view, setView] = useState<Viewport | null>(null);
  const [pane, setPane] = useState<Size>({ width: 0, height: 0 });
  const [pointed, setPointed] = useState<readonly number[]>([]);
  const layers = useLayers(state, explored, pointed);
  const onView = (next: Viewport | null, size: Size): void => {
    setPane(size);
    setView(next);
  };
  const zoom = (factor: number): void => {
    const size = pane.width > 0 ? pane : firstPaneSize();
    const from = view ?? fittedIn(explored, size);
    setView(zoomedAt(from, factor, { x: size.width / 2, y: size.height / 2 }, explored.picture, size));
  };
  const stage: StageProps = { session, state, explored, layers, opacity, view, onView, onPoint: setPointed };
  return (
    <div class="explorer">
      <section class="stage" aria-label="Micrograph and masks">
        <StageBar
          explored={explored}
          arrangement={arrangement}
          onArrange={(chosen) => {
            setArrangement(chosen);
            onView(null, { width: 0, height: 0 });
          }}
          onZoom={zoom}
          onShowAll={() => setView(null)}
        />
        {arrangement === 'side-by-side' ? <SideBySide {...stage} /> : <OverlayStage {...stage} />}
      </section>
      <SidePanel {...stage} onOpacity={setOpacity} />
    </div>
  );
}

interface StageBarProps {
  readonly explored: Explored;
  readonly arrangement: Arrangement;
  readonly onArrange: (arrangement: Arrangement) => void;
  readonly onZoom: (factor: number) => void;
  readonly onShowAll: () => void;
}

function StageBar({ explored, arrangement, onArrange, onZoom, onShowAll }: StageBarProps): JSX.Element {
  const { name, width, height } = explored.info;
  const choices = [
    {
      value: 'side-by-side',
      label: (
        <>
          <Icon name="grid" /> Side by side
        </>
      ),
    },
    {
      value: 'overlay',
      label: (
        <>
          <Icon name="split" /> Overlay
        </>
      ),
    },
  ] as const;
  return (
    <div class="stage-bar">
      <h1 class="visually-hidden">{name}</h1>
      <p class="facts">
        {width} × {height} px
      </p>
      <span class="spring" />
      <Segmented legend="Arrangement" isLegendHidden choices={choices} value={arrangement} onChoose={onArrange} />
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" class="icon-button" onClick={() => onZoom(1 / closer)} aria-label="Zoom out">
          <Icon name="minus" />
        </button>
        <button type="button" class="icon-button" onClick={() => onZoom(closer)} aria-label="Zoom in">
          <Icon name="plus" />
        </button>
        <button type="button" class="icon-button" onClick={onShowAll} aria-label="Show all">
          <Icon name="fit" />
        </button>
      </div>
    </div>
  );
}

function firstPaneSize(): Size {
  const canvas = document.querySelector('.pane-picture canvas');
  return { width: canvas?.clientWidth ?? 1, height: canvas?.clientHeight ?? 1 };
}

function fittedIn({ picture }: Explored, size: Size): Viewport {
  return zoomedAt({ zoom: 1e-9, x: 0, y: 0 }, 1, { x: 0, y: 0 }, picture, size);
}

function useLayers(state: SessionState, explored: Explored, pointed: readonly number[]): Layers {
  const { boosted } = state;
  const all = useMemo(() => explored.masks.map((_, index) => index), [explored]);
  const sam = useMemo(() => masksLayer(explored, all), [explored]);
  const removed = boosted?.removed ?? [];
  const removedKey = removed.map(({ mask }) => mask).join();
  const gone = useMemo(
    () =>
      masksLayer(
        explored,
        removed.map(({ mask }) => mask),
      ),
    [explored, removedKey],
  );
  const materials = useMemo(() => boosted && materialsLayer(boosted), [boosted]);
  const selected = clickedMaterials(state);
  const selection = useMemo(() => {
    if (state.samMask !== null) return highlightLayer(state.samMask);
    return boosted !== null && selected.size > 0 ? selectionLayer(boosted, selected) : null;
  }, [boosted, state.samMask, [...selected].join()]);
  const highlight = useMemo(() => {
    const [first, ...others] = pointed.flatMap((index) => explored.masks[index]?.mask ?? []);
    return first === undefined ? null : highlightLayer(unionOf(first, ...others));
  }, [explored, pointed.join()]);
  return {
    shown: { micrograph: [], sam: [sam], removed: [gone], materials: materials === null ? [] : [materials] },
    selection,
    highlight,
    counts: {
      micrograph: null,
      sam: all.length,
      removed: removed.length,
      materials: boosted?.materials.length ?? null,
    },
  };
}
