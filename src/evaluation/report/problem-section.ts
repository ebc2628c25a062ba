import { type Problem, taskName } from '../../annotations/evaluation-case.js';
import { count } from './figures.js';
import { type Html, html } from './html.js';

/** A line at the top of the report that leads to its end. */
export function problemNote({ length }: readonly Problem[]): Html | null {
  return length === 0
    ? null
    : html`<a href="#problems">${problemCount(length)}</a> kept something from being measured.`;
}

function problemCount(problems: number): string {
  return problems === 1 ? '1 problem' : `${count(problems)} problems`;
}

/** Everything that kept a task or a part of it from being measured: each kind of problem once, with all the tasks that have it. */
export function problemSection(problems: readonly Problem[]): Html | null {
  if (problems.length === 0) return null;
  const kinds = new Map<string, Problem[]>();
  for (const problem of problems) {
    const kind = `${problem.message}\n${problem.hint}`;
    const alike = kinds.get(kind);
    if (alike === undefined) kinds.set(kind, [problem]);
    else alike.push(problem);
  }
  return html`<section class="problems" id="problems">
    <h2>${problemCount(problems.length)}: the rest was measured</h2>
    <ul>
      ${[...kinds.values()].map(kindItem)}
    </ul>
  </section>`;
}

/** Many tasks fold behind their number. */
const mostShown = 3;

function kindItem(alike: readonly Problem[]): Html {
  const [first] = alike;
  const names = alike.map(taskName);
  const what = html`${first?.message ?? ''}. <span class="soft">${first?.hint ?? ''}</span>`;
  if (names.length <= mostShown) return html`<li><b>${names.join(', ')}</b>: ${what}</li>`;
  return html`<li>
    <details>
      <summary><b>${count(names.length)} tasks</b>: ${what}</summary>
      ${names.join(', ')}
    </details>
  </li>`;
}
