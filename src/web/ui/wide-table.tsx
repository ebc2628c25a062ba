import type { ComponentChildren, JSX } from 'preact';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Left out where the screen is narrow, as are the cells below it (class `secondary`). */
  readonly isSecondary?: boolean;
  /** Only said aloud: the cells below it speak for themselves. */
  readonly isHidden?: boolean;
}

interface WideTableProps {
  /** Its name, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly Column[];
  /** Rows. */
  readonly children: ComponentChildren;
}

/** A table that scrolls sideways where it is wider than its place, also by keyboard. */
export function WideTable({ label, columns, children }: WideTableProps): JSX.Element {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={label}>
      <table class="wide">
        <thead>
          <tr>
            {columns.map(({ title, isSecondary, isHidden }) => (
              <th key={title} scope="col" class={isSecondary === true ? 'secondary' : undefined}>
                {isHidden === true ? <span class="visually-hidden">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
