import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

/** A value in a range, with the name that says what it is. */
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
  const id = useId();
  return (
    <div class="slider">
      <label class="slider-label" for={id}>
        {label}
      </label>
      <span class="slider-value" aria-hidden="true">
        {shown}
      </span>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={shown}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => onInput(Number(event.currentTarget.value))}
      />
      {hint !== undefined && (
        <small class="slider-hint" id={`${id}-hint`}>
          {hint}
        </small>
      )}
    </div>
  );
}
