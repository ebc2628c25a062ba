import type { JSX } from 'preact';
import type { RemovalOptions } from '../../pipeline/exploration.js';
import { Icon } from '../ui/icon.js';
import { Slider } from '../ui/slider.js';
import { percent } from './reasons.js';
import type { StageProps } from './stage.js';

interface Threshold {
  readonly key: Exclude<keyof RemovalOptions, 'variant'>;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const thresholds: readonly Threshold[] = [
  {
    key: 'redundantIou',
    label: 'Redundant from IoU',
    min: 0.3,
    max: 1,
    step: 0.01,
    hint: 'Two masks with at least this IoU are the same mask twice; the larger one stays.',
  },
  {
    key: 'compoundShare',
    label: 'Compound above',
    min: 0.1,
    max: 1,
    step: 0.01,
    hint: 'A mask of which its children cover more than this share goes.',
  },
  {
    key: 'tinyChildShare',
    label: 'Tiny child below',
    min: 0,
    max: 0.5,
    step: 0.005,
    hint: 'A child with less than this share of its parent’s area goes.',
  },
  {
    key: 'islandShare',
    label: 'Tiny island below',
    min: 0,
    max: 0.02,
    step: 0.0001,
    hint: 'A mask with less than this share of the image goes where it stands alone.',
  },
  {
    key: 'childShare',
    label: 'Child from',
    min: 0.5,
    max: 1,
    step: 0.01,
    hint: 'A smaller mask is a child of a larger one with at least this share of it inside.',
  },
];

/** The thresholds of mask removal. Their effect shows at once: inference is not run again. */
export function RemovalControls({ session, state, explored }: StageProps): JSX.Element | null {
  const { removal } = state;
  if (removal === null) return null;
  const usual = explored.info.options.removal;
  const isUsual = thresholds.every(({ key }) => removal[key] === usual[key]);
  return (
    <>
      <div class="heading">
        <h2>Mask removal</h2>
        <button type="button" class="quiet" disabled={isUsual} onClick={() => session.choose({ removal: usual })}>
          <Icon name="reset" /> Usual values
        </button>
      </div>
      {thresholds.map(({ key, ...slider }) => (
        <Slider
          key={key}
          {...slider}
          value={removal[key]}
          shown={percent(removal[key])}
          onInput={(value) => session.choose({ removal: { ...removal, [key]: value } })}
        />
      ))}
    </>
  );
}
