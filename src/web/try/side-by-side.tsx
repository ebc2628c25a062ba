import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Segmented } from '../ui/segmented.js';
import { LayerPane } from './layer-pane.js';
import { type LayerName, layerNames, layerTitles, shortTitles } from './layers.js';
import { type StageProps, titleOf } from './stage.js';

/** All layers beside each other, moved and zoomed as one; on a narrow screen one at a time. */
export function SideBySide(props: StageProps): JSX.Element {
  const [single, setSingle] = useState<LayerName>('materials');
  const choices = layerNames.map((value) => ({ value, label: titleOf(value, props.layers, shortTitles) }));
  return (
    <>
      <div class="only-narrow">
        <Segmented legend="Shown layer" isLegendHidden choices={choices} value={single} onChoose={setSingle} />
      </div>
      <div class={`panes ${shapeOf(props.explored.info)}`}>
        {layerNames.map((name) => (
          <figure key={name} class={name === single ? 'pane is-single' : 'pane'}>
            <figcaption>{titleOf(name, props.layers)}</figcaption>
            <LayerPane {...props} label={layerTitles[name]} name={name} />
          </figure>
        ))}
      </div>
    </>
  );
}

/** Strips are shown below each other, columns beside each other: so they are largest. */
function shapeOf({ width, height }: { readonly width: number; readonly height: number }): string {
  return width > 4 * height ? 'is-strip' : height > 1.5 * width ? 'is-column' : '';
}
