import type { ComponentChildren, JSX } from 'preact';

/** One of several buttons of which one is pressed. */
export interface Choice<Value> {
  readonly value: Value;
  readonly label: ComponentChildren;
}

/** Buttons of which one is pressed, under a legend. */
export interface SegmentedProps<Value> {
  readonly legend: string;
  readonly isLegendHidden?: boolean;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
}

/** One of a few, all in sight. */
export function Segmented<Value extends string | number>(props: SegmentedProps<Value>): JSX.Element {
  const { legend, isLegendHidden = false, choices, value, onChoose } = props;
  return (
    <fieldset class="segmented">
      <legend class={isLegendHidden ? 'visually-hidden' : ''}>{legend}</legend>
      <div class="segments">
        {choices.map((choice) => (
          <button
            key={choice.value}
            type="button"
            aria-pressed={choice.value === value}
            onClick={() => onChoose(choice.value)}
          >
            {choice.label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
