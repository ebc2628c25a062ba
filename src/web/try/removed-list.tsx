import type { JSX } from 'preact';
import { Swatch } from './material-list.js';
import { reasonOf, ruleTitles } from './reasons.js';
import type { StageProps } from './stage.js';

/** Every removed mask with its reason; the one that is pointed at shows in the pictures, with those that caused it. */
export function RemovedList({ state, onPoint }: StageProps): JSX.Element {
  const removed = state.boosted?.removed ?? [];
  const { removal } = state;
  return (
    <div class="removed">
      <div role="status">
        <h3>{removed.length === 0 ? 'No mask is removed' : `${removed.length} removed`}</h3>
      </div>
      <ul>
        {removed.map((record) => (
          <li key={record.mask}>
            <button
              type="button"
              onPointerEnter={() => onPoint([record.mask, ...record.causes])}
              onPointerLeave={() => onPoint([])}
              onFocus={() => onPoint([record.mask, ...record.causes])}
              onBlur={() => onPoint([])}
            >
              <Swatch index={record.mask} />
              <span>
                <strong>
                  {ruleTitles[record.rule]}: mask {record.mask + 1}
                </strong>{' '}
                {removal !== null && reasonOf(record, removal)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
