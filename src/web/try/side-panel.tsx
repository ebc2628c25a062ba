import type { JSX } from 'preact';
import { Icon } from '../ui/icon.js';
import { Segmented } from '../ui/segmented.js';
import { sentence } from '../ui/sentence.js';
import { Slider } from '../ui/slider.js';
import { MaterialList } from './material-list.js';
import { RemovalControls } from './removal-controls.js';
import { RemovedList } from './removed-list.js';
import type { StageProps } from './stage.js';
import { fileAddress } from './try-session.js';

/** What the panel beside the picture shows and changes. */
export interface SidePanelProps extends StageProps {
  readonly onOpacity: (opacity: number) => void;
}

const materialChoices = [
  { value: 'auto', label: 'auto' },
  ...[1, 2, 3, 4, 5, 6].map((count) => ({ value: String(count), label: String(count) })),
];

/** Everything that can be chosen and read beside the pictures. */
export function SidePanel(props: SidePanelProps): JSX.Element {
  const { session, state, opacity, onOpacity } = props;
  const { materials } = state;
  return (
    <aside class="panel" aria-label="Options and results">
      <section>
        <h2>Materials</h2>
        <Segmented
          legend="Number of materials"
          choices={materialChoices}
          value={String(materials)}
          onChoose={(text) => session.choose({ materials: text === 'auto' ? 'auto' : Number(text) })}
        />
        <MaterialList {...props} />
        <Warnings {...props} />
        <Slider
          label="Opacity"
          value={opacity}
          min={0}
          max={1}
          step={0.01}
          shown={`${Math.round(opacity * 100)} %`}
          onInput={onOpacity}
        />
      </section>
      <Clicks {...props} />
      <section>
        <RemovalControls {...props} />
        <RemovedList {...props} />
      </section>
      <Downloads {...props} />
      <Details {...props} />
    </aside>
  );
}

/** What the booster could not do as usual: said aloud, too, because it can change with each choice. */
function Warnings({ state, explored }: StageProps): JSX.Element {
  const found = [...new Set([...explored.info.warnings, ...(state.boosted?.warnings ?? [])])];
  return (
    <div role="status" aria-label="Warnings">
      {found.length > 0 && (
        <ul class="warnings">
          {found.map((warning) => (
            <li key={warning}>{sentence(warning)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Clicks({ session, state }: StageProps): JSX.Element {
  const { extent, clicks, isAsking, samMask } = state;
  const found = samMask === null ? 'SAM sees no mask there' : `mask of ${samMask.areaPx.toLocaleString('en')} px`;
  const says = extent === 'mask' && clicks.length > 0 ? (isAsking ? 'asking SAM …' : found) : '';
  return (
    <section>
      <h2>Click</h2>
      <Segmented
        legend="What a click gives"
        isLegendHidden
        choices={[
          { value: 'material', label: 'Whole material' },
          { value: 'mask', label: 'What SAM sees' },
        ]}
        value={extent}
        onChoose={(chosen) => session.setExtent(chosen)}
      />
      <p class="hint">
        Point at a mask to see what it is and why it went. Click for what lies there; Shift and click for what is not
        wanted.
      </p>
      <div class="row">
        <button type="button" class="quiet" disabled={clicks.length === 0} onClick={() => session.clearClicks()}>
          <Icon name="close" /> Clear{' '}
          {clicks.length > 0 ? `${clicks.length} ${clicks.length === 1 ? 'click' : 'clicks'}` : 'clicks'}
        </button>
        <span role="status" class="facts">
          {says}
        </span>
      </div>
    </section>
  );
}

const files = [
  { file: 'labels.png', title: 'Label image' },
  { file: 'masks.json', title: 'Masks with scores' },
  { file: 'task.json', title: 'Label Studio task' },
  { file: 'overlay.png', title: 'Overlay picture' },
] as const;

function Downloads({ state }: StageProps): JSX.Element {
  return (
    <section>
      <h2>Download</h2>
      <ul class="downloads">
        {files.map(({ file, title }) => (
          <li key={file}>
            <a href={fileAddress(state, file)} download>
              <Icon name="download" /> {title} <small>.{file}</small>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Details({ session, state, explored }: StageProps): JSX.Element {
  const { info } = explored;
  const { lookMs, nanometresPerPixel } = state;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  return (
    <section>
      <h2>Details</h2>
      <label class="field">
        <span>Pixel size in nm</span>
        <input
          type="number"
          min="0"
          step="any"
          placeholder="unknown"
          value={nanometresPerPixel ?? ''}
          onInput={(event) => {
            const size = event.currentTarget.valueAsNumber;
            session.setPixelSize(size > 0 ? size : null);
          }}
        />
      </label>
      <dl class="details">
        <dt>Model</dt>
        <dd>{info.modelVersion}</dd>
        <dt>Encode</dt>
        <dd>{seconds(info.timingsMs.encode)}</dd>
        <dt>SAM’s masks</dt>
        <dd>{seconds(info.timingsMs.prompt)}</dd>
        <dt>Textures</dt>
        <dd>{seconds(info.timingsMs.merging)}</dd>
        <dt>Last change</dt>
        <dd>{lookMs === null ? '–' : `${Math.round(lookMs)} ms`}</dd>
      </dl>
    </section>
  );
}
