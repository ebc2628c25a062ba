import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ExamplesAnswer } from '../../backend/api/try-schemas.js';
import { getJson, problemOf } from '../api.js';
import { Icon } from '../ui/icon.js';
import { Problem } from '../ui/problem.js';

/** What happens with files and examples. */
export interface WelcomeProps {
  readonly onFiles: (files: readonly File[]) => void;
  readonly onExample: (name: string) => void;
}

/** Where a micrograph is dropped or chosen. */
export function Welcome({ onFiles, onExample }: WelcomeProps): JSX.Element {
  const [offered, setOffered] = useState<ExamplesAnswer | null>(null);
  const [problem, setProblem] = useState<{ readonly message: string; readonly hint: string } | null>(null);
  useEffect(() => {
    getJson<ExamplesAnswer>('api/try/examples').then(setOffered, (thrown: unknown) => setProblem(problemOf(thrown)));
  }, []);
  return (
    <div class="welcome">
      <h1>Which materials does your micrograph show?</h1>
      <p class="lead">
        Segment Anything finds masks. Mask removal takes away those that geometry gives away, mask merging joins the
        rest by texture. Here you see each step, and why each mask came and went.
      </p>
      <label class="drop-zone">
        <Icon name="upload" />
        <span>
          <strong>Drop micrographs here</strong>, or choose files
        </span>
        <small>{offered === null ? '' : `${offered.formats.names}. `}They stay on this server, in memory.</small>
        <input
          type="file"
          class="visually-hidden"
          multiple
          accept={offered?.formats.accept}
          onChange={(event) => {
            onFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </label>
      <section aria-labelledby="examples-title">
        <h2 id="examples-title">Or take a simulated example</h2>
        {problem !== null && <Problem {...problem} />}
        <Examples examples={offered?.examples ?? []} onExample={onExample} />
      </section>
    </div>
  );
}

function Examples({
  examples,
  onExample,
}: Pick<WelcomeProps, 'onExample'> & Pick<ExamplesAnswer, 'examples'>): JSX.Element {
  return (
    <ul class="examples">
      {examples.map(({ name, title }) => (
        <li key={name}>
          <button type="button" onClick={() => onExample(name)}>
            <img src={`api/try/examples/${encodeURIComponent(name)}/thumbnail.webp`} alt="" width="168" height="168" />
            <span>{title}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
