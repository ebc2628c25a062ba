import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Segmented } from '../ui/segmented.js';
import { LayerPane } from './layer-pane.js';
import { type LayerName, layerTitles } from './layers.js';
import { type StageProps, titleOf } from './stage.js';

const overlaid = ['sam', 'removed', 'materials'] as const satisfies readonly LayerName[];

/** The micrograph left of a line, one of the layers over it on the right; the line can be dragged. */
export function OverlayStage(props: StageProps): JSX.Element {
  const [name, setName] = useState<LayerName>('materials');
  const [line, setLine] = useState(0.5);
  const choices = overlaid.map((value) => ({ value, label: titleOf(value, props.layers) }));
  return (
    <>
      <Segmented legend="Layer over the micrograph" isLegendHidden choices={choices} value={name} onChoose={setName} />
      <div class="panes is-overlay">
        <figure class="pane is-single">
          <LayerPane {...props} label={`Micrograph and ${layerTitles[name]}`} name={name} from={line}>
            <Divider at={line} onMove={setLine} />
          </LayerPane>
        </figure>
      </div>
    </>
  );
}

const keyStep = 0.02;

function Divider({ at, onMove }: { readonly at: number; readonly onMove: (at: number) => void }): JSX.Element {
  const move = (to: number) => onMove(Math.min(1, Math.max(0, to)));
  const onPointerMove = (event: PointerEvent) => {
    const element = event.currentTarget as HTMLElement;
    if (!element.hasPointerCapture(event.pointerId)) return;
    const box = element.parentElement?.getBoundingClientRect();
    if (box !== undefined) move((event.clientX - box.left) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: at - keyStep,
      ArrowRight: at + keyStep,
      Home: 0,
      End: 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    move(target);
  };
  return (
    <div
      class="divider"
      role="slider"
      tabIndex={0}
      aria-label="Where the layer begins"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at * 100)}
      aria-valuetext={`${Math.round(at * 100)} % from the left`}
      ref={(element) => {
        if (element !== null) element.style.left = `${at * 100}%`;
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
