import type { JSX } from 'preact';

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly shown: string;
  readonly hint?: string;
  readonly onInput: (value: number) => void;
}

/** A figure that can be dragged. */
export function Slider({ label, value, min, max, step, shown, hint, onInput }: SliderProps): JSX.Element {
  return (
    <label class="slider" title={hint}>
      <span class="slider-label">{label}</span>
      <span class="slider-value" aria-hidden="true">
        {shown}
      </span>
      <input
        type="range"
        {...{ min, max, step, value }}
        aria-valuetext={shown}
        onInput={(event) => onInput(Number(event.currentTarget.value))}
      />
    </label>
  );
}
